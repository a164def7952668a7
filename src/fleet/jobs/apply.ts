import { applyStack, isNothingToDo, leftAfter, settleEpoch } from '../../app/apply-stack.js'
import { assertAllowed } from '../../app/checks/check-plan.js'
import { withLock } from '../../app/lock/with-lock.js'
import { planAgain, planStack } from '../../app/plan-stack.js'
import { openRunJournal } from '../../app/run-journal.js'
import { savedPlanHere } from '../../app/saved-plan/carry-out-saved.js'
import { readPlanFile, type PlanFile } from '../../app/saved-plan/plan-file.js'
import { restOfSaved } from '../../app/saved-plan/rest-of-saved.js'
import type { Session } from '../../app/session.js'
import { historyOfStack } from '../../app/stacks/history.js'
import { digestOf } from '../../core/digest.js'
import { PlanError, UsageError, type EvenkeelError } from '../../core/errors.js'
import { exitCodes } from '../../core/exit-codes.js'
import { headingOf } from '../../library/heading-of.js'
import { runsOf } from '../../model/ledger/lock.js'
import type { PastRun } from '../../model/ledger/past-run.js'
import type { Plan } from '../../model/plan.js'
import { verdictOf } from '../../model/plan-verdict.js'
import { summaryWords } from '../../report/plan/plan-json.js'
import { planText } from '../../report/plan/plan-text.js'
import { leftLines, unreadLine } from '../../report/progress/left-lines.js'
import { jsonProgress, summaryOf } from '../../report/progress/progress-json.js'
import { plainProgress } from '../../report/progress/progress-plain.js'
import { resultText } from '../../report/progress/result-text.js'
import { legible } from '../../report/legible.js'
import type { FleetJob, FleetStack } from '../types.js'
import { checksFor, planEnds } from './look.js'
import { planPath } from './plans-folder.js'
import { failedEnd, withStack, type JobEnd, type JobOptions } from './with-stack.js'

/** Carries out the saved plan that a job names, or, where the stack's settings say so, what is pending. */
export async function applied(job: FleetJob, stack: FleetStack, options: JobOptions): Promise<JobEnd> {
  const refusal = refusalOf(job, stack)
  if (refusal) return failedEnd(refusal)
  if (job.plan === undefined) {
    return withStack(stack, options, { run: job.run }, (session) => carriedOut(session, undefined, stack, options))
  }
  const saved = readPlanFile(planPath(options.plansFolder, job.plan))
  if (job.planDigest !== undefined && job.planDigest !== digestOf(saved)) throw notAsShown(job.plan)
  const settled = { run: saved.run, variables: saved.options.variables, target: saved.options.target }
  const end = await withStack(stack, options, settled, (session) => carriedOut(session, saved, stack, options))
  return { ...end, plan: job.plan }
}

function notAsShown(name: string): PlanError {
  return new PlanError('PLAN_STALE', `the saved plan ${name} is not the one that was shown, and nothing was done`, [], {
    hint: 'somebody has saved another under its name: read that one, and say yes to it',
  })
}

function refusalOf({ plan }: FleetJob, { id, settings }: FleetStack): EvenkeelError | undefined {
  if (settings.apply === 'never') {
    return new UsageError('FLEET_APPLY_NEVER', `the fleet's file says that ${id} is never applied by the fleet`, {
      hint: "apply it by itself, with `evenkeel apply`, or change `apply` in the fleet's file",
    })
  }
  if (plan === undefined && settings.apply !== 'at-once') {
    return new UsageError(
      'FLEET_APPLY_UNREVIEWED',
      `${id} is applied after review alone, and no saved plan was named`,
      {
        hint: 'make one with `evenkeel fleet plan`, read it, and apply it with `evenkeel fleet apply`',
      },
    )
  }
  return undefined
}

/** Under the stack's lock: plans, or takes what was saved, and carries that out. */
async function carriedOut(
  session: Session,
  saved: PlanFile | undefined,
  stack: FleetStack,
  options: JobOptions,
): Promise<JobEnd> {
  const { signal, lockTimeoutMs } = options
  const hosts = saved?.options.hosts ?? true
  return withLock(session, { lockTimeoutMs, ...(signal && { signal }) }, async () => {
    const { runs } = saved ? await historyOfStack(session.ports.cloud, session.spec.stack) : { runs: [] }
    const past = runs.find(({ run }) => run === saved?.run)
    if (past?.outcome === 'converged') return doneBefore(past, await planStack(session, { hosts }))
    const isNewest = past !== undefined && past === runs[0]
    const plan = saved ? await planOfSaved(session, saved, isNewest) : await planStack(session, { hosts })
    if (!saved && plan.applyable && isNothingToDo(plan)) {
      // Taken over from one that had done all of it.
      const before = await historyOfStack(session.ports.cloud, session.spec.stack)
      const own = before.runs.find(({ run, outcome }) => run === session.ownRun && outcome === 'converged')
      if (own) return doneBefore(own, plan)
    }
    const replan = () => planAgain(session, plan, { hosts })
    return carryOut(session, plan, replan, stack, options)
  })
}

/** Whoever carried it out ended before it could say so, or its report was lost. What there is to do now may be more than it did. */
function doneBefore({ run, by, lastAt }: PastRun, now: Plan): JobEnd {
  const who = by === undefined ? '' : ` by ${by}`
  const when = lastAt === undefined ? '' : `, ${lastAt}`
  const told = `The plan was carried out already${who} (run ${run}${when})`
  const { state } = planEnds[verdictOf(now)]
  if (state === 'in-sync') {
    const text = `${told}: nothing is left to do.\n`
    return { state, words: 'applied before', text, exitCode: exitCodes.success, changedBy: run }
  }
  return {
    state,
    words: `applied before; now: ${summaryWords(now)}`,
    text: `${told}, and nothing was done. Since then there is something to do again: make a new plan, and read it.\n`,
    exitCode: exitCodes.failure,
    changedBy: run,
  }
}

/**
 * The plan as it was saved; of one whose run has not converged, what is left of it. `isNewest`: no run has come after its own. What another
 * has made meanwhile nobody has looked at who said yes to this plan, under whatever address it stands.
 */
async function planOfSaved(session: Session, saved: PlanFile, isNewest: boolean): Promise<Plan> {
  const { left } = session.lock
  if (left && runsOf(left).at(-1) === saved.run) return restOfSaved(session, saved)
  try {
    return await savedPlanHere(session, saved)
  } catch (error) {
    const isStale = error instanceof PlanError && error.code === 'PLAN_STALE'
    // Its own run has moved the world, and was cut off, or some steps failed: whoever asks again may not have heard of it.
    if (!isStale || !isNewest) throw error
    return restOfSaved(session, saved)
  }
}

async function carryOut(
  session: Session,
  plan: Plan,
  replan: () => Promise<Plan>,
  { settings, id }: FleetStack,
  { signal, onProgress = () => undefined }: JobOptions,
): Promise<JobEnd> {
  const { locate } = session.file
  const heading = await headingOf(session, {})
  const checks = await checksFor(session, plan, heading, settings)
  if (settings.checks !== undefined) assertAllowed(checks, settings.checks)
  const shown = planText(plan, { color: false, verbose: false, locate, heading, checks })
  if (plan.applyable && isNothingToDo(plan)) {
    await settleEpoch(session, plan)
    const reasons = [...leftLines(plan), ...(plan.complete ? [] : [unreadLine(plan)])]
    if (reasons.length === 0) return { state: 'in-sync', words: 'no changes', text: shown, exitCode: exitCodes.success }
    return partial('not everything is as the file says', `${shown}\n${legible(reasons.join('\n'))}\n`)
  }
  const journal = openRunJournal({ stack: session.spec.stack, run: session.ownRun }, session.notice)
  const sinks = [
    // When it was, whoever shows it says.
    plainProgress((line) => onProgress(line.trimEnd().replace(/^\d\d:\d\d:\d\d /, ''))),
    jsonProgress((line) => journal.write(line), locate),
  ]
  const startedAt = session.clock.now()
  const result = await applyStack(session, plan, {
    events: (event) => sinks.forEach((sink) => sink(event)),
    ...(signal && { signal }),
  })
  if (result === undefined) return partial('not confirmed', shown)
  const again = `evenkeel fleet plan --only '${id}'`
  const told = { color: false, durationMs: session.clock.now() - startedAt, again, verb: 'apply', locate } as const
  const outcome = resultText(plan, result, told)
  const text = `${shown}\n${outcome}`
  if (result.status === 'converged') {
    const left = await leftAfter(plan, replan)
    if (left) return { ...partial('applied, and more is to be done', text), outcome }
    // What could not be read when it was planned has been read since, and nothing was left to do.
    const words = `applied: ${summaryWords({ ...plan, complete: true })}`
    return { state: 'in-sync', words, text, outcome, exitCode: exitCodes.success, changedBy: session.ownRun }
  }
  if (result.status === 'cancelled') {
    const { interrupted: exitCode } = exitCodes
    return { state: 'failed', words: 'interrupted', text, outcome, exitCode, errorCode: 'CANCELLED' }
  }
  const { done, unchanged, failed } = summaryOf(result.outcomes.map(({ outcome }) => outcome))
  const first = result.outcomes.find(({ outcome }) => outcome.kind === 'failed')?.outcome
  const errorCode = first?.kind === 'failed' ? first.error.code : undefined
  const words = `${failed} of ${plan.steps.length} steps failed, ${done + unchanged} done`
  return { ...partial(words, text), outcome, ...(errorCode !== undefined && { errorCode }) }
}

function partial(words: string, text: string): JobEnd {
  return { state: 'failed', words, text, exitCode: exitCodes.failure }
}
