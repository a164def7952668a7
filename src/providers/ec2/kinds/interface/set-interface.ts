import type { InstanceNetworkInterface, NetworkInterface } from '@aws-sdk/client-ec2'
import type { Effect } from '../../../../executor/ports.js'
import type { Ec2Api } from '../../wire/api.js'

/** What can be changed of a network interface; what is left out stays. */
export interface InterfaceChanges {
  readonly groupIds?: readonly string[]
  /** All of them beside its first address. */
  readonly secondaryPrivateIps?: readonly string[]
  readonly sourceDestCheck?: boolean
}

/** Makes an interface that was read a moment ago as it is asked for: what is so already is not asked for again. */
export async function setInterface(
  api: Ec2Api,
  found: NetworkInterface | InstanceNetworkInterface,
  { groupIds, secondaryPrivateIps, sourceDestCheck }: InterfaceChanges,
): Promise<Effect> {
  const { NetworkInterfaceId } = found
  const effects: Effect[] = []
  if (groupIds) {
    const wanted = [...new Set(groupIds)].sort()
    const current = (found.Groups ?? []).map(({ GroupId = '' }) => GroupId).sort()
    if (wanted.join() !== current.join()) {
      await api.call('ModifyNetworkInterfaceAttribute', { NetworkInterfaceId, Groups: wanted }, { seen: true })
      effects.push('done')
    }
  }
  if (sourceDestCheck !== undefined && sourceDestCheck !== found.SourceDestCheck) {
    const SourceDestCheck = { Value: sourceDestCheck }
    await api.call('ModifyNetworkInterfaceAttribute', { NetworkInterfaceId, SourceDestCheck }, { seen: true })
    effects.push('done')
  }
  if (secondaryPrivateIps) effects.push(await setAddresses(api, found, secondaryPrivateIps))
  return effects.includes('done') ? 'done' : 'unchanged'
}

/** The addresses beside its first one, sorted. */
export function secondaryAddresses({ PrivateIpAddresses = [] }: NetworkInterface | InstanceNetworkInterface) {
  return PrivateIpAddresses.flatMap(({ Primary, PrivateIpAddress }) =>
    Primary === true || PrivateIpAddress === undefined ? [] : [PrivateIpAddress],
  ).sort()
}

/** One that another interface has is not taken from it: EC2 refuses that unless it is asked to. */
async function setAddresses(
  api: Ec2Api,
  found: NetworkInterface | InstanceNetworkInterface,
  wanted: readonly string[],
): Promise<Effect> {
  const { NetworkInterfaceId } = found
  const has = secondaryAddresses(found)
  const gone = has.filter((address) => !wanted.includes(address))
  const come = wanted.filter((address) => !has.includes(address))
  if (gone.length > 0) {
    const input = { NetworkInterfaceId, PrivateIpAddresses: gone }
    await api.call('UnassignPrivateIpAddresses', input, { seen: true })
  }
  if (come.length > 0) {
    const input = { NetworkInterfaceId, PrivateIpAddresses: come, AllowReassignment: false }
    await api.call('AssignPrivateIpAddresses', input, { seen: true })
  }
  return gone.length + come.length > 0 ? 'done' : 'unchanged'
}
