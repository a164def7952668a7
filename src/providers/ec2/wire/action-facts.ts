/**
 * What may be done when the outcome of a call is unknown (no answer, a 5xx):
 * `again`: send it again: it reads, carries a ClientToken, or its second time is recognised by the caller
 * (`*.Duplicate`, `VolumeInUse`, `IncorrectState`, NotFound after a delete).
 * `look-first`: a second call would make a second thing; the caller looks for the first one by its nonce tag.
 */
export type AfterDoubt = 'again' | 'look-first'

/**
 * Which bound on concurrent calls it counts against. EC2 has a bucket of requests for each account, Region and action
 * (ec2-behaviour, section 4): reads refill at 20/s, writes at 5/s, launches at 2/s with a burst of 5.
 */
export type Lane = 'read' | 'write' | 'launch'

/** How an action is called, whatever it is about. */
export interface ActionFacts {
  readonly lane: Lane
  readonly afterDoubt: AfterDoubt
  /** Whether it takes away what it names: a NotFound behind an unanswered attempt says that it did. */
  readonly isRemoval: boolean
}

/** A set of actions, each with the SDK's command for it. */
export type ActionTable = Readonly<Record<string, ActionFacts & { readonly command: unknown }>>

export const reads = { lane: 'read', afterDoubt: 'again', isRemoval: false } as const satisfies ActionFacts
export const writes = { lane: 'write', afterDoubt: 'again', isRemoval: false } as const satisfies ActionFacts
export const removes = { lane: 'write', afterDoubt: 'again', isRemoval: true } as const satisfies ActionFacts
export const launches = { lane: 'launch', afterDoubt: 'again', isRemoval: false } as const satisfies ActionFacts
export const makesTwice = { lane: 'write', afterDoubt: 'look-first', isRemoval: false } as const satisfies ActionFacts
