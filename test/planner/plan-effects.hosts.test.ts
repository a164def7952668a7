import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { PlanOptions } from '../../src/planner/make-plan.js'
import { comparableLive } from '../support/comparable-live.js'
import { temporaryDirectory } from '../support/evenkeel.js'
import { at } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { noHostsBecause } from '../support/sandbox-world.js'
import { startSimulation, type Simulation } from '../support/simulation.js'
import { image } from '../support/stacks.js'

/** When snapshots are due of all that is made now. */
const in2Days = new Date(Date.now() + 2 * 24 * 3_600_000).toISOString()

/**
 * test/support/plan-effects stands for an apply in many tests of plans. Here it is held against what it stands for: each
 * plan is carried out by it and by the executor against the sandbox, and both worlds are looked at.
 */
describe.skipIf(noHostsBecause !== undefined)(
  `what steps do, in the model and in the sandbox${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  { sequential: true },
  () => {
    let world: Simulation
    const directory = temporaryDirectory('plan-effects')
    const files = join(directory.path, 'site')

    beforeAll(async () => {
      mkdirSync(files)
      writeFileSync(join(files, 'index.html'), 'hello')
      world = await startSimulation({ hosts: 'linux' })
    })
    afterAll(async () => {
      await world?.close()
      directory.remove()
    })

    /** Carries one plan out twice, and expects one outcome; returns the kinds of its steps. */
    const expectSame = async (text: string, options: PlanOptions = {}): Promise<ReadonlySet<string>> => {
      const before = await world.observe(text)
      const plan = world.planFrom(before, text, options)
      expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([])
      const modelled = applyPlan(plan, before, Infinity, 7)
      expect(modelled.failed).toEqual([])
      const result = await world.carryOut(plan)
      expect(result.outcomes.filter(({ outcome }) => outcome.kind !== 'done' && outcome.kind !== 'unchanged')).toEqual(
        [],
      )
      expect(comparableLive(modelled.live, before)).toEqual(comparableLive(await world.observe(text), before))
      return new Set(plan.steps.map(({ kind }) => kind))
    }

    const first: Parts = { image }

    it('from nothing: two servers, volumes, mounts, a group and a copy', async () => {
      const kinds = await expectSame(stackOf(files, first))
      expect([...kinds]).toEqual(
        expect.arrayContaining(['create-server', 'make-filesystem', 'mount-volume', 'copy-files']),
      )
    })

    const changed: Parts = {
      ...first,
      tags: 'team: music',
      size: 2,
      port: 443,
      state: 'stopped',
      mode: "mode: '0750', options: noatime",
      elasticIp: true,
    }

    it('a change: a grown volume, tags, rules, a mount, a due snapshot, a stopped server, an elastic address', async () => {
      const kinds = await expectSame(stackOf(files, changed), { now: in2Days })
      const wanted = [
        'modify-volume',
        'grow-filesystem',
        'authorize-ingress',
        'revoke-ingress',
        'stop-server',
        'allocate-address',
        'associate-address',
        'tag-resource',
        'create-snapshot',
      ]
      expect([...kinds]).toEqual(expect.arrayContaining(wanted))
    })

    const replaced: Parts = { ...changed, image: image.replace('12', '13'), state: 'running' }

    it('a replacement, its volume and its elastic address moving along, and a start with volumes in fstab', async () => {
      const kinds = await expectSame(stackOf(files, replaced))
      expect([...kinds]).toEqual(
        expect.arrayContaining([
          'terminate-server',
          'unmount-volume',
          'detach-volume',
          'start-server',
          'disassociate-address',
          'associate-address',
        ]),
      )
    })

    const swapped: Parts = { ...replaced, zone: 'us-east-1b', elasticIp: false }

    it('a swap: a restore, and a volume that moves to another zone; the elastic address is given back', async () => {
      const { snapshots } = await world.observe(stackOf(files, replaced))
      const version = snapshots.find(({ address }) => address === 'volume.music')
      const kinds = await expectSame(stackOf(files, swapped), { restore: { [at('volume.music')]: version?.id ?? '' } })
      expect([...kinds]).toEqual(
        expect.arrayContaining(['supersede-volume', 'verify-volume', 'delete-volume', 'release-address']),
      )
    })

    it('a removal: a server, and volumes that are kept, deleted, and left behind as snapshots', async () => {
      const kinds = await expectSame(stackOf(files, { ...swapped, less: true }))
      expect([...kinds]).toEqual(
        expect.arrayContaining(['delete-volume', 'create-snapshot', 'terminate-server', 'delete-security-group']),
      )
    })
  },
)

interface Parts {
  readonly image: string
  readonly tags?: string
  readonly size?: number
  readonly port?: number
  readonly state?: string
  readonly mode?: string
  readonly zone?: string
  readonly less?: boolean
  readonly elasticIp?: boolean
}

function stackOf(files: string, parts: Parts): string {
  const {
    tags = '',
    size = 1,
    port = 80,
    state = 'running',
    mode = 'owner: www-data',
    zone = 'us-east-1a',
    less = false,
    elasticIp = false,
  } = parts
  const more = `
  db: { image: ${image}, type: t3.small, zone: us-east-1a, state: ${state}, securityGroups: [db] }`
  const moreVolumes = `
  logs: { server: db, size: 1, mount: /srv/logs, onRemove: delete }
  keep: { size: 1, zone: us-east-1a, onRemove: retain }
  spare: { size: 1, zone: ${zone} }`
  return `
evenkeel: 1
stack: model
target: sandbox
tags: { ${tags} }
securityGroups:
  app:
    description: app
    ingress: [{ port: 22, from: 0.0.0.0/0 }, { port: ${port}, from: 10.0.0.0/8 }, { port: all, from: securityGroup.app }]${
      less
        ? ''
        : `
  db:
    description: db
    ingress: [{ port: 22, from: 0.0.0.0/0 }, { port: 5432, from: securityGroup.app }]`
    }
servers:
  web: { image: ${parts.image}, type: t3.small, zone: us-east-1a, elasticIp: ${elasticIp}, securityGroups: [app], setup: [ 'true' ] }${less ? '' : more}
volumes:
  music:
    server: web
    size: ${size}
    mount: /srv/music
    label: music
    ${mode.split(', ').join('\n    ')}
    snapshots: { every: 1d }${less ? '' : moreVolumes}
sync:
  site: { from: ${files}/, to: volume.music/site/, onChange: 'true' }
`
}
