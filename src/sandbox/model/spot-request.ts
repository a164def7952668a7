import type { PlannedVolume } from './volume-types.js'

/**
 * What stands behind a spot instance. A one-time request is fulfilled by the launch that makes it, once; a persistent one is
 * open again when its instance ends, and launches another, until somebody cancels it.
 */
export interface SpotRequest {
  readonly id: string
  readonly sequence: number
  /** The last one; empty: none yet. */
  readonly instanceId: string
  readonly type: SpotRequestType
  readonly behavior: 'stop' | 'terminate'
  readonly state: 'open' | 'active' | 'disabled' | 'closed' | 'cancelled'
  readonly status: SpotStatus
  readonly statusAtMs: number
  /** US dollars an hour. */
  readonly maxPrice: string
  readonly createdAtMs: number
  /** What EC2 does to its instance; absent: nothing. */
  readonly interruption?: Interruption
  /** What another launch needs that the record of an instance does not say. Persistent alone. */
  readonly volumes?: readonly PlannedVolume[]
}

/** In milliseconds of the sandbox's clock. */
export interface Interruption {
  readonly cause: InterruptionCause
  readonly atMs: number
  /** When what was stopped is brought back; absent: when somebody says so. */
  readonly backAtMs?: number | undefined
}

export type SpotRequestType = 'one-time' | 'persistent'

/** EC2 User Guide, "Get the status of a Spot Instance request": the codes that can be met here, with EC2's words where they are known. */
export const spotStatuses = {
  'pending-evaluation': 'Your Spot request has been submitted for review, and is pending evaluation.',
  'capacity-not-available': 'There is no Spot capacity available that matches your request.',
  'price-too-low': 'Your Spot request price is lower than the minimum required Spot request fulfillment price.',
  fulfilled: 'Your Spot request is fulfilled.',
  'marked-for-stop': 'The Spot Instance is marked for stopping.',
  'marked-for-termination': 'The Spot Instance is marked for termination.',
  'instance-stopped-by-user': 'Your Spot instance was stopped due to user-initiated stop.',
  'instance-stopped-by-price': 'Your instance was stopped because the Spot price exceeded your maximum price.',
  'instance-stopped-no-capacity':
    'Your instance was stopped because there was no longer enough Spot capacity available for the instance.',
  'instance-terminated-by-user': 'Spot Instance terminated due to user-initiated termination.',
  'instance-terminated-by-price': 'Your instance was terminated because the Spot price exceeded your maximum price.',
  'instance-terminated-no-capacity':
    'Your instance was terminated because there is no longer enough Spot capacity available for the instance.',
  'instance-terminated-by-service': 'Your instance was terminated from a stopped state.',
  'canceled-before-fulfillment': 'Your Spot request is canceled before it was fulfilled.',
  'request-canceled-and-instance-running': 'Your Spot request is canceled, but your Spot Instance is still running.',
} as const
export type SpotStatus = keyof typeof spotStatuses

/** Why EC2 takes a spot instance back. */
export const interruptionCauses = ['by-price', 'no-capacity'] as const
export type InterruptionCause = (typeof interruptionCauses)[number]

/** Whether EC2 itself stopped the instance: nobody else can start it (EC2 User Guide, "Stop interrupted Spot Instances"). */
export function isInterrupted({ state, status }: SpotRequest): boolean {
  return state === 'disabled' && (status === 'instance-stopped-by-price' || status === 'instance-stopped-no-capacity')
}

/**
 * What an instance costs as spot, in US dollars an hour: chosen, of the size of EC2's, as there is no market here. It never
 * moves.
 */
export function spotPriceOf({ vcpus, memoryMiB }: { readonly vcpus: number; readonly memoryMiB: number }): number {
  return Math.round((vcpus * 0.001 + (memoryMiB / 1024) * 0.001) * 10_000) / 10_000
}
