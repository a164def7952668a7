import type { Clock, Random } from '../../../core/clock.js'
import { noteDoubt } from '../../../core/doubt.js'
import { ProviderError } from '../../../core/errors.js'
import { pause } from '../../../core/pause.js'
import { beginWait } from '../../../core/wait-sink.js'
import type { AfterDoubt } from './action-facts.js'

/**
 * How long a class of failure is met with patience: pauses from `firstMs`, doubling to `mostMs`, for `withinMs` in all. Only
 * attempts that ended so, and the pauses after them, count against it: what another class has taken is none of its time, nor
 * is what an attempt waited for its turn.
 */
interface Patience {
  readonly firstMs: number
  readonly mostMs: number
  readonly withinMs: number
  readonly attemptsMax: number
}

const minuteMs = 60_000

/**
 * By class (EC2 Developer Guide, "Eventual consistency" and "Request throttling"). Capacity, quota and all refusals have no entry: another attempt within
 * seconds cannot help, and the SDK's own retries of capacity errors, which are 500s, are off.
 */
const patience = {
  throttle: { firstMs: 1_000, mostMs: 60_000, withinMs: 15 * minuteMs, attemptsMax: Infinity },
  /** So many attempts fill the five minutes; where pauses are shorter they end it sooner. */
  consistency: { firstMs: 2_000, mostMs: 30_000, withinMs: 5 * minuteMs, attemptsMax: 14 },
  ambiguous: { firstMs: 500, mostMs: 20_000, withinMs: 5 * minuteMs, attemptsMax: 8 },
  /** Nothing was sent. Few and short while nothing ever answered: then the address is wrong, and people wait for the message. */
  unreachable: { firstMs: 200, mostMs: 1_000, withinMs: 10_000, attemptsMax: 3 },
  /** A network that worked a moment ago comes back. */
  outage: { firstMs: 500, mostMs: 15_000, withinMs: 3 * minuteMs, attemptsMax: 16 },
  /** The SDK corrects its clock, or fetches the session anew, after the first refusal. */
  expired: { firstMs: 100, mostMs: 100, withinMs: minuteMs, attemptsMax: 2 },
} as const satisfies Readonly<Record<string, Patience>>

/** EBS bounds how fast snapshots of one volume can be started, and asks for at least this pause. */
const floorsMs: Readonly<Record<string, number>> = { SnapshotCreationPerVolumeRateExceeded: 15_000 }

/** What is missing is not the thing that the call names but what the call would take off it: another attempt finds the same. */
const alreadyOff = new Set([
  'InvalidAttachment.NotFound',
  'InvalidPermission.NotFound',
  'InvalidSecurityGroupRuleId.NotFound',
  'InvalidVolumeModification.NotFound',
])

export interface RetryOptions {
  readonly clock: Clock
  readonly random: Random
  /** Multiplies every pause, not the limits; 1 on EC2, less against an endpoint that answers at once. */
  readonly pollScale: number
  readonly afterDoubt: AfterDoubt
  /** Whether the call takes something away: a NotFound behind an unanswered attempt says that it did. */
  readonly isRemoval: boolean
  /** Whether a NotFound is about something that we made moments ago, so that it only has not spread yet. */
  readonly isYoung: () => boolean
  /** Whether this endpoint has answered anything yet. */
  readonly hasAnswered: () => boolean
  /** Makes an attempt when its turn has come; left out: at once. */
  readonly inTurn?: <Result>(attempt: () => Promise<Result>) => Promise<Result>
}

/** Performs a call until it succeeds, or its error's class says that another attempt cannot help, or patience ends. */
export async function withRetries<Result>(perform: () => Promise<Result>, options: RetryOptions): Promise<Result> {
  const { clock, inTurn = (attempt) => attempt() } = options
  const spent = new Map<keyof typeof patience, { readonly attempts: number; readonly ms: number }>()
  let isInDoubt = false
  let tell: ((state?: string) => void) | undefined
  for (;;) {
    let startedAt = clock.now()
    const attempt = () => {
      startedAt = clock.now()
      return perform()
    }
    try {
      return await inTurn(attempt)
    } catch (error) {
      if (error instanceof ProviderError && error.errorClass === 'ambiguous') isInDoubt = true
      if (isInDoubt && error instanceof ProviderError) noteDoubt(error)
      const kind = patienceFor(error, options, isInDoubt)
      if (kind === undefined) throw error
      const limits: Patience = patience[kind]
      const before = spent.get(kind) ?? { attempts: 0, ms: 0 }
      const attempts = before.attempts + 1
      const pauseMs = pauseBefore(attempts, limits, error, options)
      const ms = before.ms + clock.now() - startedAt + pauseMs
      if (attempts >= limits.attemptsMax || ms > limits.withinMs) throw error
      spent.set(kind, { attempts, ms })
      tell ??= beginWait(clock, `EC2 to carry out ${actionOf(error)}`)
      tell(`attempt ${attempts} ended with ${wordFor(error)}`)
      await pause(clock, pauseMs)
    }
  }
}

function actionOf(error: unknown): string {
  return (error instanceof ProviderError ? error.action : undefined) ?? 'a call'
}

/** EC2's own word for it, where it has one. */
function wordFor(error: unknown): string {
  return error instanceof ProviderError ? (error.awsCode ?? error.code) : 'an error'
}

function patienceFor(error: unknown, options: RetryOptions, isInDoubt: boolean): keyof typeof patience | undefined {
  if (!(error instanceof ProviderError)) return undefined
  switch (error.errorClass) {
    case 'throttle':
    case 'consistency':
      return error.errorClass
    case 'absent':
      if (alreadyOff.has(error.awsCode ?? '') || (isInDoubt && options.isRemoval)) return undefined
      return options.isYoung() ? 'consistency' : undefined
    case 'ambiguous':
      return options.afterDoubt === 'again' ? 'ambiguous' : undefined
    case 'unreachable':
      return options.hasAnswered() ? 'outage' : 'unreachable'
    case 'auth':
      return error.code === 'EC2_CREDENTIALS_EXPIRED' ? 'expired' : undefined
    default:
      return undefined
  }
}

/** Exponential, with jitter over the upper half, so that many who were refused together do not come back together. */
function pauseBefore(attempt: number, limits: Patience, error: unknown, { random, pollScale }: RetryOptions): number {
  const fullMs = Math.min(limits.mostMs, limits.firstMs * 2 ** Math.min(attempt - 1, 20))
  const floorMs = (error instanceof ProviderError && floorsMs[error.awsCode ?? '']) || 0
  return Math.max(floorMs, fullMs * (0.5 + random() / 2)) * pollScale
}
