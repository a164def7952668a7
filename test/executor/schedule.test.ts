import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { HostError } from '../../src/core/errors.js'
import type { Outcome } from '../../src/executor/outcome.js'
import { createSchedule, remainingSeconds, type Schedule } from '../../src/executor/schedule.js'
import type { Step, StepId } from '../../src/model/steps/step.js'
import { aloneIn } from '../../src/model/steps/step-kinds.js'
import { plainStep } from '../support/steps.js'

const done: Outcome = { kind: 'done' }
const failed: Outcome = { kind: 'failed', error: new HostError('HOST_KEY_UNKNOWN', 'no', { host: 'server.web' }) }

const server = plainStep('create-server', 'server.web')
const volume = plainStep('create-volume', 'volume.music')
const attach = plainStep('attach-volume', 'volume.music', [server.id, volume.id])
const filesystem = plainStep('make-filesystem', 'volume.music', [attach.id], { server: 'server.web' })
const mount = plainStep('mount-volume', 'volume.music', [filesystem.id], { server: 'server.web' })

describe('schedule', () => {
  it('starts a step as soon as its needs are done', () => {
    const schedule = createSchedule([server, volume, attach])
    expect(ids(takeAll(schedule))).toEqual([server.id, volume.id])
    schedule.finish(volume.id, done)
    expect(takeAll(schedule)).toEqual([])
    schedule.finish(server.id, { kind: 'unchanged' })
    expect(ids(takeAll(schedule))).toEqual([attach.id])
  })

  it('starts the longest remaining path first', () => {
    const leaves = ['a', 'b', 'c'].map((name) => plainStep('tag-resource', `volume.${name}`))
    const schedule = createSchedule([...leaves, server, volume, attach], 2)
    expect(ids(takeAll(schedule))).toEqual([server.id, volume.id])
  })

  it('starts as many as may, and no more at once than it was told', () => {
    const steps = ['a', 'b', 'c', 'd'].map((name) => plainStep('create-volume', `volume.${name}`))
    expect(takeAll(createSchedule(steps))).toHaveLength(4)
    expect(takeAll(createSchedule(steps, 3))).toHaveLength(3)
  })

  it('edits one server by one step at a time, and others meanwhile', () => {
    const edits = ['web', 'web', 'boot'].map((name, index) =>
      plainStep('write-fstab', `volume.v${index}`, [], { server: `server.${name}` }),
    )
    const schedule = createSchedule(edits)
    expect(ids(takeAll(schedule))).toEqual(['write-fstab:volume.v0', 'write-fstab:volume.v2'])
    schedule.finish('write-fstab:volume.v0' as StepId, failed)
    expect(ids(takeAll(schedule))).toEqual(['write-fstab:volume.v1'])
  })

  it('blocks everything behind a failed step, and names that step', () => {
    const other = plainStep('create-volume', 'volume.other')
    const schedule = createSchedule([server, volume, attach, filesystem, mount, other])
    takeAll(schedule)
    expect(ids(schedule.finish(volume.id, failed))).toEqual([attach.id, filesystem.id, mount.id])
    expect(schedule.outcomeOf(mount.id)).toEqual({ kind: 'blocked', by: volume.id })
    schedule.finish(other.id, done)
    expect(schedule.inFlight()).toEqual([server.id])
  })

  it('blocks a step once when two of its needs fail', () => {
    const schedule = createSchedule([server, volume, attach])
    takeAll(schedule)
    expect(schedule.finish(server.id, failed)).toHaveLength(1)
    expect(schedule.finish(volume.id, failed)).toHaveLength(0)
    expect(schedule.outcomeOf(attach.id)).toEqual({ kind: 'blocked', by: server.id })
  })

  it('gives up what has not started', () => {
    const schedule = createSchedule([server, volume, attach], 1)
    takeAll(schedule)
    expect(ids(schedule.cancelRest())).toEqual([volume.id, attach.id])
    schedule.finish(server.id, done)
    expect(takeAll(schedule)).toEqual([])
    expect(schedule.outcomeOf(server.id)).toEqual(done)
  })

  it('refuses a plan whose order does not respect a need', () => {
    expect(() => createSchedule([attach, server, volume])).toThrow(/needed by attach-volume:volume.music/)
  })

  it('ends every step once, within the limits, whatever fails, for any graph', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 1, max: 5 }), fc.infiniteStream(fc.nat()), (steps, total, choices) => {
        const schedule = createSchedule(steps, total)
        const ended = drain(schedule, steps, total, choices)
        expect(ended).toBe(steps.length)
        for (const step of steps) {
          const needsDone = step.needs.every((need) => schedule.outcomeOf(need)?.kind === 'done')
          expect(schedule.outcomeOf(step.id)?.kind === 'blocked').toBe(!needsDone)
        }
      }),
    )
  })

  it('starts the most urgent of all that may start, at any moment of any graph', () => {
    fc.assert(
      fc.property(graphs, fc.integer({ min: 1, max: 6 }), fc.infiniteStream(fc.nat()), (steps, total, choices) => {
        const schedule = createSchedule(steps, total)
        const remaining = remainingSeconds(steps)
        for (;;) {
          const startable = steps.filter((step) => mayStart(step, schedule, steps, total))
          const urgency = Math.max(...startable.map(({ id }) => remaining.get(id) ?? 0))
          const next = schedule.next()
          expect(next?.id).toBe(startable.find(({ id }) => remaining.get(id) === urgency)?.id)
          if (next) continue
          const inFlight = schedule.inFlight()
          const id = inFlight[Number(choices.next().value) % inFlight.length]
          if (id === undefined) break
          schedule.finish(id, done)
        }
      }),
    )
  })
})

describe('a clean-up', () => {
  const copy = plainStep('copy-files', 'archive.a', [server.id, volume.id], { server: 'archive.a' })
  const cleanUp = plainStep('remove-temporary', 'archive.a', [copy.id], {
    cleansAfter: [server.id, volume.id, copy.id],
  })
  const steps = [server, volume, copy, cleanUp]

  it('runs after everything else was done', () => {
    const schedule = createSchedule(steps)
    takeAll(schedule)
    schedule.finish(server.id, done)
    schedule.finish(volume.id, done)
    expect(ids(takeAll(schedule))).toEqual([copy.id])
    schedule.finish(copy.id, done)
    expect(ids(takeAll(schedule))).toEqual([cleanUp.id])
    schedule.finish(cleanUp.id, done)
    expect(steps.map(({ id }) => schedule.outcomeOf(id)?.kind)).toEqual(['done', 'done', 'done', 'done'])
  })

  it('runs after a failure too, once what is in flight has ended', () => {
    const schedule = createSchedule(steps)
    takeAll(schedule)
    expect(ids(schedule.finish(server.id, failed))).toEqual([copy.id])
    expect(takeAll(schedule)).toEqual([])
    expect(schedule.finish(volume.id, done)).toEqual([])
    expect(ids(takeAll(schedule))).toEqual([cleanUp.id])
  })

  it('runs after an interruption too', () => {
    const schedule = createSchedule(steps)
    takeAll(schedule)
    schedule.finish(volume.id, done)
    expect(ids(schedule.cancelRest())).toEqual([copy.id])
    expect(takeAll(schedule)).toEqual([])
    schedule.finish(server.id, done)
    expect(ids(takeAll(schedule))).toEqual([cleanUp.id])
    schedule.finish(cleanUp.id, done)
    expect(schedule.inFlight()).toEqual([])
  })

  it('runs when the interruption came right before it, and once only', () => {
    const schedule = createSchedule(steps)
    takeAll(schedule)
    schedule.finish(volume.id, done)
    schedule.finish(server.id, done)
    takeAll(schedule)
    schedule.finish(copy.id, done)
    expect(schedule.cancelRest()).toEqual([])
    expect(ids(takeAll(schedule))).toEqual([cleanUp.id])
    expect(schedule.cancelRest()).toEqual([])
  })

  it('is given up with the rest when nothing was begun', () => {
    const schedule = createSchedule(steps)
    expect(ids(schedule.cancelRest())).toEqual(ids(steps))
    expect(takeAll(schedule)).toEqual([])
    expect(schedule.outcomeOf(cleanUp.id)).toEqual({ kind: 'cancelled' })
  })

  it('is blocked with the rest when what comes before all of it failed', () => {
    const before = plainStep('import-key-pair', 'keyPair.default')
    const waiting = [server, volume].map((step): Step => ({ ...step, needs: [before.id] }))
    const schedule = createSchedule([before, ...waiting, copy, cleanUp])
    takeAll(schedule)
    expect(ids(schedule.finish(before.id, failed))).toEqual([server.id, volume.id, copy.id, cleanUp.id])
    expect(schedule.outcomeOf(cleanUp.id)).toEqual({ kind: 'blocked', by: before.id })
  })

  it('ends in any order of endings, and is never left waiting', () => {
    fc.assert(
      fc.property(graphs, fc.infiniteStream(fc.nat(100)), fc.nat(60), (rows, choices, cutAt) => {
        const all = [...rows, { ...cleanUp, needs: [], cleansAfter: rows.map(({ id }) => id) } as Step]
        const schedule = createSchedule(all)
        for (let turn = 0; ; turn += 1) {
          takeAll(schedule)
          const inFlight = schedule.inFlight()
          const id = inFlight[Number(choices.next().value) % inFlight.length]
          if (id === undefined) break
          if (turn === cutAt) schedule.cancelRest()
          schedule.finish(id, Number(choices.next().value) % 5 === 0 ? failed : done)
        }
        const kinds = all.map((step) => schedule.outcomeOf(step.id)?.kind)
        expect(kinds).not.toContain(undefined)
        if (rows.length > 0) expect(kinds.at(-1)).toMatch(/done|failed/)
      }),
    )
  })
})

describe('remainingSeconds', () => {
  it('adds the longest chain behind a step', () => {
    const remaining = remainingSeconds([server, volume, attach])
    expect(remaining.get(server.id)).toBe(23)
    expect(remaining.get(attach.id)).toBe(3)
  })
})

/** Steps in which each needs some of the earlier ones. */
const graphs = fc
  .array(fc.tuple(fc.constantFrom('create-volume', 'write-fstab', 'copy-files'), fc.nat(2), fc.array(fc.nat(100))), {
    maxLength: 40,
  })
  .map((rows) => {
    const steps: Step[] = []
    for (const [index, [kind, serverIndex, needs]] of rows.entries()) {
      const earlier = index === 0 ? [] : [...new Set(needs.map((need) => steps[need % index]?.id ?? ''))]
      steps.push(plainStep(kind, `volume.v${index}`, earlier, { server: `server.s${serverIndex}` }))
    }
    return steps
  })

/** Runs a schedule to its end, in an order and with failures that `choices` say; returns how many steps ended. */
function drain(
  schedule: Schedule,
  steps: readonly Step[],
  stepsMax: number,
  choices: Iterator<number> | undefined,
): number {
  const byId = new Map(steps.map((step) => [step.id, step]))
  let ended = 0
  for (;;) {
    takeAll(schedule)
    const inFlight = schedule.inFlight()
    const choice = Number(choices?.next().value ?? 0)
    const id = inFlight[choice % inFlight.length]
    if (id === undefined) return ended
    if (inFlight.length > stepsMax) throw new Error('more in flight than allowed')
    const servers = inFlight.flatMap((running) => aloneIn(byId.get(running) as Step) ?? [])
    if (new Set(servers).size < servers.length) throw new Error('two edits of one server at once')
    ended += 1 + schedule.finish(id, choices && choice % 7 === 0 ? failed : done).length
  }
}

/** By looking at everything: nothing of it was started, all that it needs is done, and there is room for it. */
function mayStart(step: Step, schedule: Schedule, steps: readonly Step[], stepsMax: number): boolean {
  const inFlight = schedule.inFlight()
  const running = steps.filter(({ id }) => inFlight.includes(id))
  return (
    schedule.outcomeOf(step.id) === undefined &&
    !running.includes(step) &&
    step.needs.every((need) => schedule.outcomeOf(need) !== undefined) &&
    running.length < stepsMax &&
    !running.some((other) => aloneIn(step) !== undefined && aloneIn(other) === aloneIn(step))
  )
}

/** Starts everything that may start now. */
function takeAll(schedule: Schedule): readonly Step[] {
  const taken: Step[] = []
  for (let step = schedule.next(); step; step = schedule.next()) taken.push(step)
  return taken
}

function ids(steps: readonly Step[]): readonly StepId[] {
  return steps.map(({ id }) => id)
}
