import { newId, resourceKinds } from '../model/ids.js'
import type { Address } from '../model/address.js'
import type { Instance } from '../model/instance.js'
import { lastPosition, nthAddress } from '../model/network.js'
import { quotas } from '../model/quotas.js'
import { readTagSpecifications } from '../model/tags.js'
import { renderTags } from '../render/tags.js'
import { ApiError, invalidCombination, missingParameter } from '../wire/api-error.js'
import { boolean, filterList, list, oneOf, string, tagSpecifications } from '../wire/shape.js'
import { findAddress, findInstance } from '../world/lookup.js'
import { noteCreation } from '../world/visibility.js'
import type { World } from '../world/world.js'
import { defineAction, done } from './action.js'
import { describeRecords } from './describe.js'

export const allocateAddress = defineAction({
  name: 'AllocateAddress',
  effect: 'writes',
  members: { Domain: oneOf('vpc', 'standard'), TagSpecification: tagSpecifications },
  run: ({ TagSpecification }, world) => {
    const tags = readTagSpecifications(TagSpecification, ['elastic-ip'])
    if (world.addresses.size >= quotas.addresses) {
      throw new ApiError('AddressLimitExceeded', 'The maximum number of addresses has been reached.')
    }
    const address = world.addresses.put({
      id: newId('eipalloc'),
      sequence: world.nextSequence(),
      publicIp: freePublicIp(world),
      associationId: undefined,
      instanceId: undefined,
    })
    world.tags.put(address.id, tags['elastic-ip'])
    noteCreation(world, address.id)
    return {
      publicIp: address.publicIp,
      allocationId: address.id,
      domain: 'vpc',
      publicIpv4Pool: 'amazon',
      networkBorderGroup: world.region.name,
    }
  },
})

/** Elastic IPs come from the end of the first subnet's public addresses, which no instance gets before it is full. */
function freePublicIp(world: World): string {
  const used = new Set(world.addresses.values().map(({ publicIp }) => publicIp))
  const [subnet] = world.subnets
  for (let position = lastPosition; subnet && position > lastPosition - 256; position -= 1) {
    const candidate = world.cloud.hosts.publicIpFor(nthAddress(subnet, position))
    if (!used.has(candidate)) return candidate
  }
  throw new ApiError('InsufficientAddressCapacity', 'Not enough available addresses to satisfy your request.')
}

export const associateAddress = defineAction({
  name: 'AssociateAddress',
  effect: 'writes',
  members: {
    AllocationId: string,
    PublicIp: string,
    InstanceId: string,
    NetworkInterfaceId: string,
    AllowReassociation: boolean,
  },
  run: (parameters, world) => {
    const address = findByEither(world, parameters)
    const instance = findTarget(world, parameters)
    if (instance.state !== 'running' && instance.state !== 'stopped') {
      throw new ApiError(
        'InvalidInstanceID',
        `The ${instance.state} instance '${instance.id}' is not in a valid state for this operation.`,
      )
    }
    if (address.instanceId === instance.id && address.associationId !== undefined)
      return { return: true, associationId: address.associationId }
    if (parameters.AllowReassociation === false && address.instanceId !== undefined) {
      throw new ApiError(
        'Resource.AlreadyAssociated',
        `resource ${address.id} is already associated with associate-id ${address.associationId}`,
      )
    }
    // The address moves silently from another instance, and the instance's former address is free again.
    for (const former of world.addresses.withKey(instance.id)) release(world, former)
    const associated = world.addresses.put({ ...address, instanceId: instance.id, associationId: newId('eipassoc') })
    return { return: true, associationId: associated.associationId }
  },
})

function findByEither(
  world: World,
  { AllocationId, PublicIp }: { readonly AllocationId?: string | undefined; readonly PublicIp?: string | undefined },
): Address {
  if (AllocationId !== undefined && PublicIp !== undefined)
    throw invalidCombination('You may specify public IP or allocation id, but not both in the same call')
  if (AllocationId !== undefined) return findAddress(world, AllocationId)
  if (PublicIp === undefined) throw missingParameter('allocationId')
  const address = world.addresses.find((candidate) => candidate.publicIp === PublicIp)
  if (!address) throw new ApiError('InvalidAddress.NotFound', `The address '${PublicIp}' does not belong to you.`)
  return address
}

function findTarget(
  world: World,
  {
    InstanceId,
    NetworkInterfaceId,
  }: { readonly InstanceId?: string | undefined; readonly NetworkInterfaceId?: string | undefined },
): Instance {
  if (InstanceId !== undefined) return findInstance(world, InstanceId)
  if (NetworkInterfaceId === undefined) throw missingParameter('instanceId')
  const instance = world.instances.find((candidate) => candidate.networkInterfaceId === NetworkInterfaceId)
  if (!instance)
    throw new ApiError(
      'InvalidNetworkInterfaceID.NotFound',
      `The networkInterface ID '${NetworkInterfaceId}' does not exist`,
    )
  return instance
}

function release(world: World, address: Address): void {
  world.addresses.put({ ...address, instanceId: undefined, associationId: undefined })
}

export const disassociateAddress = defineAction({
  name: 'DisassociateAddress',
  effect: 'writes',
  members: { AssociationId: string, PublicIp: string },
  run: ({ AssociationId, PublicIp }, world) => {
    if (AssociationId === undefined) {
      release(world, findByEither(world, { PublicIp }))
      return done
    }
    const address = world.addresses.find(({ associationId }) => associationId === AssociationId)
    if (!address)
      throw new ApiError('InvalidAssociationID.NotFound', `The association ID '${AssociationId}' does not exist`)
    release(world, address)
    return done
  },
})

/** In a default VPC, releasing disassociates first. */
export const releaseAddress = defineAction({
  name: 'ReleaseAddress',
  effect: 'writes',
  members: { AllocationId: string, PublicIp: string, NetworkBorderGroup: string },
  run: (parameters, world) => {
    const address = findByEither(world, parameters)
    world.addresses.delete(address.id)
    world.tags.delete(address.id)
    return done
  },
})

export const describeAddresses = defineAction({
  name: 'DescribeAddresses',
  effect: 'reads',
  members: { AllocationId: list(string), PublicIp: list(string), Filter: filterList },
  run: ({ AllocationId, PublicIp = [], Filter }, world) => {
    const byAddress = PublicIp.map((publicIp) => {
      const address = world.addresses.find((candidate) => candidate.publicIp === publicIp)
      if (!address) throw new ApiError('InvalidAddress.NotFound', `Address '${publicIp}' not found.`)
      return address.id
    })
    const instanceOf = ({ instanceId }: Address) =>
      instanceId === undefined ? undefined : world.instances.get(instanceId)
    const { items } = describeRecords(world, {
      action: 'DescribeAddresses',
      kind: resourceKinds.address,
      source: world.addresses,
      ids: PublicIp.length > 0 ? [...(AllocationId ?? []), ...byAddress] : AllocationId,
      request: { Filter },
      filters: {
        'allocation-id': ({ id }) => id,
        'association-id': ({ associationId }) => associationId,
        domain: () => 'vpc',
        'instance-id': ({ instanceId }) => instanceId,
        'network-border-group': () => world.region.name,
        'network-interface-id': (address) => instanceOf(address)?.networkInterfaceId,
        'network-interface-owner-id': (address) => (address.instanceId === undefined ? undefined : world.accountId),
        'private-ip-address': (address) => instanceOf(address)?.privateIp,
        'public-ip': ({ publicIp }) => publicIp,
      },
    })
    const addressesSet = items.map((address) => {
      const instance = instanceOf(address)
      return {
        publicIp: address.publicIp,
        allocationId: address.id,
        associationId: address.associationId,
        domain: 'vpc',
        instanceId: instance?.id,
        networkInterfaceId: instance?.networkInterfaceId,
        networkInterfaceOwnerId: instance && world.accountId,
        privateIpAddress: instance?.privateIp,
        publicIpv4Pool: 'amazon',
        networkBorderGroup: world.region.name,
        tagSet: renderTags(world.tags.get(address.id)),
      }
    })
    return { addressesSet }
  },
})
