/**
 * What may be done when the outcome of a call is unknown (no answer, a 5xx):
 * `again`: send it again: it reads, carries a ClientToken, or its second time is recognised by the caller
 * (`*.Duplicate`, `VolumeInUse`, `IncorrectState`, NotFound after a delete).
 * `look-first`: a second call would make a second thing; the caller looks for the first one by its nonce tag.
 */
export type AfterDoubt = 'again' | 'look-first'

/**
 * Which bound on concurrent calls it counts against. EC2 has a bucket of requests for each account, Region and action
 * (EC2 Developer Guide, "Request throttling"): reads refill at 20/s, writes at 5/s, launches at 2/s with a burst of 5.
 */
export type Lane = 'read' | 'write' | 'launch'

/** How an action is called, whatever it is about. */
export interface ActionFacts {
  readonly lane: Lane
  readonly afterDoubt: AfterDoubt
  /** Whether it takes away what it names: a NotFound behind an unanswered attempt says that it did. */
  readonly isRemoval: boolean
  /** Whether it takes away, ends or stops what it names: who has lost the right to do so is asked right before it. */
  readonly isDestructive: boolean
}

/** A set of actions, each with the SDK's command for it. */
export type ActionTable = Readonly<Record<string, ActionFacts & { readonly command: unknown }>>

export const reads = {
  lane: 'read',
  afterDoubt: 'again',
  isRemoval: false,
  isDestructive: false,
} as const satisfies ActionFacts
export const writes = {
  lane: 'write',
  afterDoubt: 'again',
  isRemoval: false,
  isDestructive: false,
} as const satisfies ActionFacts
export const removes = {
  lane: 'write',
  afterDoubt: 'again',
  isRemoval: true,
  isDestructive: true,
} as const satisfies ActionFacts
export const launches = {
  lane: 'launch',
  afterDoubt: 'again',
  isRemoval: false,
  isDestructive: false,
} as const satisfies ActionFacts
export const makesTwice = {
  lane: 'write',
  afterDoubt: 'look-first',
  isRemoval: false,
  isDestructive: false,
} as const satisfies ActionFacts
/** A NotFound says nothing of them: what they name may still run. */
export const ends = { ...writes, isDestructive: true } as const satisfies ActionFacts
