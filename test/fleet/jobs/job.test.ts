import { describe, expect, it } from 'vitest'
import { jobOf, planNameOf } from '../../../src/fleet/jobs/job.js'
import { newJob } from '../../../src/fleet/jobs/new-job.js'
import { reportOf } from '../../../src/fleet/jobs/report.js'

const stack = { id: 'infra:prod/stack.yaml', commit: 'a'.repeat(40) }
const plan = planNameOf(stack.id, '20261122T101500Z-1f2e3d')
const apply = newJob(stack, { fleet: 'music', round: '20261122T101500Z-1f2e3d', kind: 'apply', plan })

describe('a job from a queue', () => {
  it('is what was put in', () => {
    const others = ['plan', 'drift'].map((kind) =>
      newJob({ id: 'a.stack.yaml', commit: undefined }, { fleet: 'music', round: 'r', kind: kind as 'plan' }),
    )
    const shown = newJob(stack, { fleet: 'music', round: 'r', kind: 'apply', plan, planDigest: 'a'.repeat(64) })
    for (const job of [apply, shown, ...others]) expect(jobOf(JSON.parse(JSON.stringify(job)))).toEqual(job)
  })

  it('that applies a saved plan is the run that the plan was made for', () => {
    expect(apply.run).toBe('20261122T101500Z-1f2e3d')
  })

  it.each([
    ['no object', 'plan'],
    ['nothing', null],
    ['a list', [apply]],
    ['of another form', { ...apply, formatVersion: 2 }],
    ['of a kind that there is not', { ...apply, kind: 'destroy' }],
    ['for a fleet that leads elsewhere', { ...apply, fleet: '../other' }],
    ['with a round that leads elsewhere', { ...apply, round: '../../x' }],
    ['for no stack', { ...apply, stack: '' }],
    ['for a stack with a line break', { ...apply, stack: 'a\nb' }],
    ['with a branch for a commit', { ...apply, commit: '--upload-pack=x' }],
    ['with a path for a plan', { ...apply, plan: '/etc/passwd' }],
    ['with the plan of another stack', { ...apply, stack: 'infra:other/stack.yaml' }],
    ['with a digest that is none', { ...apply, planDigest: 'x' }],
    ['with the digest of no plan', { ...apply, plan: undefined, planDigest: 'a'.repeat(64) }],
    ['without its run', { ...apply, run: undefined }],
    ['with a member more', { ...apply, variables: { password: 'x' } }],
    ['that plans with a plan', { ...apply, kind: 'plan' }],
  ])('is refused: %s', (_, value) => {
    expect(() => jobOf(value)).toThrow(expect.objectContaining({ code: 'FLEET_JOB_INVALID' }))
  })
})

describe('a report from a file', () => {
  const report = {
    formatVersion: 1,
    round: 'r',
    kind: 'plan',
    id: stack.id,
    place: { stack: 'prod', account: 'sandbox', region: 'us-east-1' },
    state: 'pending',
    words: '1 to create',
    text: 'Plan\n',
    exitCode: 2,
    errorCode: undefined,
    lockedBy: undefined,
    plan,
    beganAt: '2026-11-22T10:15:00.000Z',
    endedAt: '2026-11-22T10:15:01.000Z',
  }

  it('is what was written', () => {
    expect(reportOf(JSON.parse(JSON.stringify(report)))).toEqual(report)
  })

  it.each([
    ['another form', { formatVersion: 2 }],
    ['a state that there is not', { state: 'fine' }],
    ['no text', { text: 3 }],
    ['a place without a region', { place: { stack: 'a', account: 'b' } }],
    ['a time that is none', { endedAt: 'today' }],
    ['an exit status out of range', { exitCode: 1_000 }],
  ])('is none with %s', (_, members) => {
    expect(reportOf({ ...report, ...members })).toBeUndefined()
  })

  it('keeps no name of a plan that is a path', () => {
    expect(reportOf({ ...report, plan: '../x' })).toMatchObject({ plan: undefined })
  })
})
