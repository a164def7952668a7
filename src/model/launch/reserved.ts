import { compareText } from '../address-order.js'

/** What the account has bought, and that is in force. Source: EC2 API, DescribeReservedInstances. */
export interface Reservation {
  readonly id: string
  readonly type: string
  /** Absent: it holds in the whole region. */
  readonly zone?: string
  readonly count: number
  /** Whether one of another size of its family is covered by a part of it, or by several (Linux, default tenancy, region). */
  readonly isFlexible: boolean
  /** ISO 8601: when it ends; absent where EC2 does not say. */
  readonly endsAt?: string
}

interface Running {
  readonly id: string
  readonly type: string
  readonly zone: string
}

/**
 * By instance id the reservations under which running on-demand instances can be billed, as EC2 applies them: first those of
 * their zone, then those of the region for their very type, then those of other sizes of the family, the smallest instance
 * first. Source: EC2 User Guide, "How Reserved Instances are applied". What runs elsewhere in the account may be billed in
 * place of these: EC2 tells nobody.
 */
export function coveredByReservations(
  running: readonly Running[],
  reservations: readonly Reservation[],
): ReadonlyMap<string, readonly string[]> {
  const covered = new Map<string, readonly string[]>()
  const inOrder = [...reservations].sort((left, right) => compareText(left.id, right.id))
  const unitsLeft = new Map(inOrder.map((one) => [one.id, one.count * unitsOf(one.type)]))
  const servers = [...running].sort(
    (left, right) => unitsOf(left.type) - unitsOf(right.type) || compareText(left.id, right.id),
  )
  const passes: readonly ((server: Running, one: Reservation) => boolean)[] = [
    ({ type, zone }, one) => one.zone === zone && one.type === type,
    ({ type }, one) => one.zone === undefined && one.type === type,
    ({ type }, one) =>
      one.zone === undefined && one.isFlexible && isFlexible(type) && familyOf(one.type) === familyOf(type),
  ]
  for (const fits of passes) {
    for (const server of servers) {
      if (covered.has(server.id)) continue
      const used = take(
        server,
        inOrder.filter((one) => fits(server, one)),
        unitsLeft,
      )
      if (used.length > 0) covered.set(server.id, used)
    }
  }
  return covered
}

/** The reservations that have units enough for it together; none where they have not. */
function take(server: Running, fitting: readonly Reservation[], unitsLeft: Map<string, number>): readonly string[] {
  let missing = unitsOf(server.type)
  const parts: [string, number][] = []
  for (const { id } of fitting) {
    const units = Math.min(missing, unitsLeft.get(id) ?? 0)
    if (units <= 0) continue
    parts.push([id, units])
    missing -= units
  }
  if (missing > 0) return []
  for (const [id, units] of parts) unitsLeft.set(id, (unitsLeft.get(id) ?? 0) - units)
  return parts.map(([id]) => id)
}

/** EC2 User Guide, "Instance size flexibility": the normalization factors. */
const sizes: Readonly<Record<string, number>> = {
  nano: 0.25,
  micro: 0.5,
  small: 1,
  medium: 2,
  large: 4,
  xlarge: 8,
}

function unitsOf(type: string): number {
  const size = type.split('.')[1] ?? ''
  const [, times] = /^(\d+)xlarge$/.exec(size) ?? []
  return sizes[size] ?? (times === undefined ? 1 : Number(times) * 8)
}

function familyOf(type: string): string {
  return type.split('.')[0] ?? type
}

/** Whose sizes stand for nothing but themselves (the same page), bare metal among them, whose units no name tells. */
const inflexible = /^(?:g4ad|g4dn|g5|g5g|g6|g6e|gr6|hpc\w+|inf1|inf2|p5|u7\w*)$/

function isFlexible(type: string): boolean {
  return !inflexible.test(familyOf(type)) && !/\bmetal/.test(type)
}
