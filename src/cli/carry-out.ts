import { applyStack, isNothingToDo, leftAfter, settleEpoch } from '../app/apply-stack.js'
import { assertAllowed } from '../app/checks/check-plan.js'
import { openRunJournal } from '../app/run-journal.js'
import type { Session } from '../app/session.js'
import { shownOutput } from '../model/outputs/stack-output.js'
import type { Plan } from '../model/plan.js'
import { legible } from '../report/legible.js'
import { planQuestion } from '../report/plan/plan-question.js'
import { planText } from '../report/plan/plan-text.js'
import { jsonProgress } from '../report/progress/progress-json.js'
import { createProgress, type Progress, type ProgressStyle } from '../report/progress/progress.js'
import { leftLines, unreadLine } from '../report/progress/left-lines.js'
import { resultText } from '../report/progress/result-text.js'
import { outputsSection } from '../report/tables/outputs-text.js'
import { checksOf } from '../library/checks.js'
import { confirmed } from './confirm.js'
import { exitCodes } from '../core/exit-codes.js'
import { headingOf } from '../library/heading-of.js'
import { onInterrupt } from './interruption.js'
import type { RunOptions } from './options.js'
import { canRedraw, useColor } from './terminal.js'

export interface CarryOutOptions extends RunOptions {
  readonly yes?: boolean
  readonly json?: boolean
  readonly verbose?: boolean
  readonly steps?: boolean
  /** A policy that may forbid the plan. */
  readonly checks?: string
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
  const { locate } = session.file
  const color = useColor(out)
  const heading = await headingOf(session, options)
  const { verbose = false, steps, checks: policy } = options
  const checks = policy === undefined ? [] : checksOf(session, plan, heading, policy)
  out.write(planText(plan, { color, verbose, steps, destroying: verb === 'destroy', locate, heading, checks }))
  if (policy !== undefined) assertAllowed(checks, policy)
  if (!json && plan.applyable && isNothingToDo(plan)) {
    await settleEpoch(session, plan)
    const reasons = [...leftLines(plan), ...(plan.complete ? [] : [unreadLine(plan)])]
    const outputs = plan.outputs?.map((output) =>
      shownOutput(output, (source) => plan.bindings[source.address]?.[source.property]),
    )
    if (outputs) out.write(`\n${outputsSection(outputs).join('\n')}\n`)
    if (reasons.length === 0) return exitCodes.success
    out.write(`${legible(['', 'Nothing was done, and not everything is as the file says.', ...reasons].join('\n'))}\n`)
    return exitCodes.failure
  }
  const question = legible(planQuestion(verb, plan, heading))
  const { result, durationMs, interrupted } = await applyShown(session, { plan, question, again }, options)
  if (result === undefined) {
    process.stderr.write('Nothing was done.\n')
    return exitCodes.failure
  }
  out.write(resultText(plan, result, { color, durationMs, again, verb, locate }))
  if (interrupted) return exitCodes.interrupted
  if (result.status !== 'converged') return exitCodes.failure
  const left = await leftAfter(plan, replan)
  if (left) out.write(legible(leftText(left, again)))
  return left ? exitCodes.failure : exitCodes.success
}

/** Asks, and carries the plan out with its progress on the terminal, or as JSON lines. */
async function applyShown(
  session: Session,
  { plan, question, again }: { readonly plan: Plan; readonly question: string; readonly again: string },
  options: CarryOutOptions,
) {
  const style: ProgressStyle = options.json === true ? 'json' : canRedraw(process.stderr) ? 'terminal' : 'plain'
  const progress = await createProgress(style, {
    stdout: process.stdout,
    stderr: process.stderr,
    color: useColor(process.stderr),
    locate: session.file.locate,
  })
  // What the JSON lines say, whatever is shown.
  const journal = openRunJournal({ stack: session.spec.stack, run: session.ownRun }, session.notice)
  const record = jsonProgress((line) => journal.write(line), session.file.locate)
  const controller = new AbortController()
  let stopListening: () => void = () => undefined
  let startedAt = session.clock.now()
  try {
    const result = await applyStack(session, plan, {
      confirm: () => confirmed(question, options),
      events: (event) => {
        if (event.kind === 'run-started') {
          startedAt = session.clock.now()
          stopListening = listenForInterrupt(controller, progress, again)
        }
        progress.sink(event)
        record(event)
      },
      signal: controller.signal,
      ...(options.concurrency !== undefined && { concurrency: options.concurrency }),
    })
    return { result, durationMs: session.clock.now() - startedAt, interrupted: controller.signal.aborted }
  } finally {
    stopListening()
    await progress.close()
  }
}

/** What a second look found, after a plan that could not see everything. */
function leftText(plan: Plan, again: string): string {
  if (plan.complete) return `More is to be done than could be seen before. Next: \`${again}\` does the rest.\n`
  return `${unreadLine(plan)}\n`
}

/** The first Ctrl-C aborts; the second leaves at once, which the next apply can take, and gives the terminal back first. */
function listenForInterrupt(controller: AbortController, progress: Progress, again: string): () => void {
  return onInterrupt(() => {
    if (controller.signal.aborted) {
      void progress.close()
      process.stderr.write(
        `Left at once; what was in flight may be half done. Next: \`${again}\` goes on from there.\n`,
      )
      process.exit(exitCodes.interrupted)
    }
    controller.abort()
  })
}
