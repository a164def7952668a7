import type { ServerStatus } from '../../executor/ports.js'
import type { Address } from '../../model/address.js'
import { compareText } from '../../model/address-order.js'
import type { LiveMember } from '../../model/kinds/scaling-group.js'
import type { LiveStack } from '../../model/live-stack.js'

/** An instance of a scaling group, as Auto Scaling and EC2 see it. */
export interface MemberSeen extends Pick<LiveMember, 'instanceId' | 'zone' | 'state' | 'isHealthy'> {
  readonly scalingGroup: Address
  /** Absent where it is gone by now. */
  readonly status?: ServerStatus
}

/** The members of these scaling groups, or of all; by group, then by instance. Undefined: there are no groups. */
export function membersIn(
  { scalingGroups }: LiveStack,
  asked: ReadonlySet<Address> | undefined,
): readonly MemberSeen[] | undefined {
  const groups = scalingGroups?.filter(({ address }) => asked?.has(address) !== false)
  return groups
    ?.toSorted((left, right) => compareText(left.address, right.address))
    .flatMap(({ address, group }) =>
      (group?.members ?? []).map(({ instanceId, zone, state, isHealthy }) => ({
        scalingGroup: address,
        instanceId,
        zone,
        state,
        isHealthy,
      })),
    )
}

/** The same, with what EC2 says of each. */
export function withStatuses(members: readonly MemberSeen[], statuses: readonly ServerStatus[]): readonly MemberSeen[] {
  const byId = new Map(statuses.map((status) => [status.id, status]))
  return members.map((member) => {
    const status = byId.get(member.instanceId)
    return { ...member, ...(status && { status }) }
  })
}
