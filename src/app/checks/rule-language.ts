import { Environment } from '@marcbachmann/cel-js'

/** What an expression sees of a difference; numbers that are whole are CEL's `int`. CEL knows types by their constructors. */
export class RuleDiff {
  readonly path!: string
  readonly before!: unknown
  readonly after!: unknown
  readonly cause!: string

  constructor(members: RuleDiff) {
    Object.assign(this, members)
  }
}

/** What an expression sees of a change. What a change does not have is an empty text. */
export class RuleChange {
  readonly address!: string
  /** The kind of resource: `server`, `volume`. */
  readonly type!: string
  readonly name!: string
  readonly kind!: string
  readonly impact!: string
  readonly reason!: string
  readonly server!: string
  readonly diffs!: readonly RuleDiff[]

  constructor(members: RuleChange) {
    Object.assign(this, members)
  }
}

/** What an expression sees of a plan, and whose it is. What is not known is an empty text. */
export class RulePlan {
  readonly stack!: string
  readonly target!: string
  readonly region!: string
  readonly account!: string
  readonly revision!: string
  readonly complete!: boolean
  readonly changes!: readonly RuleChange[]

  constructor(members: RulePlan) {
    Object.assign(this, members)
  }
}

/** Chosen: what nobody can read any more is a mistake. */
const limits = { maxAstNodes: 2_000, maxDepth: 50 }

const ofPlan = new Environment({ limits, homogeneousAggregateLiterals: false })
  .registerType('Diff', { ctor: RuleDiff, fields: { path: 'string', before: 'dyn', after: 'dyn', cause: 'string' } })
  .registerType('Change', {
    ctor: RuleChange,
    fields: {
      address: 'string',
      type: 'string',
      name: 'string',
      kind: 'string',
      impact: 'string',
      reason: 'string',
      server: 'string',
      diffs: 'list<Diff>',
    },
  })
  .registerType('Plan', {
    ctor: RulePlan,
    fields: {
      stack: 'string',
      target: 'string',
      region: 'string',
      account: 'string',
      revision: 'string',
      complete: 'bool',
      changes: 'list<Change>',
    },
  })
  .registerVariable('plan', 'Plan')
const ofChange = ofPlan.clone().registerVariable('change', 'Change')

/** What is wrong with an expression, and where in it, in UTF-16 code units. */
export interface ExpressionMistake {
  readonly message: string
  readonly start: number
  readonly length: number
}

/** A rule's expression. Throws for what cannot be evaluated; what is no truth value is told as it is. */
export interface Expression {
  /** Whether it speaks of one change; else of the plan alone. */
  readonly isOfChange: boolean
  holds(plan: RulePlan, change: RuleChange | undefined): unknown
}

/** An expression that is known to be one about plans and to be true or false, or what is wrong with it. */
export function readExpression(text: string): Expression | ExpressionMistake {
  const { valid, error, type } = ofChange.check(text)
  if (!valid) {
    const { start = 0, end = start } = error?.range ?? {}
    return { message: error?.summary ?? 'it cannot be read', start, length: Math.max(1, end - start) }
  }
  if (String(type) !== 'bool' && String(type) !== 'dyn') {
    return { message: `it is a ${String(type)}, and neither true nor false`, start: 0, length: text.length }
  }
  const isOfChange = !ofPlan.check(text).valid
  const evaluate = (isOfChange ? ofChange : ofPlan).parse(text)
  return { isOfChange, holds: (plan, change) => evaluate(isOfChange ? { plan, change } : { plan }) as unknown }
}
