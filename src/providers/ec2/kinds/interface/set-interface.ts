import type { InstanceNetworkInterface, NetworkInterface } from '@aws-sdk/client-ec2'
import type { Effect } from '../../../../executor/ports.js'
import { hasAwsCode, isOfClass } from '../../errors/provider-errors.js'
import type { Ec2Api } from '../../wire/api.js'

/** What can be changed of a network interface; what is left out stays. */
export interface InterfaceChanges {
  readonly groupIds?: readonly string[]
  /** All of them beside its first address. */
  readonly secondaryPrivateIps?: readonly string[]
  readonly sourceDestCheck?: boolean
}

type Found = NetworkInterface | InstanceNetworkInterface

/**
 * Makes an interface that was read a moment ago as it is asked for: what is so already is not asked for again. `readAgain` reads
 * its addresses as they are then.
 */
export async function setInterface(
  api: Ec2Api,
  found: Found,
  { groupIds, secondaryPrivateIps, sourceDestCheck }: InterfaceChanges,
  readAgain: () => Promise<Found | undefined> = () => Promise.resolve(undefined),
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
  if (secondaryPrivateIps) effects.push(await setAddresses(api, found, secondaryPrivateIps, readAgain))
  return effects.includes('done') ? 'done' : 'unchanged'
}

/** The addresses beside its first one, sorted. */
export function secondaryAddresses({ PrivateIpAddresses = [] }: Found) {
  return PrivateIpAddresses.flatMap(({ Primary, PrivateIpAddress }) =>
    Primary === true || PrivateIpAddress === undefined ? [] : [PrivateIpAddress],
  ).sort()
}

/** One that another interface has is not taken from it: EC2 refuses that unless it is asked to. */
async function setAddresses(
  api: Ec2Api,
  found: Found,
  wanted: readonly string[],
  readAgain: () => Promise<Found | undefined>,
): Promise<Effect> {
  const { NetworkInterfaceId } = found
  const has = secondaryAddresses(found)
  const gone = has.filter((address) => !wanted.includes(address))
  const come = wanted.filter((address) => !has.includes(address))
  // EC2 refuses to take away what is not there: an attempt whose answer was lost may have done it.
  const unlessDone = async (call: Promise<unknown>, isDone: (now: readonly string[]) => boolean) =>
    call.catch(async (error: unknown) => {
      const now = isOfClass(error, 'bad-request') ? await readAgain() : undefined
      if (now === undefined || !isDone(secondaryAddresses(now))) throw error
    })
  if (gone.length > 0) {
    const input = { NetworkInterfaceId, PrivateIpAddresses: gone }
    await unlessDone(api.call('UnassignPrivateIpAddresses', input, { seen: true }), (now) =>
      gone.every((address) => !now.includes(address)),
    )
  }
  if (come.length > 0) {
    const input = { NetworkInterfaceId, PrivateIpAddresses: come, AllowReassignment: false }
    const assigned = onceFree(api, () => api.call('AssignPrivateIpAddresses', input, { seen: true }))
    await unlessDone(assigned, (now) => come.every((address) => now.includes(address)))
  }
  return gone.length + come.length > 0 ? 'done' : 'unchanged'
}

/** So long an address is waited for that somebody has: another step of the plan may be taking it away. */
const freeLimitMs = 30_000
const pauseMs = 2_000

/** Asks again while EC2 says that an address is somebody's. */
export async function onceFree<Answer>(api: Ec2Api, ask: () => Promise<Answer>): Promise<Answer> {
  const { clock, timeoutScale } = api.settings
  const deadline = clock.now() + freeLimitMs * timeoutScale
  for (;;) {
    try {
      return await ask()
    } catch (error) {
      if (!hasAwsCode(error, 'InvalidIPAddress.InUse', 'Resource.AlreadyAssigned') || clock.now() >= deadline)
        throw error
    }
    await api.pause(pauseMs)
  }
}
