import { describe, expect, it } from 'vitest'
import type { SyncFacts } from '../../src/model/kinds/sync-rule.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makePlan } from '../../src/planner/make-plan.js'
import type { Plan } from '../../src/model/plan.js'
import { emptyLive, imagesFor, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { withVolume } from '../support/stack-texts.js'

const volume = withVolume('server: web, size: 10, mount: /srv')
const rule = (members: string) => `${volume}sync:\n  site: { from: ./site/, ${members} }\n`
const quiet = rule('to: volume.data/site/')
const loud = rule('to: volume.data/site/, onChange: systemctl reload nginx')

type Facts = Extract<SyncFacts, { kind: 'read' }>

describe('a sync rule', () => {
  it('copies once its volume is mounted, tells its server what changed, and records that', () => {
    const plan = planOf(loud)
    expect(kindsOf(plan)).toEqual(['copy-files', 'run-on-change', 'tag-resource'])
    const [copy, command, record] = plan.steps.filter(({ address }) => address === 'sync.site')
    expect(copy).toMatchObject({ destination: '/srv/site/', source: './site/', expectedFiles: 3, expectedBytes: 4096 })
    expect(copy?.needs).toEqual(['connect-host:server.web', 'mount-volume:volume.data'])
    expect(command).toMatchObject({ kind: 'run-on-change', copy: copy?.id })
    expect(record).toMatchObject({
      target: 'volume.data',
      tags: { 'evenkeel:sync:site': expect.stringMatching(/^\w{12} \w{8}$/) },
    })
  })

  it('to a path on a server is recorded on that server', () => {
    const plan = planOf(rule("to: 'web:/srv/site/'"))
    expect(plan.steps.filter(({ address }) => address === 'sync.site')).toMatchObject([
      { kind: 'copy-files', destination: '/srv/site/' },
      { kind: 'tag-resource', target: 'server.web' },
    ])
  })

  it.each([
    ['below its mount point', '/srv/site/', ['connect-host:server.web', 'mount-volume:volume.data']],
    ['its mount point', '//srv', ['connect-host:server.web', 'mount-volume:volume.data']],
    ['one that only begins alike', '/srv-old/', ['connect-host:server.web']],
  ])('to a path on a server waits for the volume that is mounted there: %s', (_name, path, needs) => {
    const plan = planOf(rule(`to: 'web:${path}'`))
    const copy = plan.steps.find(({ kind }) => kind === 'copy-files')
    expect(copy?.needs).toEqual(needs)
    expect(copy).toHaveProperty('server', 'server.web')
    const mounted = [{ volume: 'volume.data', mountPath: '/srv' }]
    expect(copy && 'mounted' in copy ? copy.mounted : undefined).toEqual(needs.length > 1 ? mounted : undefined)
  })

  it('waits for every volume that a path shows: the innermost that holds it, and those below it', () => {
    const inner = withVolume('server: web, size: 10, mount: /srv').replace(
      /^( +)data:.*$/m,
      (line, blanks: string) =>
        `${line}\n${blanks}inner: { server: web, size: 10, mount: /srv/in, dependsOn: [volume.data] }`,
    )
    const data = { volume: 'volume.data', mountPath: '/srv' }
    const inside = { volume: 'volume.inner', mountPath: '/srv/in' }
    const copyOf = (from: string, to: string) =>
      planOf(`${inner}sync:\n  site: { from: '${from}', to: '${to}' }\n`).steps.find(
        ({ kind }) => kind === 'copy-files',
      )
    expect(copyOf('web:/srv/in/x/', 'web:/srv/x/')).toMatchObject({ source: [{ mounted: [inside] }], mounted: [data] })
    expect(copyOf('volume.inner', 'web:/opt/')).toMatchObject({ source: [{ mounted: [inside] }] })
    const whole = copyOf('volume.data/', 'web:/opt/')
    expect(whole).toMatchObject({ source: [{ mounted: [data, inside] }] })
    expect(whole?.needs).toContain('mount-volume:volume.inner')
    expect(copyOf('web:/', './back/')).toMatchObject({ source: [{ mounted: [data, inside] }] })
  })

  it('whose files moved at the destination has drifted', () => {
    const plan = planOf(quiet, withFacts(settled(quiet), { filesChanged: 1 }))
    expect(kindsOf(plan)).toEqual(['copy-files'])
    expect(changeOf(plan)).toMatchObject({ kind: 'update' })
    expect(changeOf(plan)?.diffs.every(({ cause }) => cause === 'drift')).toBe(true)
  })

  it('whose source moved is pending, and so is one whose rule did', () => {
    const moved = planOf(quiet, withFacts(settled(quiet), { filesChanged: 1, sourceDigest: 'f'.repeat(32) }))
    expect(kindsOf(moved)).toEqual(['copy-files', 'tag-resource'])
    expect(changeOf(moved)?.diffs.every(({ cause }) => cause === 'pending')).toBe(true)
    const stricter = rule('to: volume.data/site/, delete: true')
    const changed = planOf(stricter, withFacts(settled(quiet), { filesDeleted: 2 }))
    expect(changeOf(changed)?.diffs.every(({ cause }) => cause === 'pending')).toBe(true)
  })

  it('owes its command when an apply was cut off between the copy and the command', () => {
    const live = settled(loud)
    const volumes = live.volumes.map((known) => ({
      ...known,
      tags: Object.fromEntries(Object.entries(known.tags).filter(([key]) => key !== 'evenkeel:sync:site')),
    }))
    const plan = planOf(loud, { ...live, volumes })
    expect(plan.steps.filter(({ address }) => address === 'sync.site')).toMatchObject([
      { kind: 'run-on-change', copy: undefined },
      { kind: 'tag-resource' },
    ])
    expect(kindsOf(planOf(quiet, { ...live, volumes }))).toEqual(['tag-resource'])
  })

  it('is looked at again, without a change, where its server was stopped', () => {
    const live = settled(quiet)
    const stopped: LiveStack = {
      ...live,
      servers: live.servers.map((server) => ({ ...server, state: 'stopped' })),
      hosts: { 'server.web': { kind: 'not-probed', because: 'stopped' } },
      syncs: {},
    }
    const plan = planOf(quiet, stopped)
    expect([kindsOf(plan), changeOf(plan)?.kind]).toEqual([['copy-files'], 'none'])
    const sourceOnly = planOf(quiet, {
      ...stopped,
      ...withFacts(stopped, { compared: 'source-only', filesCreated: 3 }),
    })
    expect([kindsOf(sourceOnly), changeOf(sourceOnly)?.kind]).toEqual([['copy-files'], 'none'])
  })

  it('that could not be compared is left, and the plan is not complete', () => {
    const live = settled(quiet)
    const plan = planOf(quiet, { ...live, syncs: { 'sync.site': { kind: 'unreadable', reason: 'no such directory' } } })
    expect([plan.complete, kindsOf(plan), plan.problems.map(({ code }) => code)]).toEqual([
      false,
      [],
      ['PLAN_UNREADABLE'],
    ])
    expect(plan.unreadable).toEqual([{ address: 'sync.site', reason: 'no such directory' }])
  })

  it('whose files are not on this machine keeps the whole plan from being applied', () => {
    const live = settled(quiet)
    const facts = { kind: 'unreadable', reason: 'ENOENT', isMissing: true } as const
    const plan = planOf(quiet, { ...live, syncs: { 'sync.site': facts } })
    expect([plan.applyable, kindsOf(plan)]).toEqual([false, []])
    expect(plan.problems).toMatchObject([
      { severity: 'error', scope: 'plan', code: 'SYNC_SOURCE_MISSING', address: 'sync.site', path: ['from'] },
    ])
  })

  it('that leaves the file leaves its files, and its record goes', () => {
    const plan = planOf(volume, settled(quiet))
    expect(plan.steps).toMatchObject([
      { kind: 'tag-resource', address: 'sync.site', target: 'volume.data', removeTags: ['evenkeel:sync:site'] },
    ])
    expect(changeOf(plan)).toMatchObject({ kind: 'remove', impact: 'none' })
  })

  it('that leaves the file loses its records on all its servers at once', () => {
    const fleet = (rules: string) => `evenkeel: 1
stack: demo
target: sandbox
servers:
  node: { count: 3, image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a }
${rules}`
    const live = settled(fleet("sync:\n  site: { from: ./site/, to: 'node[*]:/srv/' }\n"))
    const { live: after, failed } = applyPlan(planOf(fleet(''), live), live)
    expect(failed).toEqual([])
    expect(after.servers.flatMap(({ tags }) => Object.keys(tags)).filter((tag) => tag.includes('site'))).toEqual([])
    expect(planOf(fleet(''), after).steps).toEqual([])
  })

  it('waits for the setup of its server before its command runs', () => {
    const text = loud.replace('type:', 'setup: [apt-get install nginx], type:')
    const plan = planOf(text)
    expect(plan.steps.find(({ kind }) => kind === 'run-on-change')?.needs).toContain('run-setup:server.web')
  })
})

function planOf(text: string, live?: LiveStack): Plan {
  const spec = specOf(text)
  return makePlan(spec, live ? { ...live, images: imagesFor(spec) } : emptyLive(spec))
}

function settled(text: string): LiveStack {
  const spec = specOf(text)
  const { live, failed } = applyPlan(makePlan(spec, emptyLive(spec)), emptyLive(spec))
  expect(failed).toEqual([])
  return live
}

function withFacts(live: LiveStack, change: Partial<Facts>): LiveStack {
  const facts: Facts = {
    kind: 'read',
    sourceDigest: '5f2b8c1d9e3a47065f2b8c1d9e3a4706',
    filesCreated: 0,
    filesChanged: 0,
    filesDeleted: 0,
    bytes: 0,
    sample: [],
    compared: 'both',
    ...change,
  }
  return { ...live, syncs: { 'sync.site': facts } }
}

function kindsOf(plan: Plan) {
  return plan.steps.filter(({ address }) => address === 'sync.site').map(({ kind }) => kind)
}

function changeOf(plan: Plan) {
  return plan.changes.find(({ address }) => address === 'sync.site')
}
