import { randomUUID } from 'node:crypto'
import { instanceTypes } from '../model/instance-types.js'
import type { ReservedInstance } from '../model/purchases/reserved-instance.js'
import type { World } from '../world/world.js'

/** What the sandbox is told to have bought, as nobody pays here. */
interface ReservationRequest {
  readonly instanceType: string
  /** Default: one. */
  readonly count?: number
  /** Left out: it holds in the whole region. */
  readonly zone?: string
  /** From now on the sandbox's clock; default: a year. */
  readonly days?: number
}

const dayMs = 86_400_000

/** Reads a request that came over HTTP; throws a TypeError that says what is wrong. */
export function readReservationRequest(value: unknown, world: World): ReservationRequest {
  const { instanceType, count, zone, days } = (value ?? {}) as Partial<Record<keyof ReservationRequest, unknown>>
  if (typeof instanceType !== 'string' || !instanceTypes.has(instanceType))
    throw new TypeError("a reservation needs an 'instanceType' that there is")
  if (count !== undefined && !(Number.isInteger(count) && Number(count) > 0))
    throw new TypeError("'count' is a number of instances")
  if (zone !== undefined && !world.region.zones.some(({ name }) => name === zone))
    throw new TypeError(`'zone' is a zone of ${world.region.name}`)
  if (days !== undefined && !(typeof days === 'number' && days > 0)) throw new TypeError("'days' is a number of days")
  return value as ReservationRequest
}

/** The reservation begins now. */
export function reserve(world: World, { instanceType, count = 1, zone, days = 365 }: ReservationRequest) {
  const startsAtMs = world.now()
  const reserved: ReservedInstance = world.reservedInstances.put({
    id: randomUUID(),
    sequence: world.nextSequence(),
    instanceType,
    zone,
    count,
    startsAtMs,
    endsAtMs: startsAtMs + days * dayMs,
  })
  world.commit()
  return reserved
}
