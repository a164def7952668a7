import { systemClock } from '../../../core/clock.js'
import { UsageError } from '../../../core/errors.js'
import { exitCodes } from '../../../core/exit-codes.js'
import { carryOutRound } from '../../../fleet/embedded/carry-out-round.js'
import { createEmbeddedEngine } from '../../../fleet/embedded/engine.js'
import { beginRound, goOnWithRound, hasEnded, lastRound, type Round } from '../../../fleet/embedded/round-journal.js'
import { carryOutJob } from '../../../fleet/jobs/carry-out-job.js'
import { newJob, newRound } from '../../../fleet/jobs/new-job.js'
import { createNotifier, folderMemory } from '../../../fleet/notify/notifier.js'
import { dropOldPlans } from '../../../fleet/jobs/plans-folder.js'
import { fleetProgress } from '../../../fleet/reports/fleet-progress.js'
import { fleetJson, fleetText } from '../../../fleet/reports/fleet-report.js'
import { stackNamed } from '../../../fleet/stacks/stacks-of.js'
import type { FleetEngine, FleetJob, FleetStack, JobReport } from '../../../fleet/types.js'
import { legible } from '../../../report/legible.js'
import { givenVariables } from '../../given-variables.js'
import { onInterrupt } from '../../interruption.js'
import { canRedraw, useColor } from '../../terminal.js'
import type { RoundCommandOptions } from './fleet-options.js'
import type { OpenFleet } from './open-fleet.js'

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
  order: RoundOrder,
  options: RoundCommandOptions,
  exitOrder: readonly number[],
): Promise<number> {
  const { folder, store, spec } = fleet
  const byId = await stacksFor(fleet, order)
  const { jobs, before } = order
  const { say, draw, clear } = progressLines()
  const warn = (text: string) => say(legible(text))
  const controller = new AbortController()
  const release = onInterrupt(() => interrupt(controller, order.kind, warn))
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
    await engine.close()
  }
  const known = new Map([...(before?.reports ?? []), ...reports].map((report) => [report.id, report]))
  const stacks = (before?.jobs ?? jobs).map((job) => {
    const { stack: id, commit } = job
    return [byId.get(id) ?? { id, commit, place: undefined }, known.get(id)] as const
  })
  const report = { fleet: spec.name, command: order.kind, round: order.round, stacks }
  process.stdout.write(options.json === true ? fleetJson(report) : fleetText(report, useColor(process.stdout)))
  const isCutOff = stacks.some(([, one]) => one === undefined || !hasEnded(one))
  if (isCutOff) process.stderr.write(`Interrupted. \`evenkeel fleet ${order.kind} --resume\` goes on from here.\n`)
  const codes = new Set([...known.values()].map(({ exitCode }) => exitCode))
  // Whoever interrupts the last stack wants what comes after the command as little.
  if (isCutOff || controller.signal.aborted) codes.add(exitCodes.interrupted)
  const { interrupted, failure, locked, stale } = exitCodes
  return [interrupted, failure, locked, stale, ...exitOrder].find((code) => codes.has(code)) ?? exitCodes.success
}

/** By id; what the fleet has no more is missing. What is resumed is done at the commits at which it was begun. */
async function stacksFor(
  { spec, stacks }: OpenFleet,
  { jobs, before }: RoundOrder,
): Promise<ReadonlyMap<string, FleetStack>> {
  const byId = new Map(stacks.map((stack) => [stack.id, stack]))
  for (const { stack: id, commit } of before?.jobs ?? jobs) {
    if (byId.get(id)?.commit === commit) continue
    const then = await stackNamed(spec, id, { commit, environment: givenVariables() })
    if (then) byId.set(id, then)
    else byId.delete(id)
  }
  return byId
}

async function engineFor(
  { spec, folder, queue }: OpenFleet,
  byId: ReadonlyMap<string, FleetStack>,
  { sandboxDir }: RoundCommandOptions,
  say: (text: string) => void,
): Promise<FleetEngine> {
  if (queue) {
    const { createRedisEngine } = await import('../../../fleet/redis/redis-engine.js')
    return createRedisEngine({ connection: queue, fleet: spec.name, placeOf: (id) => byId.get(id)?.place, say })
  }
  return createEmbeddedEngine({
    limits: spec.limits,
    placeOf: ({ stack }) => byId.get(stack)?.place,
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
