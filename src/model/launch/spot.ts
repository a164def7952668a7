import type { Address } from '../address.js'
import type { Tags } from '../tags.js'

/** How a server is launched as a spot instance. */
export interface SpotOptions {
  /** US dollars an hour; absent: the price on demand. */
  readonly maxPrice?: number
  /** `terminate`: a one-time request, whose instance cannot be stopped at all. `stop`: a persistent one. */
  readonly interruption: 'terminate' | 'stop'
}

/**
 * A spot request of the stack, as observed. One that is `open` has EC2 launch an instance, `active` stands behind one that
 * runs, `disabled` behind one that is stopped (EC2 User Guide, "Get the status of a Spot Instance request").
 */
export interface LiveSpotRequest {
  /** Of the server that it was made for. */
  readonly address: Address
  readonly id: string
  readonly tags: Tags
  readonly state: 'open' | 'active' | 'disabled' | 'closed' | 'cancelled' | 'failed'
  /** Such as `fulfilled`, `instance-terminated-by-price`. */
  readonly status: string
  /** ISO 8601: since when; absent where EC2 does not say. */
  readonly since?: string
  readonly isPersistent: boolean
  /** The last instance that was launched for it; absent: none yet. */
  readonly instanceId?: string
  /** That instance has ended: the request says so only some time later. Absent: it may be there. */
  readonly isGone?: true
}

/** What stands behind a live server that is a spot instance. */
export interface LiveSpot extends Pick<LiveSpotRequest, 'state' | 'status' | 'isPersistent'> {
  readonly requestId: string
  /** `announced`: EC2 is about to take it back. `stopped`: it has stopped it, and it alone can start it. Absent: neither. */
  readonly interruption?: 'announced' | 'stopped'
  /** No stack's tag stands on the request: its instance was adopted, or somebody took it off. */
  readonly isUntagged?: true
}

/** A live server, as far as this goes. */
interface Launched {
  readonly spot?: LiveSpot
}

/** US dollars as EC2 keeps them: millionths. */
export function priceText(price: number): string {
  return price.toFixed(6).replace(/0{1,5}$/, '')
}

/** Whether a request may still have EC2 launch an instance, or start one. */
export function isOpen({ state, isPersistent }: Pick<LiveSpotRequest, 'state' | 'isPersistent'>): boolean {
  return isPersistent && (state === 'open' || state === 'active' || state === 'disabled')
}

/** The status of a request that is over, though its instance goes on. */
export const canceledAndRunning = 'request-canceled-and-instance-running'

/** The status of a request that EC2 does not show: it is long over, or younger than what EC2 shows. */
export const notShown = 'not shown'

/** Whether the request behind an instance has yet to become the stack's: what is cancelled with it is allowed by its tag. */
export function isUnclaimed(spot: LiveSpot | undefined): spot is LiveSpot {
  return spot?.isUntagged === true && isOpen(spot)
}

/** Whether EC2 may launch another instance when this one ends. */
export function mayComeAgain(spot: Pick<LiveSpotRequest, 'state' | 'status' | 'isPersistent'>): boolean {
  return isOpen(spot) || spot.status === notShown
}

/**
 * Whether the instance behind a request is stopped, or about to be: EC2 ends it together with its request (EC2 User Guide, "Stop
 * interrupted Spot Instances": "If you cancel a Spot Instance request, … terminates any associated Spot Instances that are stopped").
 */
export function endsWithRequest({
  state,
  status,
  isGone,
}: Pick<LiveSpotRequest, 'state' | 'status' | 'isGone'>): boolean {
  return isGone !== true && (state === 'disabled' || /^(?:marked-for-stop|instance-stopped-)/.test(status))
}

/** Whether EC2 stops an instance that somebody asks it to stop (EC2 User Guide, "Stop a Spot Instance"). */
export function canBeStopped({ spot }: Launched): boolean {
  return spot === undefined || isOpen(spot)
}

/** Why it cannot be stopped, behind "a stop is needed:" and such. */
export function unstoppable({ isPersistent, state }: LiveSpot): string {
  return isPersistent
    ? `its spot request is ${state}, and EC2 stops no instance of such a request`
    : 'EC2 stops no instance of a one-time spot request'
}

/** Whether EC2 has stopped it for want of room, or for the price, and it waits for that to pass. */
export function waitsForRoom({ spot }: Launched): boolean {
  return spot?.interruption === 'stopped'
}

/** In words what a status code says of an interruption; undefined where it says of none. */
export function interruptionText(status: string): string | undefined {
  if (/^(?:instance-(?:stopped|terminated)|marked-for-\w+)-by-experiment$/.test(status)) return 'by an experiment'
  if (/^instance-(?:stopped|terminated)-by-price$/.test(status)) return 'its price rose above the maximum'
  if (/^instance-(?:stopped|terminated)-(?:no-capacity|capacity-oversubscribed)$/.test(status))
    return 'EC2 needs the capacity'
  return /^instance-terminated-(?:by-service|by-schedule|launch-group-constraint)$/.test(status)
    ? 'EC2 ended it'
    : undefined
}
