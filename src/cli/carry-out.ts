import { systemClock } from '../core/clock.js'
import { PlanError } from '../core/errors.js'
import { applyPlan } from '../executor/apply-plan.js'
import { hasErrors, type Plan } from '../model/plan.js'
import { planText } from '../report/plan-text.js'
import { createProgress, type ProgressStyle } from '../report/progress.js'
import { resultText } from '../report/result-text.js'
import { confirmed } from './confirm.js'
import { exitCodes } from './exit-codes.js'
import { onInterrupt } from './interruption.js'
import type { RunOptions } from './options.js'
import { applyOptions, type Session } from './session.js'
import { canRedraw, useColor } from './terminal.js'

export interface CarryOutOptions extends RunOptions {
  readonly yes?: boolean
  readonly json?: boolean
  readonly verbose?: boolean
}

export interface Order {
  readonly verb: 'apply' | 'destroy'
  readonly plan: Plan
  /** Looks and plans again. */
  readonly replan: () => Promise<Plan>
  /** The command line that goes on after a failure; left out: the verb's own. */
  readonly again?: string
}

/** Shows a plan, asks, carries it out and tells how it went. Returns the exit status. Shared by apply and destroy. */
export async function carryOut(
  session: Session,
  { verb, plan, replan, again = `evenkeel ${verb} ${session.file.path}` }: Order,
  options: CarryOutOptions,
): Promise<number> {
  const json = options.json === true
  const out = json ? process.stderr : process.stdout
  out.write(planText(plan, { color: useColor(out), verbose: options.verbose === true, destroying: verb === 'destroy' }))
  if (!plan.applyable) throw notApplyable(plan)
  const nothingToDo = plan.steps.length === 0 && sameLedger(plan)
  if (!nothingToDo && plan.steps.length > 0) {
    const question = verb === 'apply' ? 'Apply this plan?' : `Destroy what the stack ${plan.stack} owns, as planned?`
    if (!(await confirmed(question, options))) {
      process.stderr.write('Nothing was done.\n')
      return exitCodes.failure
    }
  }
  const leavesErrors = hasErrors(plan)
  if (nothingToDo && !json) return plan.complete && !leavesErrors ? exitCodes.success : exitCodes.failure

  const style: ProgressStyle = json ? 'json' : canRedraw(process.stderr) ? 'terminal' : 'plain'
  const progress = await createProgress(style, {
    stdout: process.stdout,
    stderr: process.stderr,
    color: useColor(process.stderr),
  })
  const interruption = listenForInterrupt()
  const startedAt = systemClock.now()
  const result = await applyPlan(plan, session.ports, {
    ...applyOptions(session, options),
    events: progress.sink,
    signal: interruption.signal,
  })
  interruption.stop()
  await progress.close()
  out.write(
    resultText(plan, result, {
      color: useColor(out),
      durationMs: systemClock.now() - startedAt,
      again,
      verb,
    }),
  )
  if (interruption.signal.aborted) return exitCodes.interrupted
  if (leavesErrors) out.write(`${leftAlone(plan)}\n`)
  if (result.status !== 'converged' || leavesErrors) return exitCodes.failure
  return plan.complete ? exitCodes.success : verify(await replan(), out, again)
}

/** After a plan that could not see everything, e.g. a server that had not been entered yet: is anything left to do? */
function verify(plan: Plan, out: NodeJS.WriteStream, again: string): number {
  if (plan.complete && plan.steps.length === 0) return exitCodes.success
  const unread = plan.unreadable.map(({ address, reason }) => `${address} (${reason})`)
  out.write(
    plan.complete
      ? `More is to be done than could be seen before. Next: \`${again}\` does the rest.\n`
      : `What could not be read may still differ: ${unread.join(', ')}.\n`,
  )
  return exitCodes.failure
}

function notApplyable(plan: Plan): PlanError {
  const errors = plan.problems.filter(({ severity }) => severity === 'error')
  const addresses = errors.flatMap(({ address }) => (address === undefined ? [] : [address]))
  const names = addresses.length > 0 ? ` (${addresses.join(', ')})` : ''
  return new PlanError(
    'PLAN_NOT_APPLYABLE',
    `nothing was done: the plan has problems that come first${names}`,
    addresses,
    {
      hint: 'they are told under the plan, each with what to do',
    },
  )
}

/** What an apply did not touch because the plan held an error about it, each with its reason. */
function leftAlone(plan: Plan): string {
  const errors = plan.problems.filter(({ severity }) => severity === 'error')
  return errors
    .map(({ message, hint }) => `Left alone: ${message}${hint === undefined ? '' : ` (${hint})`}.`)
    .join('\n')
}

function sameLedger({ ledger }: Plan): boolean {
  return (
    ledger.before.length === ledger.after.length && ledger.before.every((address) => ledger.after.includes(address))
  )
}

/** The first Ctrl-C aborts the signal; the second leaves at once, which the next apply can take. */
function listenForInterrupt(): { readonly signal: AbortSignal; stop: () => void } {
  const controller = new AbortController()
  const stop = onInterrupt(() => {
    if (controller.signal.aborted) process.exit(exitCodes.interrupted)
    controller.abort()
  })
  return { signal: controller.signal, stop }
}
