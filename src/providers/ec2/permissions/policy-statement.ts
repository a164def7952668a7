/** One of the statements of a policy of IAM. */
export interface PolicyStatement {
  readonly Sid: string
  readonly Effect: 'Allow'
  readonly Action: readonly string[]
  readonly Resource: readonly string[]
  readonly Condition?: Readonly<Record<string, Readonly<Record<string, string | readonly string[]>>>>
}

/** Where the policy holds; what is undefined is not bound. */
export interface Scope {
  readonly partition: string
  readonly region: string | undefined
  readonly account: string | undefined
}
