import { UsageError } from '../core/errors.js'
import type { Plan } from '../model/plan.js'
import { planOfRules } from '../planner/rule-plan.js'
import type { Address } from '../model/address.js'
import type { StackSpec } from '../model/stack-spec.js'
import { planStack, type PlanningOptions } from './plan-stack.js'
import type { Session } from './session.js'

/** Observes, and plans one sync rule alone. Rejects with a UsageError when it waits for what only an apply does. */
export async function planRule(session: Session, name: string, options: PlanningOptions): Promise<Plan> {
  const rules = rulesNamed(name, session.spec)
  const planned = planOfRules(await planStack(session, { ...options, hosts: true }), rules)
  if (planned.kind === 'plan') return planned.plan
  const steps = planned.steps.slice(0, 3).join(', ')
  throw new UsageError('SYNC_NOT_READY', `${rules.join(', ')} waits for more than a copy: ${steps}`, {
    hint: 'run `evenkeel apply`, which does that too',
  })
}

/** `sync.library` or `library` -> its address; a rule for `web[*]` stands for all of its servers' unless one is chosen. */
function rulesNamed(name: string, spec: StackSpec): readonly Address[] {
  const full = name.startsWith('sync.') ? name : `sync.${name}`
  const addresses = spec.syncs.map(({ address }) => address)
  const found = addresses.filter((address) => address === full || address.startsWith(`${full}[`))
  if (found.length > 0) return found
  throw new UsageError('SYNC_UNKNOWN', `the stack ${spec.stack} has no rule ${full}`, {
    hint: addresses.length > 0 ? `it has ${addresses.join(', ')}` : 'it has no sync rules at all',
  })
}
