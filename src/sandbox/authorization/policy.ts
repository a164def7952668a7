/** A policy that an access key carries, as the sandbox judges by it. Its grammar: IAM User Guide, "Grammar of the IAM JSON policy language". */
export interface Policy {
  readonly statements: readonly Statement[]
}

export interface Statement {
  readonly sid: string | undefined
  readonly effect: 'Allow' | 'Deny'
  /** Patterns such as `ec2:Describe*`. */
  readonly actions: Patterns
  /** Patterns of ARNs. */
  readonly resources: Patterns
  /** All of them must hold. */
  readonly conditions: readonly Condition[]
}

/** What is meant, or with `isExcept` all but what is meant (`NotAction`, `NotResource`). */
export interface Patterns {
  readonly isExcept: boolean
  readonly patterns: readonly string[]
}

/** One key of one operator: `"StringEquals": { "ec2:Region": ["us-east-1"] }`. */
export interface Condition {
  readonly set: 'ForAllValues' | 'ForAnyValue' | undefined
  /** Without its set and `IfExists`: a name in the table of operators. */
  readonly operator: string
  readonly ifExists: boolean
  /** In lower case: names of keys are compared without regard to case. */
  readonly key: string
  readonly values: readonly string[]
}
