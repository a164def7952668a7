import { createHash } from 'node:crypto'
import type { Disturbance } from '../hosts/host-backend.js'
import { resolveFaults, type Chance, type Faults, type ResolvedFaults } from './faults.js'

/** Kinds of decision; each has its own numbers, so that switching one fault on does not move another. */
export type Decision =
  | 'latency'
  | 'serverErrors'
  | 'lostResponses'
  | 'capacity'
  | 'launchFailures'
  | 'startFailures'
  | 'volumeErrors'
  | 'snapshotErrors'
  | 'stuckAttaching'
  | 'quotas'
  | 'busyDetach'
  | 'stolenAddresses'
  | 'shuffledDevices'
  | 'reboots'
  | 'emptyPages'
  | 'shuffledAnswers'
  | 'emptyConsole'
  | 'scrolledConsole'
  | 'garbledHostKeys'
  | 'missingHostKeys'
  | 'visibility'
  | 'staleReads'

/**
 * Decides which failures happen. The nth decision of a kind for a subject (an action's name) depends on the seed alone,
 * not on what else went on meanwhile: the same seed gives the same failures although calls run side by side.
 */
export class FaultPlan {
  readonly #seed: number
  #faults: ResolvedFaults
  readonly #counts = new Map<string, number>()
  #scripted: Map<string, number>

  constructor(seed: number, faults: Faults = {}) {
    this.#seed = seed
    this.#faults = resolveFaults(faults)
    this.#scripted = new Map()
  }

  get current(): ResolvedFaults {
    return this.#faults
  }

  /** How far back reads may look. */
  get staleMs(): number {
    const { describeMs = 0, filterMs = 0, mutateMs = 0 } = this.#faults.staleReads ?? {}
    return Math.max(describeMs, filterMs, mutateMs)
  }

  /** What goes wrong at the door of the hosts. */
  get disturbance(): Disturbance {
    const { slowConnections, droppedConnections, hangingConnections } = this.#faults
    return { seed: this.#seed, slow: slowConnections, dropped: droppedConnections, hanging: hangingConnections }
  }

  /** Replaces all faults and counts from the beginning. */
  set(faults: Faults): void {
    this.#faults = resolveFaults(faults)
    this.#counts.clear()
    this.#scripted = new Map()
  }

  /** True when the chance says that this decision's failure happens now. */
  happens(decision: Exclude<Decision, 'latency' | 'visibility' | 'staleReads'>, subject: string): boolean {
    const chance: Chance | undefined = this.#faults[decision]
    if (!chance || chance.probability <= 0) return false
    if (chance.only && !chance.only.includes(subject)) return false
    return this.number(decision, subject) < chance.probability
  }

  /** The next number in [0, 1) for a decision about a subject. */
  number(decision: Decision, subject: string): number {
    const key = `${decision} ${subject}`
    const count = (this.#counts.get(key) ?? 0) + 1
    this.#counts.set(key, count)
    return createHash('sha256').update(`${this.#seed} ${key} ${count}`).digest().readUInt32BE() / 2 ** 32
  }

  /** The scripted failure for this call of an action, counted from 1 since the faults were set. */
  scripted(action: string): ResolvedFaults['scripted'][number] | undefined {
    if (this.#faults.scripted.length === 0) return undefined
    const call = (this.#scripted.get(action) ?? 0) + 1
    this.#scripted.set(action, call)
    return this.#faults.scripted.find((failure) => failure.action === action && failure.call === call)
  }
}
