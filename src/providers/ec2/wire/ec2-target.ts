import { systemClock, type Clock, type Random } from '../../../core/clock.js'

/** Where EC2 is, and who asks. What is left out comes from the SDK's default chain (environment, ~/.aws, instance role). */
export interface Ec2Target {
  readonly region?: string | undefined
  readonly profile?: string | undefined
  /** Twelve digits: an observation fails when the credentials belong to another account. */
  readonly account?: string | undefined
  /** Of EC2 alone: Systems Manager, and what tells this machine's address, stay where they are. */
  readonly endpoint?: string | undefined
  /** The endpoint is the sandbox's, which stands in for those two as well. */
  readonly isSandbox?: boolean
  readonly credentials?:
    | {
        readonly accessKeyId: string
        readonly secretAccessKey: string
        readonly sessionToken?: string | undefined
      }
    | undefined
}

/**
 * Asked in the moment before each attempt of each call that changes something; rejects where it must not be made: the caller
 * has lost the right to change the stack. What takes away, ends or stops something is told apart, because more is at stake.
 */
export type CallGuard = (call: { readonly action: string; readonly isDestructive: boolean }) => void | Promise<void>

export interface Ec2Options {
  readonly clock?: Clock
  readonly random?: Random
  /** Multiplies every pause between polls and retries. Default: 1, and 0.05 for an endpoint on this machine. */
  readonly pollScale?: number
  /** Multiplies every limit on waiting. Default: 1, and 0.25 for an endpoint on this machine. */
  readonly timeoutScale?: number
  /** Items asked for in one page, where the API takes so many. Default 1000. */
  readonly pageSize?: number
  /** Calls in flight at most, by kind. Defaults below. */
  readonly concurrency?: Partial<Concurrency>
  /** Left out: nobody is asked. */
  readonly guard?: CallGuard
  /** Default: `always`, and `when-refused` for an endpoint on this machine, which mostly has no buckets. */
  readonly pacing?: Pacing
}

/** When calls keep to EC2's buckets: `always`, or from the first time on that the endpoint refuses one for its rate. */
export type Pacing = 'always' | 'when-refused'

export interface Concurrency {
  readonly read: number
  readonly write: number
  readonly launch: number
}

/**
 * Chosen against EC2's buckets (request-rates.ts): enough to send what a bucket holds within half a second, at 100 to
 * 300 ms a call, and less than the least of them holds.
 */
const defaultConcurrency: Concurrency = { read: 16, write: 32, launch: 5 }

/** Options with every default filled. */
export interface Settings {
  readonly clock: Clock
  readonly random: Random
  readonly pollScale: number
  readonly timeoutScale: number
  readonly pageSize: number
  readonly concurrency: Concurrency
  readonly guard: CallGuard
  readonly pacing: Pacing
}

export function settingsOf(target: Ec2Target, options: Ec2Options): Settings {
  const isNear = isOnThisMachine(target.endpoint)
  return {
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    pollScale: options.pollScale ?? (isNear ? 0.05 : 1),
    timeoutScale: options.timeoutScale ?? (isNear ? 0.25 : 1),
    pageSize: options.pageSize ?? 1000,
    concurrency: { ...defaultConcurrency, ...options.concurrency },
    guard: options.guard ?? (() => undefined),
    pacing: options.pacing ?? (isNear ? 'when-refused' : 'always'),
  }
}

function isOnThisMachine(endpoint: string | undefined): boolean {
  if (endpoint === undefined || !URL.canParse(endpoint)) return false
  return /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(new URL(endpoint).hostname)
}
