import type { Context } from './condition-keys.js'
import { operators } from './operators.js'
import type { Condition, Patterns, Policy, Statement } from './policy.js'
import { fits, fitsInAnyCase } from './wildcard.js'

/** One question to a policy: may this be done with that? */
export interface Question {
  /** `ec2:RunInstances` */
  readonly action: string
  /** An ARN, or `*` for actions that are about none. */
  readonly resource: string
  readonly context: Context
}

export type Decision = 'allowed' | 'implicit-deny' | 'explicit-deny'

/** An explicit deny wins over any allow; without an allow it is denied (IAM User Guide, "Policy evaluation logic"). */
export function decide(policy: Policy, question: Question): Decision {
  const applying = policy.statements.filter((statement) => applies(statement, question))
  if (applying.some(({ effect }) => effect === 'Deny')) return 'explicit-deny'
  return applying.length > 0 ? 'allowed' : 'implicit-deny'
}

function applies({ actions, resources, conditions }: Statement, { action, resource, context }: Question): boolean {
  return (
    covers(actions, (pattern) => fitsInAnyCase(pattern, action)) &&
    covers(resources, (pattern) => fits(pattern, resource)) &&
    conditions.every((condition) => holds(condition, context))
  )
}

function covers({ isExcept, patterns }: Patterns, matches: (pattern: string) => boolean): boolean {
  return patterns.some(matches) !== isExcept
}

/** IAM User Guide, "Conditions with multiple context keys or values", and "Multivalued context keys". */
function holds({ set, operator, ifExists, key, values }: Condition, context: Context): boolean {
  const actual = context.get(key)
  if (operator === 'Null') return values.includes(String(actual === undefined))
  const facts = operators[operator]
  if (!facts) return false
  if (actual === undefined || actual.length === 0)
    return ifExists || set === 'ForAllValues' || (set === undefined && facts.isNegated)
  const passes = (value: string) => values.some((wanted) => facts.matches(value, wanted)) !== facts.isNegated
  if (set === 'ForAllValues') return actual.every(passes)
  if (set === 'ForAnyValue') return actual.some(passes)
  // Without a set, a key of several values is compared as if each stood alone.
  return facts.isNegated ? actual.every(passes) : actual.some(passes)
}
