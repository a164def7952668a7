import { applyStack, isNothingToDo } from '../../../src/app/apply-stack.js'
import { copyByHand } from '../../../src/app/copy-by-hand.js'
import { withLock } from '../../../src/app/lock/with-lock.js'
import { planCheckpoint, planSnapshot } from '../../../src/app/plan-snapshots.js'
import { planDestroy, planStack } from '../../../src/app/plan-stack.js'
import type { Session } from '../../../src/app/session.js'
import { messageOf } from '../../../src/core/errors.js'
import type { RunEvent } from '../../../src/executor/events.js'
import type { Plan } from '../../../src/model/plan.js'

/** What somebody runs. */
export type Command =
  | {
      readonly kind: 'apply'
      readonly text: string
      readonly only?: readonly string[]
      readonly replace?: readonly string[]
      readonly rebuild?: readonly string[]
    }
  | { readonly kind: 'destroy'; readonly text: string }
  | { readonly kind: 'snapshot'; readonly text: string; readonly volume: string }
  | { readonly kind: 'checkpoint'; readonly text: string; readonly name: string }
  | { readonly kind: 'restore'; readonly text: string; readonly checkpoint: string }
  /** `from` lies beside the stack file. */
  | { readonly kind: 'put'; readonly text: string; readonly from: string; readonly to: string }

/** How a command ended. */
export interface CommandEnd {
  readonly converged: boolean
  /** Why not, for people. */
  readonly problems: readonly string[]
}

export interface CommandOptions {
  readonly lockTimeoutMs: number
  readonly events?: (event: RunEvent) => void
  readonly concurrency?: number
}

const revision = 'proof'

/** Does what the command line does with it. Rejects for nothing but bugs. */
export async function carryOut(
  open: () => Promise<Session>,
  command: Command,
  { lockTimeoutMs, ...options }: CommandOptions,
): Promise<CommandEnd> {
  try {
    const session = await open()
    if (command.kind === 'put') {
      const from = [`${session.file.directory}/${command.from}`]
      await copyByHand(session, { from, to: command.to, delete: true, exclude: [], lockTimeoutMs })
      return { converged: true, problems: [] }
    }
    const result = await withLock(session, { revision, lockTimeoutMs }, async () => {
      const plan = await planOf(session, command)
      return plan.applyable ? applyStack(session, plan, options) : plan
    })
    if (result && 'applyable' in result) return { converged: false, problems: refusalsOf(result) }
    const problems = (result?.outcomes ?? []).flatMap(({ stepId, outcome }) =>
      outcome.kind === 'failed' ? [`${stepId}: ${outcome.error.code} ${outcome.error.message}`] : [],
    )
    if (result?.error) problems.push(`${result.error.code} ${result.error.message}`)
    return { converged: result?.status === 'converged', problems }
  } catch (error) {
    return { converged: false, problems: [messageOf(error)] }
  }
}

/** What a plan still wants to do, in words; empty when nothing. */
export async function leftToDo(session: Session): Promise<readonly string[]> {
  const plan = await planStack(session, { hosts: true, revision })
  return isNothingToDo(plan)
    ? []
    : [...plan.steps.map(({ id }) => `step ${id}`), ...(plan.steps.length === 0 ? ['the ledger would be written'] : [])]
}

function planOf(session: Session, command: Exclude<Command, { kind: 'put' }>): Promise<Plan> {
  switch (command.kind) {
    case 'apply': {
      const { only, replace, rebuild } = command
      return planStack(session, { hosts: true, revision, only, replace, rebuild })
    }
    case 'destroy':
      return planDestroy(session, { revision })
    case 'snapshot':
      return planSnapshot(session, command.volume, { revision })
    case 'checkpoint':
      return planCheckpoint(session, command.name, { revision })
    case 'restore':
      return planStack(session, { hosts: true, revision, checkpoint: command.checkpoint })
  }
}

function refusalsOf({ problems }: Plan): readonly string[] {
  return problems
    .filter(({ severity }) => severity === 'error')
    .map(({ code, message }) => `refused: ${code} ${message}`)
}
