import { systemClock } from '../../../core/clock.js'
import { asEvenkeelError, EvenkeelError, UsageError } from '../../../core/errors.js'
import { exitCodeOfAll, exitCodes } from '../../../core/exit-codes.js'
import { carryOutRound } from '../../../fleet/embedded/carry-out-round.js'
import { createEmbeddedEngine } from '../../../fleet/embedded/engine.js'
import { holdRound } from '../../../fleet/embedded/hold-round.js'
import { beginRound, goOnWithRound, hasEnded, lastRound, type Round } from '../../../fleet/embedded/round-journal.js'
import { carryOutJob } from '../../../fleet/jobs/carry-out-job.js'
import { newJob, newRound } from '../../../fleet/jobs/new-job.js'
import { createNotifier, folderMemory } from '../../../fleet/notify/notifier.js'
import { dropOldPlans } from '../../../fleet/jobs/plans-folder.js'
import { fleetProgress } from '../../../fleet/reports/fleet-progress.js'
import { fleetJson, fleetText } from '../../../fleet/reports/fleet-report.js'
import { unreachableReport } from '../../../fleet/reports/unreachable-report.js'
import { createStackFinder } from '../../../fleet/stacks/find-stacks.js'
import { repositoryOf } from '../../../fleet/stacks/repository-of.js'
import type { FleetEngine, FleetJob, FleetStack, JobReport } from '../../../fleet/types.js'
import { legible } from '../../../report/legible.js'
import { givenVariables } from '../../given-variables.js'
import { onInterrupt } from '../../interruption.js'
import { canRedraw, useColor } from '../../terminal.js'
import type { RoundCommandOptions } from './fleet-options.js'
import { shownStacks, type OpenFleet } from './open-fleet.js'

/** What is to be done, or done to the end. */
export interface RoundOrder {
  readonly kind: FleetJob['kind']
  readonly round: string
  readonly jobs: readonly FleetJob[]
  /** Of a round that was cut off: what is known of it. */
  readonly before?: Round | undefined
}

/** A round of one job for each of these stacks; `plan` says which saved plan an apply carries out. */
export function newOrder(
  fleet: string,
  kind: FleetJob['kind'],
  stacks: readonly { readonly stack: FleetStack; readonly plan?: string | undefined }[],
): RoundOrder {
  const round = newRound()
  return { kind, round, jobs: stacks.map(({ stack, plan }) => newJob(stack, { fleet, round, kind, plan })) }
}

/** What is left of the last round of a kind. Throws a UsageError where that was not cut off. */
export function resumedOrder(
  { folder }: OpenFleet,
  kind: FleetJob['kind'],
  { only }: Pick<RoundCommandOptions, 'only'>,
): RoundOrder {
  if (only) {
    throw new UsageError('USAGE', '--only cannot be said with --resume', {
      hint: 'what was begun goes on, with the stacks that were asked for then',
    })
  }
  const before = lastRound(folder.rounds, kind)
  const done = new Set(before?.reports.map(({ id }) => id))
  const jobs = before?.jobs.filter(({ stack }) => !done.has(stack)) ?? []
  if (!before || before.isFinished || jobs.length === 0) {
    throw new UsageError('FLEET_NOTHING_TO_RESUME', `the last fleet ${kind} on this machine was not cut off`, {
      hint: `call \`evenkeel fleet ${kind}\` without --resume`,
    })
  }
  return { kind, round: before.round, jobs, before }
}

/**
 * Carries a round out, in this process or through the queue, and prints one report over all. Returns the worst exit status, of those in `exitOrder`. The first
 * Ctrl-C begins nothing new and waits for what is under way; the second leaves at once.
 */
export async function runRound(
  fleet: OpenFleet,
  asked: RoundOrder,
  options: RoundCommandOptions,
  exitOrder: readonly number[],
): Promise<number> {
  const { folder, store, spec } = fleet
  const byId = await stacksFor(fleet, asked)
  const { say, draw, clear } = progressLines()
  const warn = (text: string) => say(legible(text))
  const controller = new AbortController()
  const release = onInterrupt(() => interrupt(controller, asked.kind, warn))
  const letGo = holdRound(folder.rounds, asked.round)
  const order = stillLeft(fleet, asked, letGo)
  const { jobs, before } = order
  const engine = await engineFor(fleet, byId, options, warn)
  const journal = before ? goOnWithRound(folder.rounds, before) : beginRound(folder.rounds, order)
  if (order.kind === 'plan') dropOldPlans(folder.plans)
  let reports: readonly JobReport[]
  try {
    reports = await carryOutRound(jobs, {
      engine,
      store,
      journal,
      on: fleetProgress(jobs.length, () => systemClock.now(), { say, draw }),
      signal: controller.signal,
      // Workers tell by themselves, of what schedules bring as well.
      notify: fleet.queue ? () => Promise.resolve() : createNotifier(spec, folderMemory(folder.told), warn),
      onWarning: warn,
    })
  } finally {
    clear()
    release()
    letGo()
    await engine.close()
  }
  // What was begun goes on: a job of a repository that cannot be fetched says so by itself.
  const failed = before ? [] : fleet.unreachable.map((source) => unreachableReport(source, order))
  const known = new Map([...(before?.reports ?? []), ...reports, ...failed].map((report) => [report.id, report]))
  const worked = (before?.jobs ?? jobs).map(({ stack: id, commit }) => ({
    id,
    commit,
    place: stackIn(byId, id)?.place,
  }))
  const stacks = [...worked, ...failed.map(({ id }) => ({ id, commit: undefined, place: undefined }))].map(
    (stack) => [stack, known.get(stack.id)] as const,
  )
  const report = { fleet: spec.name, command: order.kind, round: order.round, stacks }
  process.stdout.write(options.json === true ? fleetJson(report) : fleetText(report, useColor(process.stdout)))
  const isCutOff = stacks.some(([, one]) => one === undefined || !hasEnded(one))
  if (isCutOff) process.stderr.write(`Interrupted. \`evenkeel fleet ${order.kind} --resume\` goes on from here.\n`)
  const codes = [...known.values()].map(({ exitCode }) => exitCode)
  // Whoever interrupts the last stack wants what comes after the command as little.
  const isInterrupted = isCutOff || controller.signal.aborted
  return exitCodeOfAll(isInterrupted ? [exitCodes.interrupted, ...codes] : codes, exitOrder)
}

/** What another has ended of a round, between our look at it and our turn, is not done again. */
function stillLeft(fleet: OpenFleet, asked: RoundOrder, letGo: () => void): RoundOrder {
  if (!asked.before) return asked
  try {
    return resumedOrder(fleet, asked.kind, {})
  } catch (error) {
    letGo()
    throw error
  }
}

/** By id, or why one cannot be had; what the fleet has no more is missing. */
type StacksById = ReadonlyMap<string, FleetStack | EvenkeelError>

/** What is resumed is done at the commits at which it was begun. */
async function stacksFor(fleet: OpenFleet, { jobs, before }: RoundOrder): Promise<StacksById> {
  const byId = new Map<string, FleetStack | EvenkeelError>(fleet.stacks.map((stack) => [stack.id, stack]))
  const failed = new Map<string, EvenkeelError>()
  const find = createStackFinder(fleet.spec, shownStacks(fleet), { environment: givenVariables() })
  for (const { stack: id, commit } of before?.jobs ?? jobs) {
    if (stackIn(byId, id)?.commit === commit) continue
    // Its commit may be gone for good: the others go on, and it is asked for once.
    const key = `${repositoryOf(id)} ${commit}`
    const then = failed.get(key) ?? (await find(id, commit).catch(asEvenkeelError))
    if (then instanceof EvenkeelError) failed.set(key, then)
    if (then) byId.set(id, then)
    else byId.delete(id)
  }
  return byId
}

function stackIn(byId: StacksById, id: string): FleetStack | undefined {
  const found = byId.get(id)
  return found instanceof EvenkeelError ? undefined : found
}

async function engineFor(
  { spec, folder, queue }: OpenFleet,
  byId: StacksById,
  { sandboxDir }: RoundCommandOptions,
  say: (text: string) => void,
): Promise<FleetEngine> {
  if (queue) {
    const { createRedisEngine } = await import('../../../fleet/redis/redis-engine.js')
    return createRedisEngine({ connection: queue, fleet: spec.name, placeOf: (id) => stackIn(byId, id)?.place, say })
  }
  return createEmbeddedEngine({
    limits: () => spec.limits,
    placeOf: ({ stack }) => stackIn(byId, stack)?.place,
    work: (job, onProgress) =>
      carryOutJob(job, byId.get(job.stack), {
        plansFolder: folder.plans,
        sandboxDir,
        environment: givenVariables(),
        onProgress,
      }),
  })
}

function interrupt(controller: AbortController, kind: string, warn: (text: string) => void): void {
  if (controller.signal.aborted) {
    process.stderr.write(`Left at once. \`evenkeel fleet ${kind} --resume\` goes on from there.\n`)
    process.exit(exitCodes.interrupted)
  }
  controller.abort()
  warn('Interrupted: no further stack is begun, and what is under way is waited for; once more to leave.')
}

/** Lines on standard error; on a terminal the last is drawn over. */
function progressLines() {
  const { stderr } = process
  const isDrawn = canRedraw(stderr)
  const fit = (line: string) => line.slice(0, Math.max(20, (stderr.columns || 80) - 1))
  return {
    say: (line: string) => void stderr.write(isDrawn ? `\r\u001B[K${line}\n` : `${line}\n`),
    draw: isDrawn ? (line: string) => void stderr.write(`\r\u001B[K${fit(line)}`) : undefined,
    clear: () => void (isDrawn && stderr.write('\r\u001B[K')),
  }
}
