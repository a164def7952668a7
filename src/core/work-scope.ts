import { AsyncLocalStorage } from 'node:async_hooks'

/** On whose behalf something is done, as far as those need to know who order and bound the work of many. */
export interface WorkScope {
  /** Seconds of work that wait for it: the larger goes first. */
  readonly urgency: number
  /** Aborted: what only waits ends, what writes is finished. */
  readonly signal: AbortSignal | undefined
  /** How work gets its share of what the run may have in flight; undefined: nothing bounds it. */
  readonly admit: Admission | undefined
  /** It is part of work that has its place: waiting for others to leave theirs, it could wait for those who wait for it. */
  readonly hasPlace: boolean
  /** How it draws from buckets that other processes draw from as well; undefined: this one is alone, as far as it knows. */
  readonly turn: SharedTurn | undefined
}

/** Resolves when so many tokens may be taken out of a bucket of the account; never rejects. */
export type SharedTurn = (
  bucket: string,
  rate: { readonly burst: number; readonly perSecond: number },
  tokens: number,
) => Promise<void>

/** Performs work in its place as soon as there is room. */
export type Admission = <Result>(place: WorkPlace, work: () => Promise<Result>) => Promise<Result>

/** What is bounded: calls to EC2, and what is done inside servers. */
export type WorkPlace = 'ec2' | 'host'

const scopes = new AsyncLocalStorage<WorkScope>()
const nobody: WorkScope = { urgency: 0, signal: undefined, admit: undefined, hasPlace: false, turn: undefined }

/** The scope that this code runs in, through ports and at any depth. */
export function workScope(): WorkScope {
  return scopes.getStore() ?? nobody
}

/** Does some work on somebody's behalf. */
export function inWorkScope<Result>(scope: Partial<WorkScope>, work: () => Promise<Result>): Promise<Result> {
  return scopes.run({ ...workScope(), ...scope }, work)
}

/** Does some work for all who wait for it: it comes first, and goes on when one of them waits no more. */
export function onBehalfOfAll<Result>(work: () => Promise<Result>): Promise<Result> {
  return inWorkScope({ urgency: Infinity, signal: undefined }, work)
}

/** Performs work when the run that it belongs to has room for it; inside of admitted work at once. */
export function admitted<Result>(place: WorkPlace, work: () => Promise<Result>): Promise<Result> {
  const { admit } = workScope()
  return admit === undefined ? work() : admit(place, () => inWorkScope({ admit: undefined, hasPlace: true }, work))
}
