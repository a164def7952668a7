import { describe, expect, it } from 'vitest'
import type { LiveStack } from '../../../src/model/live-stack.js'
import type { Plan } from '../../../src/model/plan.js'
import { tagKeys } from '../../../src/model/tags.js'
import { driftOf } from '../../../src/model/drift-report.js'
import { makeDestroyPlan, makePlan } from '../../../src/planner/make-plan.js'
import { at, emptyLive, imagesFor, specOf } from '../../support/live-stack.js'
import { applyPlan } from '../../support/plan-effects.js'
import { observedFor } from '../../support/relocated-live.js'
import { sshKeys } from '../../support/ssh-keys.js'

const image = 'ami-0123456789abcdef0'
const stack = `evenkeel: 1
stack: demo
target: sandbox
keyPairs: { deploy: { publicKey: "${sshKeys.ed25519}" } }
securityGroups:
  web: { description: web, ingress: [{ port: all, from: securityGroup.web }] }
servers:
  web: { count: 2, image: ${image}, type: t3.small, zone: us-east-1a, keyPair: deploy, securityGroups: [web], elasticIp: true }
  app:
    image: ${image}
    type: t3.small
    zone: us-east-1a
    keyPair: deploy
    securityGroups: [web]
    userData: "\${server.web[0].privateIp}"
    onUserDataChange: replace
    setup: ["echo \${server.web[1].privateIp}"]
volumes:
  data: { server: "web[0]", size: 1 }
sync:
  site: { from: ./site/, to: "web[0]:/srv/site/", onChange: "systemctl reload nginx" }
`
const moves = `moved:
  - { from: server.web, to: server.front }
  - { from: securityGroup.web, to: securityGroup.door }
  - { from: keyPair.deploy, to: keyPair.ops }
  - { from: volume.data, to: volume.store }
  - { from: sync.site, to: sync.pages }
`
const newNames = stack
  .replaceAll(/\bdeploy\b/g, 'ops')
  .replaceAll('securityGroup.web', 'securityGroup.door')
  .replaceAll('[web]', '[door]')
  .replace('  web: { description', '  door: { description')
  .replaceAll(/\bweb(?=\[|: \{ count)/g, 'front')
  .replace('  data:', '  store:')
  .replace('  site:', '  pages:')
const renamedStack = `${newNames}${moves}`

function read(text: string): Partial<LiveStack> {
  const spec = specOf(text)
  const files = { filesCreated: 0, filesChanged: 0, filesDeleted: 0, bytes: 0, sample: [], compared: 'both' } as const
  return {
    images: imagesFor(spec),
    publicKeys: Object.fromEntries(spec.keyPairs.map(({ address }) => [address, sshKeys.ed25519])),
    syncs: Object.fromEntries(
      spec.syncs.map(({ address }) => [address, { kind: 'read', sourceDigest: 'a'.repeat(32), ...files }]),
    ),
  }
}

/** The world after an apply of a text that finds it as `live`. */
function after(text: string, live?: LiveStack): LiveStack {
  const spec = specOf(text)
  const found = live ? observedFor({ ...live, ...read(text) }, spec) : emptyLive(spec, read(text))
  const { live: made, failed } = applyPlan(makePlan(spec, found, { run: 'run-1' }), found)
  expect(failed).toEqual([])
  const { renamed: _renamed, ...world } = made
  return { ...world, ...read(text) }
}

function planFor(text: string, live: LiveStack): Plan {
  const spec = specOf(text)
  return makePlan(spec, observedFor({ ...live, ...read(text) }, spec), { run: 'run-2' })
}

const kindsOf = ({ steps }: Plan) => [...new Set(steps.map(({ kind }) => kind))]
const changed = ({ changes }: Plan) =>
  Object.fromEntries(
    changes.flatMap(({ address, kind, reason }) => (kind === 'none' ? [] : [[address, `${kind}: ${reason}`]])),
  )

describe('a rename', () => {
  const before = after(stack)
  const plan = planFor(renamedStack, before)

  it('is an update of tags alone, for every kind, with the name that it had', () => {
    expect(plan.problems).toEqual([])
    expect(kindsOf(plan)).toEqual(['tag-resource'])
    expect(changed(plan)).toEqual({
      'keyPair.ops': 'update: renamed from keyPair.deploy',
      'securityGroup.door': 'update: renamed from securityGroup.web',
      'server.app': 'update: what it names was renamed',
      'server.front[0]': 'update: renamed from server.web[0]',
      'server.front[1]': 'update: renamed from server.web[1]',
      'elasticIp.front[0]': 'update: renamed from elasticIp.web[0]',
      'elasticIp.front[1]': 'update: renamed from elasticIp.web[1]',
      'volume.store': 'update: renamed from volume.data',
      'sync.pages': 'update: renamed from sync.site',
    })
    expect(plan.changes.every(({ impact }) => impact === 'none')).toBe(true)
    expect(driftOf(plan)).toMatchObject({ status: 'pending', drifted: [] })
  })

  it('is done once: the plan is empty then, with `moved` in the file and without', () => {
    const world = after(renamedStack, before)
    for (const text of [renamedStack, newNames]) {
      const next = planFor(text, world)
      expect([next.steps, changed(next), next.ledger.before]).toEqual([[], {}, next.ledger.after])
      expect(driftOf(next).status).toBe('in-sync')
    }
    expect(world.securityGroups.map(({ groupName }) => groupName)).toEqual(['evenkeel.demo.web'])
    expect(world.volumes.find(({ address }) => address === 'volume.store')?.tags[tagKeys.mount]).toBe('/mnt/demo/data')
  })

  it('keeps the former names in the ledger until every tag is written', () => {
    expect(plan.ledger.former).toContain('server.web[0]')
    expect(plan.ledger.after).not.toContain('server.web[0]')
  })

  it('goes on where it was cut off, whichever tags were written', () => {
    for (let count = 0; count < plan.steps.length; count += 1) {
      const found = observedFor({ ...before, ...read(renamedStack) }, specOf(renamedStack))
      const { live: cut } = applyPlan({ ...plan, steps: plan.steps.slice(0, count) }, found)
      const { renamed: _renamed, ...world } = cut
      const rest = planFor(renamedStack, { ...world, ledger: before.ledger })
      expect(kindsOf(rest)).toEqual(['tag-resource'])
      // Whether a root disk is done is known by its server alone.
      const isBetween = plan.steps[count - 1]?.id.endsWith('-root') === true
      expect(rest.steps).toHaveLength(plan.steps.length - count + (isBetween ? 1 : 0))
      expect(rest.changes.every(({ kind, reason }) => kind === 'none' || /renamed/.test(reason))).toBe(true)
    }
  })

  it('takes snapshots along, so that a volume is still made from the one that has its name, old or new', () => {
    const snapshot = {
      address: at('volume.data'),
      id: 'snap-1',
      volumeId: 'vol-gone',
      state: 'completed' as const,
      startedAt: '2026-11-01T10:00:00.000Z',
      sizeGiB: 1,
      tags: {
        [tagKeys.stack]: 'demo',
        [tagKeys.address]: 'volume.data',
        [tagKeys.version]: '1',
        [tagKeys.name]: 'demo/data',
      },
    }
    const world = { ...before, snapshots: [snapshot] }
    for (const name of ['data', 'store']) {
      const copy = `  copy: { size: 1, zone: us-east-1a, snapshot: { name: ${name} } }\nsync:`
      const next = planFor(renamedStack.replace('sync:', copy), world)
      expect(next.problems).toEqual([])
      expect(next.steps).toContainEqual(
        expect.objectContaining({
          resourceId: 'snap-1',
          tags: { [tagKeys.address]: 'volume.store', [tagKeys.name]: 'demo/store' },
        }),
      )
      expect(next.steps.find(({ id }) => id === 'create-volume:volume.copy')).toMatchObject({ snapshotId: 'snap-1' })
    }
  })

  it('tells of two things with one name, and does nothing with either', () => {
    const both = after(
      stack.replace(
        'servers:\n',
        `servers:\n  front: { count: 1, image: ${image}, type: t3.small, zone: us-east-1a, keyPair: deploy, securityGroups: [web] }\n`,
      ),
    )
    const next = planFor(renamedStack, both)
    expect(next.applyable).toBe(false)
    expect(next.problems).toContainEqual(
      expect.objectContaining({ code: 'PLAN_ADDRESS_CONFLICT', address: 'server.front[0]' }),
    )
    expect(next.steps.filter(({ address }) => address === 'server.front[0]')).toEqual([])
  })

  it('tells the calls that take something away by which names tags may still go', () => {
    expect(plan.renamed).toContainEqual({ from: 'server.web[1]', to: 'server.front[1]' })
    const destroy = makeDestroyPlan(specOf(renamedStack), observedFor(before, specOf(renamedStack)))
    expect(destroy.renamed).toContainEqual({ from: 'volume.data', to: 'volume.store' })
    expect(destroy.problems).toEqual([])
  })

  it('gives a new group a name of its own where a renamed one has it', () => {
    const world = after(renamedStack, before)
    const text = newNames.replace('securityGroups:\n', 'securityGroups:\n  web: { description: other }\n')
    const { steps } = planFor(text, world)
    expect(steps).toContainEqual(
      expect.objectContaining({ kind: 'create-security-group', groupName: 'evenkeel.demo.web.2' }),
    )
  })
})

describe('a count', () => {
  const one = stack.replace('web: { count: 2, ', 'web: { ').replaceAll(/web\[[01]\]/g, 'web')
  const many = stack

  it('that is added makes the server the first of it, and replaces nothing', () => {
    const plan = planFor(many, after(one))
    expect(changed(plan)).toMatchObject({
      'server.web[0]': 'update: renamed from server.web',
      'elasticIp.web[0]': 'update: renamed from elasticIp.web',
      'volume.data': 'update: what it names was renamed',
    })
    expect(plan.changes.filter(({ kind }) => kind === 'remove' || kind === 'replace')).toEqual([])
    expect(plan.steps.filter(({ address }) => address === 'server.web[0]').map(({ kind }) => kind)).toEqual([
      'tag-resource',
      'tag-resource',
    ])
  })

  it('that is dropped leaves the first', () => {
    const plan = planFor(one, after(many))
    expect(changed(plan)).toMatchObject({
      'server.web': 'update: renamed from server.web[0]',
      'server.web[1]': expect.stringMatching(/^remove/) as string,
    })
    expect(plan.steps.some(({ kind, address }) => kind === 'terminate-server' && address === 'server.web')).toBe(false)
  })
})

describe('a default mount', () => {
  const text = (names: string) => `evenkeel: 1
stack: demo
target: sandbox
servers: { web: { image: ${image}, type: t3.small, zone: us-east-1a } }
volumes: { ${names} }
`
  const before = after(text('data: { server: web, size: 1 }'))

  it('goes where another volume of the file has its place', () => {
    const moved = 'moved: [{ from: volume.data, to: volume.store }]\n'
    const alone = planFor(`${text('store: { server: web, size: 1 }')}${moved}`, before)
    expect(kindsOf(alone)).toEqual(['tag-resource'])
    const beside = text('store: { server: web, size: 1 }, other: { server: web, size: 1, mount: /mnt/demo/data }')
    const mounts = planFor(`${beside}${moved}`, before).steps.filter(({ kind }) => kind === 'mount-volume')
    expect(mounts).toMatchObject([
      { address: 'volume.other' },
      { address: 'volume.store', mount: { path: '/mnt/demo/store' } },
    ])
  })

  it('is another one where the file names it', () => {
    const plan = planFor(text('data: { server: web, size: 1, mount: /srv/data }'), before)
    expect(plan.steps).toContainEqual(
      expect.objectContaining({
        kind: 'mount-volume',
        mount: expect.objectContaining({ path: '/srv/data' }) as unknown,
      }),
    )
  })
})
