import { required } from '../../core/assert.js'
import type { Clock } from '../../core/clock.js'
import type { StepId, StepKind, StepOf } from '../../model/steps/step.js'
import type { Address } from '../../model/address.js'
import type { RunBindings } from '../run-bindings.js'
import { hostAccess } from '../host-access.js'
import type { Outcome } from '../outcome.js'
import type { Effect, HostAccess, Owner, Ports } from '../ports.js'

/** What a step gets to work with. State between steps passes through `bindings` alone. */
export interface StepContext {
  readonly stack: string
  readonly ports: Ports
  readonly bindings: RunBindings
  readonly clock: Clock
  /** The same text for this operation also when it is tried again: ClientToken, or nonce tag. */
  readonly once: string
  /** As `once`, of this very run: no earlier one that it goes on with has the same. */
  readonly ownOnce: string
  /** As `once`, of an operation that several steps share. */
  readonly onceOf: (shared: StepId) => string
  /** Does what several steps share when the first of them asks for it; the others get what came of it. */
  readonly together: <Result>(shared: StepId, work: () => Promise<Result>) => Promise<Result>
  /** Those of the earlier runs that this one goes on with; mostly none. */
  readonly onces: readonly string[]
  /** How a step that this one needs has ended. */
  readonly outcomeOf: (id: StepId) => Outcome | undefined
  /** Aborted: the run was interrupted, and what only waits may end. */
  readonly signal?: AbortSignal | undefined
  /** The names that an address had, and that tags may still say. */
  readonly formerly: (address: Address) => readonly Address[]
  readonly progress: (fraction: number | undefined, text: string) => void
  readonly output: (line: string) => void
}

/** Carries a step of a kind out. Rejects with an EvenkeelError; running it twice is the same as once. */
export type StepRunner<K extends StepKind> = (step: StepOf<K>, context: StepContext) => Promise<Effect>

/** Whose a resource must still be when something is taken away from it. */
export function ownerOf(address: Address, { stack, formerly }: StepContext): Owner {
  const names = formerly(address)
  return { stack, address, ...(names.length > 0 && { formerly: names }) }
}

/** How to reach a server that is bound by now. */
export function accessTo(server: Address, { bindings, ports }: StepContext): Promise<HostAccess> {
  return hostAccess(server, required(bindings.get(server), `the binding of ${server}`), ports, bindings.get)
}

/** The instance that a step means: the one that was planned, else the one that this run made. */
export function instanceOf(address: Address, instanceId: string | undefined, { bindings }: StepContext): string {
  return instanceId ?? bindings.idOf(address)
}

/** The volume that a step means: the one that was planned, else the one that this run made. */
export function volumeOf(
  step: { readonly address: Address; readonly bound?: Address; readonly volumeId?: string | undefined },
  { bindings }: StepContext,
): string {
  return step.volumeId ?? bindings.idOf(step.bound ?? step.address)
}

/** Forwards percents of a wait as progress. */
export function percentOf(what: string, { progress }: StepContext): (percent: number) => void {
  return (percent) => progress(percent / 100, `${what} ${Math.floor(percent)}%`)
}
