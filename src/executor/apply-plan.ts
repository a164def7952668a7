import { setMaxListeners } from 'node:events'
import { required } from '../core/assert.js'
import { whenAborted } from '../core/abort.js'
import { systemClock, type Clock } from '../core/clock.js'
import { asEvenkeelError, Cancelled, type EvenkeelError } from '../core/errors.js'
import { createMask } from '../core/masking.js'
import { hearingWaits, type WaitSink } from '../core/wait-sink.js'
import { inWorkScope, type Admission } from '../core/work-scope.js'
import type { Plan } from '../model/plan.js'
import type { Step, StepId } from '../model/steps/step.js'
import { continued, runsOf, type Epoch } from '../model/ledger/lock.js'
import { createRunBindings, type RunBindings } from './run-bindings.js'
import type { EventSink } from './events.js'
import { createHeartbeat, heartbeatMs, type Heartbeat } from './heartbeat.js'
import { closing, opening } from './first-and-last-writing.js'
import { createLedgerWriter } from './ledger-writer.js'
import { notedRun } from './noted-run.js'
import { ledgerAfter, ledgerDuring } from './run-ledger.js'
import { onceOf } from './once.js'
import type { ApplyResult, Outcome } from './outcome.js'
import type { Ports } from './ports.js'
import { retryingHosts, retryingSync } from './retried-ports.js'
import { createSchedule, type Schedule } from './schedule.js'
import { wishesAfter } from './run-wishes.js'
import { leavesDoubt } from './unsettled.js'
import { resultOf } from './run-result.js'
import { runStep } from './steps/run-step.js'
import type { StepContext } from './steps/step-context.js'
import { createWorkSlots } from './work-slots.js'

/** Chosen: EC2 answers within 100 to 300 ms, so that 32 calls at once send what its buckets hold within half a second. */
export const defaultConcurrency = 48

export interface ApplyOptions {
  /** Receives every event, in order; must not throw. */
  readonly events?: EventSink
  readonly clock?: Clock
  /** Aborted: nothing new starts, what only waits ends at once, and what writes is finished. */
  readonly signal?: AbortSignal
  /**
   * How many calls to EC2 (two thirds of it) and operations inside servers (a third) may be in flight at once. What waits
   * (for an instance to run, for a server to answer, for EC2's pace) does not count.
   */
  readonly concurrency?: number
  /** How many steps may run at once, their waits included: for comparison with programs that count so. Default: any number. */
  readonly stepsMax?: number
  /** The values of sensitive variables by name: those that the plan's texts name, at least. They stand in no event and no result. */
  readonly secrets?: ReadonlyMap<string, string>
  /** The run's epoch: with it a repeated run asks EC2 for the same things with the same tokens. */
  readonly run: string
  /** This very run, where `run` is one that ended without a word and that this one goes on with; left out: `run`. */
  readonly ownRun?: string
  /** What else is written down of the run where it ends without knowing what all its calls came to. */
  readonly epoch?: Epoch
  /** Whose process it is, for the history: `anna@build-7`. */
  readonly by?: string | undefined
  /** Aborted with a LockError: the stack's lock is lost, and nothing may be changed any more. */
  readonly lost?: AbortSignal
}

/**
 * Carries a plan out and says how every step ended. Never rejects for an operating failure: a failed step blocks what
 * needs it, and everything else goes on. The plan must be applyable, and made from the world as it is.
 */
export async function applyPlan(plan: Plan, ports: Ports, options: ApplyOptions): Promise<ApplyResult> {
  const clock = options.clock ?? systemClock
  const ends = [options.signal, options.lost].filter((signal) => signal !== undefined)
  const signal = ends.length > 0 ? AbortSignal.any(ends) : undefined
  // As many steps may be waiting for it as are in flight.
  if (signal) setMaxListeners(0, signal)
  const mask = createMask(options.secrets?.values() ?? [])
  const { events = () => undefined } = options
  // A plan holds no values; everything else that leaves passes here.
  const heartbeat = createHeartbeat((event) => events(event.kind === 'run-started' ? event : mask.data(event)))
  const emit = heartbeat.sink
  const startedAt = clock.now()
  emit({ kind: 'run-started', at: startedAt, run: options.run, plan })
  const ended = new AbortController()
  void beatUntil(ended.signal, heartbeat, clock)
  const carriedOut = carryOut(plan, ports, { ...options, ...(signal && { signal }) }, clock, emit)
  const result = mask.data(await carriedOut.finally(() => ended.abort()))
  emit({ kind: 'run-finished', at: clock.now(), result, durationMs: clock.now() - startedAt })
  return result
}

async function beatUntil(ended: AbortSignal, heartbeat: Heartbeat, clock: Clock): Promise<void> {
  const awake = () =>
    clock.sleep(heartbeatMs, ended).then(
      () => true,
      () => false,
    )
  while (await awake()) heartbeat.beat(clock.now())
}

async function carryOut(
  plan: Plan,
  ports: Ports,
  options: ApplyOptions,
  clock: Clock,
  emit: EventSink,
): Promise<ApplyResult> {
  const bindings = createRunBindings(plan.bindings, options.secrets)
  const schedule = createSchedule(plan.steps, options.stepsMax)
  const admit = createWorkSlots(options.concurrency ?? defaultConcurrency, clock)
  const ledger = createLedgerWriter(plan, ports.cloud, bindings)
  const { run, ownRun = run, by, epoch } = options
  const noted = (outcome?: ApplyResult['status']) =>
    notedRun(plan, { run: ownRun, by, revision: epoch?.revision }, outcome)
  let isInDoubt = false
  const onAbort = () => {
    const isLockLost = options.lost?.aborted === true
    emit({ kind: 'interrupted', at: clock.now(), inFlight: schedule.inFlight(), ...(isLockLost && { isLockLost }) })
  }
  const forgetAbort = whenAborted(options.signal, onAbort)
  if (options.signal?.aborted === true) onAbort()
  try {
    // What is wanted is written down before the first step: whoever comes after a crash goes on with it.
    const open = plan.steps.length > 0 ? plan.ledger.wishes?.open : undefined
    await opening(options.signal, () =>
      ledger.write({ addresses: ledgerDuring(plan.ledger, plan.steps), wishes: open, note: noted() }),
    )
    const onDoubt = () => {
      isInDoubt = true
    }
    await runAll({ plan, ports, options, clock, emit, bindings, schedule, admit, onDoubt, together: togetherOnce() })
    options.lost?.throwIfAborted()
    const isBound = (address: string) => bindings.get(address as Step['address']) !== undefined
    const outcomeOf = (step: Step) => schedule.outcomeOf(step.id)
    const { status, outcomes } = resultOf(plan, schedule, bindings, undefined)
    await closing(options.signal, clock, () =>
      ledger.write({
        addresses: ledgerAfter(plan.ledger, ledger.addresses, plan.steps, outcomeOf, isBound),
        wishes: plan.ledger.wishes && wishesAfter(plan.ledger.wishes, plan.steps, outcomeOf),
        // What a plan of a part has not looked at stays for the next run to settle.
        epoch: isInDoubt ? epochInDoubt(plan, options) : ((plan.isPart && plan.ledger.epoch) ?? null),
        note: noted(status),
        isWorthNoting: outcomes.some(({ outcome }) => outcome.kind === 'done' || outcome.kind === 'failed'),
      }),
    )
  } catch (error) {
    schedule.cancelRest()
    return { ...resultOf(plan, schedule, bindings, asEvenkeelError(error)), isUnsettled: true }
  } finally {
    forgetAbort()
  }
  return resultOf(plan, schedule, bindings, undefined)
}

/** What the next run is to go on with. */
function epochInDoubt(plan: Plan, { run, ownRun = run, epoch }: ApplyOptions): Epoch {
  return continued(plan.ledger.epoch ?? epoch ?? { run }, ownRun)
}

interface Run {
  readonly plan: Plan
  readonly ports: Ports
  readonly options: ApplyOptions
  readonly clock: Clock
  readonly emit: EventSink
  readonly bindings: RunBindings
  readonly schedule: Schedule
  readonly admit: Admission
  /** Called when a step has ended of which it is not known what its calls came to. */
  readonly onDoubt: () => void
  readonly together: StepContext['together']
}

/** Resolves when nothing is in flight and nothing more can start. */
function runAll(run: Run): Promise<void> {
  const { schedule, emit, clock } = run
  const { signal } = run.options
  const { promise, resolve, reject } = deferred()

  const onAbort = () => {
    giveUp(schedule.cancelRest(), { kind: 'cancelled' })
    // What was begun and only lives for the time of the run is cleaned up all the same.
    startMore()
  }
  const giveUp = (steps: readonly Step[], outcome: Outcome) => {
    for (const step of steps) emit({ kind: 'step-finished', at: clock.now(), step, outcome, durationMs: 0 })
  }
  const endWhenIdle = () => {
    if (schedule.inFlight().length === 0) resolve()
  }
  const startMore = () => {
    for (let step = schedule.next(); step; step = schedule.next()) void runOne(step).catch(reject)
    endWhenIdle()
  }
  const runOne = async (step: Step) => {
    const startedAt = clock.now()
    emit({ kind: 'step-started', at: startedAt, step })
    const outcome = await attempt(step, run)
    if (leavesDoubt(outcome)) run.onDoubt()
    const durationMs = clock.now() - startedAt
    const blocked = schedule.finish(step.id, outcome)
    emit({ kind: 'step-finished', at: clock.now(), step, outcome, durationMs })
    giveUp(blocked, { kind: 'blocked', by: step.id })
    startMore()
  }

  if (signal?.aborted === true) onAbort()
  else {
    signal?.addEventListener('abort', onAbort, { once: true })
    startMore()
  }
  return promise.finally(() => signal?.removeEventListener('abort', onAbort))
}

async function attempt(step: Step, run: Run): Promise<Outcome> {
  try {
    const context = contextFor(step, run)
    const scope = { urgency: run.schedule.urgencyOf(step.id), signal: context.signal, admit: run.admit }
    const work = () => hearingWaits(told(step, run), () => runStep(step, context))
    return { kind: await inWorkScope(scope, work) }
  } catch (error) {
    if (error instanceof Cancelled) return { kind: 'cancelled' }
    return { kind: 'failed', error: asEvenkeelError(error) }
  }
}

/** Chosen: what takes no longer needs no word. */
const quietMs = 5_000

/** Passes on what a step waits for; the many looks of one wait become an event now and then. */
function told(step: Step, { clock, emit }: Run): WaitSink {
  let toldAt = -Infinity
  return (wait) => {
    const at = clock.now()
    if (wait.sinceMs < quietMs || at - toldAt < heartbeatMs) return
    toldAt = at
    emit({ kind: 'step-waiting', at, stepId: step.id, wait })
  }
}

/** Each shared operation once in a run. */
function togetherOnce(): StepContext['together'] {
  const begun = new Map<StepId, Promise<unknown>>()
  return <Result>(shared: StepId, work: () => Promise<Result>): Promise<Result> => {
    const known = begun.get(shared) ?? work()
    begun.set(shared, known)
    return known as Promise<Result>
  }
}

function contextFor(step: Step, run: Run): StepContext {
  const { plan, ports, options, clock, emit, bindings, schedule, together } = run
  const stepId = step.id
  const known = plan.bindings[step.address]?.id
  const runs = plan.ledger.epoch ? runsOf(plan.ledger.epoch) : []
  const retries = {
    clock,
    signal: step.cleansAfter ? undefined : options.signal,
    onRetry: (attempt: number, error: EvenkeelError, delayMs: number) =>
      emit({ kind: 'step-retried', at: clock.now(), stepId, attempt, error, delayMs }),
  }
  return {
    stack: plan.stack,
    ports: { ...ports, hosts: retryingHosts(ports.hosts, retries), sync: retryingSync(ports.sync, retries) },
    bindings,
    clock,
    once: onceOf(options.run, stepId, known),
    ownOnce: onceOf(options.ownRun ?? options.run, stepId, known),
    onceOf: (shared) => onceOf(options.run, shared),
    together,
    onces: runs.map((earlier) => onceOf(earlier, stepId, known)),
    outcomeOf: (id) => schedule.outcomeOf(id),
    signal: retries.signal,
    formerly: (address) => (plan.renamed ?? []).flatMap(({ from, to }) => (to === address ? from : [])),
    progress: (fraction, text) => emit({ kind: 'step-progress', at: clock.now(), stepId, fraction, text }),
    output: (line) => emit({ kind: 'step-output', at: clock.now(), stepId, line }),
  }
}

function deferred(): { promise: Promise<void>; resolve: () => void; reject: (reason: unknown) => void } {
  let settle: { resolve: () => void; reject: (reason: unknown) => void } | undefined
  const promise = new Promise<void>((resolve, reject) => {
    settle = { resolve, reject }
  })
  return { promise, ...required(settle, 'the executor of a promise') }
}
