import pLimit from 'p-limit'
import type { EventSink } from '../executor/events.js'
import type { ExecStreams } from '../executor/ports.js'
import type { ApplyResult } from '../executor/outcome.js'
import type { DriftReport } from '../model/drift-report.js'
import type { LiveStack } from '../model/live-stack.js'
import type { Plan } from '../model/plan.js'
import { applyStack, isNothingToDo, leftAfter, settleEpoch } from '../app/apply-stack.js'
import { withLock } from '../app/lock/with-lock.js'
import type { Place } from '../app/place.js'
import { type PlanChoice, driftOfStack, observeAndPlan, planAgain, planDestroy, planStack } from '../app/plan-stack.js'
import { runOnServer } from '../app/servers/run-on-servers.js'
import { savedPlanHere, stackFileHere } from '../app/saved-plan/carry-out-saved.js'
import { readPlanFile } from '../app/saved-plan/plan-file.js'
import { savePlan } from '../app/saved-plan/save-plan.js'
import { openSession, type Session, type SessionOptions } from '../app/session.js'
import { readStackFile, type StackFile, type StackFileOptions } from '../app/stack-file.js'

/** What a stack is opened with: what the command line says by `--var`, `--var-file`, `--target` and `--sandbox-dir`. */
export interface OpenStackOptions extends Pick<
  StackFileOptions,
  'variables' | 'variableFiles' | 'environment' | 'target'
> {
  /** Where the sandbox keeps its world; left out: EVENKEEL_SANDBOX_DIR, else below the user's state directory. */
  readonly sandboxDir?: string
  /** Where the stack is, in place of what its file says: an endpoint of one's own. */
  readonly place?: Place
  /** One line for people about what is being read; undefined: reading is over. */
  readonly onActivity?: (text: string | undefined) => void
  /** A sentence for people about something that is no error. */
  readonly onNotice?: (text: string) => void
}

/** What a plan may be asked for. */
export interface StackPlanOptions extends Omit<PlanChoice, 'hosts' | 'restore'> {
  /** Whether to look inside the servers. Default true; `left-out`: nor to plan anything there. */
  readonly hosts?: PlanChoice['hosts']
  /** Also save the plan to this file, for `applySaved` and `evenkeel apply FILE`. */
  readonly out?: string
}

/** What carrying out may be told. */
export interface StackRunOptions {
  /** Shown the plan, and answers whether it is to be carried out; not asked where there is nothing to do. Left out: yes. */
  readonly confirm?: ((plan: Plan) => Promise<boolean> | boolean) | undefined
  /** Told what happens while it happens. */
  readonly events?: EventSink | undefined
  /** Aborted: nothing new starts, and what is in flight is waited for. */
  readonly signal?: AbortSignal | undefined
  /** Steps that change something at one time. */
  readonly concurrency?: number | undefined
  /** How long another run that holds the stack's lock is waited for. Default 0. */
  readonly lockTimeoutMs?: number | undefined
}

/** What was planned, and what came of it. */
export interface StackRun {
  readonly plan: Plan
  /** `declined`: `confirm` said no, and nothing was done. `partial` also where `left` has something. */
  readonly status: ApplyResult['status'] | 'declined'
  /** How each step ended; undefined: declined. */
  readonly result: ApplyResult | undefined
  /** What a second look found, after a plan that could not see everything; the next apply does it. */
  readonly left?: Plan
}

/**
 * A stack file and its world. What is asked of it happens in the order in which it was asked, one at a time; connections
 * to servers stay open between, until it is closed.
 */
export interface Stack extends AsyncDisposable {
  /** `stack` in the file. */
  readonly name: string
  readonly file: StackFile
  /** What an apply would do. Reads, never writes. */
  plan(options?: StackPlanOptions): Promise<Plan>
  /** What moved since the last apply, and what waits for one. Reads, never writes. */
  drift(): Promise<DriftReport>
  /** The live stack; `hosts: false`: without what is inside its servers. */
  show(options?: { readonly hosts?: boolean }): Promise<LiveStack>
  /**
   * Plans under the stack's lock, and carries that out. Rejects with a LockError where somebody else holds the lock, and
   * with a PlanError where problems come before the plan; steps that failed are told in the result.
   */
  apply(options?: StackRunOptions & Omit<StackPlanOptions, 'out'>): Promise<StackRun>
  /** Removes what the stack owns, volumes by their `onRemove`; otherwise as `apply`. */
  destroy(options?: StackRunOptions & Pick<StackPlanOptions, 'revision'>): Promise<StackRun>
  /** Runs argv on a server, or on the one that a volume is on; resolves with its exit status. */
  exec(address: string, argv: readonly string[], streams: ExecStreams): Promise<number>
  /** Gives back what it holds: connections, the lock. May be called twice. */
  close(): Promise<void>
}

/**
 * Reads and checks a stack file, and opens its world; the sandbox is started when that is the target. Nothing is sent to EC2
 * yet. Throws a SpecError with every mistake of the file. `path` left out: the one stack file in this directory.
 */
export function openStack(path?: string, options: OpenStackOptions = {}): Stack {
  const { variables, variableFiles, environment, target, ...session } = options
  const said = { variables, variableFiles, target, ...(environment && { environment }) }
  return stackOf(readStackFile(path, said), session)
}

/**
 * Carries out the very plan that was saved, against the stack file of which it was made, as `evenkeel apply FILE` does. Rejects
 * with a PlanError that says what moved since, where anything did. `variables`: sensitive ones that the plan needs again.
 */
export async function applySaved(
  planPath: string,
  { confirm, events, signal, concurrency, lockTimeoutMs, ...options }: OpenStackOptions & StackRunOptions = {},
): Promise<StackRun> {
  const saved = readPlanFile(planPath)
  const { variables, target } = saved.options
  const file = readStackFile(stackFileHere(saved, planPath), {
    ...(options.environment && { environment: options.environment }),
    variables: { ...options.variables, ...variables },
    variableFiles: options.variableFiles,
    isSettled: true,
    target: options.target ?? target,
  })
  const session = await openSession(file, { ...sessionOptions(options), run: saved.run })
  try {
    const run = { confirm, events, signal, concurrency, lockTimeoutMs }
    const replan = (plan: Plan) => planAgain(session, plan, { hosts: saved.options.hosts })
    return await runUnderLock(session, run, () => savedPlanHere(session, saved), replan)
  } finally {
    await session.close()
  }
}

function stackOf(file: StackFile, options: SessionOptions): Stack {
  const inTurn = pLimit(1)
  let open: Promise<Session> | undefined
  let isClosed = false

  /** A session carries out one plan: after it there is another. */
  const within = <Result>(work: (session: Session) => Promise<Result>, isRun = false): Promise<Result> =>
    inTurn(async () => {
      if (isClosed) throw new Error(`the stack ${file.spec.stack} is closed`)
      open ??= openSession(file, options)
      const opening = open
      try {
        return await work(await opening)
      } finally {
        if (isRun) await end()
      }
    })

  async function end(): Promise<void> {
    const ending = open
    open = undefined
    await (await ending?.catch(() => undefined))?.close()
  }

  async function close(): Promise<void> {
    isClosed = true
    await inTurn(end)
  }

  return {
    name: file.spec.stack,
    file,
    plan: ({ hosts = true, out, ...choice } = {}) =>
      within(async (session) => {
        const observed = await observeAndPlan(session, { ...choice, hosts })
        await session.secrets.neededBy(observed.plan)
        if (out !== undefined) await savePlan(out, session, observed, { ...choice, hosts })
        return observed.plan
      }, out !== undefined),
    drift: () => within((session) => driftOfStack(session, {})),
    show: ({ hosts = true } = {}) => within((session) => session.observe({ hosts, forNew: false })),
    apply: ({ confirm, events, signal, concurrency, lockTimeoutMs, hosts = true, ...choice } = {}) =>
      within((session) => {
        const run = { confirm, events, signal, concurrency, lockTimeoutMs, revision: choice.revision }
        const replan = (plan: Plan) => planAgain(session, plan, { ...choice, hosts })
        return runUnderLock(session, run, () => planStack(session, { ...choice, hosts }), replan)
      }, true),
    destroy: ({ revision, ...run } = {}) =>
      within((session) => {
        const plan = () => planDestroy(session, { revision })
        return runUnderLock(session, { ...run, revision }, plan, plan)
      }, true),
    exec: (address, argv, streams) => within((session) => runOnServer(session, address, argv, streams)),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** As the only one who changes the stack: plans, asks, carries out, and looks again where the plan could not see everything. */
async function runUnderLock(
  session: Session,
  run: StackRunOptions & { readonly revision?: string | undefined },
  makePlan: () => Promise<Plan>,
  replan: (plan: Plan) => Promise<Plan>,
): Promise<StackRun> {
  const { lockTimeoutMs, revision, confirm, events, signal, concurrency } = run
  return withLock(session, { lockTimeoutMs, revision, ...(signal && { signal }) }, async () => {
    const plan = await makePlan()
    if (plan.applyable && isNothingToDo(plan)) await settleEpoch(session, plan)
    const result = await applyStack(session, plan, {
      ...(confirm && { confirm: async (shown: Plan) => confirm(shown) }),
      ...(events && { events }),
      ...(signal && { signal }),
      ...(concurrency !== undefined && { concurrency }),
    })
    if (result?.status !== 'converged') return { plan, result, status: result?.status ?? 'declined' }
    const left = await leftAfter(plan, () => replan(plan))
    return { plan, result, status: left ? 'partial' : 'converged', ...(left && { left }) }
  })
}

function sessionOptions({ sandboxDir, place, onActivity, onNotice }: OpenStackOptions): SessionOptions {
  return { sandboxDir, ...(place && { place }), ...(onActivity && { onActivity }), ...(onNotice && { onNotice }) }
}
