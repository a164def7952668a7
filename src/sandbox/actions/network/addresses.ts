import { applyPublicAddresses, associate, associateInterface, disassociate } from '../../lifecycle/public-address.js'
import { stealLater } from '../../lifecycle/theft.js'
import { newId, resourceKinds } from '../../model/ids.js'
import type { Address } from '../../model/address.js'
import type { Instance } from '../../model/instance.js'
import type { NetworkInterface } from '../../model/networks/network-interface.js'
import { quotas } from '../../model/quotas.js'
import { readTagSpecifications } from '../../model/tags.js'
import { elasticIpOf } from '../../render/addresses.js'
import { renderTags } from '../../render/tags.js'
import { ApiError, invalidCombination, invalidValue, missingParameter } from '../../wire/api-error.js'
import { boolean, filterList, list, oneOf, string, tagSpecifications } from '../../wire/shape.js'
import { requireOneInterface } from '../../world/instance-interfaces.js'
import { findAddress, findInstance } from '../../world/lookup.js'
import { freePublicNumber } from '../../world/public-numbers.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { describeRecords } from '../describe.js'

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
      publicNumber: freePublicNumber(world),
      associationId: undefined,
      instanceId: undefined,
    })
    world.tags.put(address.id, tags['elastic-ip'])
    noteCreation(world, address.id)
    return {
      publicIp: elasticIpOf(world, address),
      allocationId: address.id,
      domain: 'vpc',
      publicIpv4Pool: 'amazon',
      networkBorderGroup: world.region.name,
    }
  },
})

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
  run: async (parameters, world) => {
    const { AllocationId, PublicIp, AllowReassociation } = parameters
    if (AllocationId !== undefined && PublicIp !== undefined)
      throw invalidCombination('You may specify public IP or allocation id, but not both in the same call')
    if (AllocationId === undefined) {
      if (PublicIp === undefined) throw missingParameter('allocationId')
      findByPublicIp(world, PublicIp)
      throw invalidCombination('You must specify an allocation id when mapping an address to a VPC instance')
    }
    const address = findAddress(world, AllocationId)
    const own = findFurther(world, parameters)
    if (own) return associateFurther(world, address, own, AllowReassociation)
    const instance = findTarget(world, parameters)
    if (instance.state !== 'running' && instance.state !== 'stopped') {
      throw new ApiError(
        'InvalidInstanceID',
        `The ${instance.state} instance '${instance.id}' is not in a valid state for this operation.`,
      )
    }
    requireGateway(world, instance.vpcId)
    if (address.natGatewayId !== undefined) throw ofService(address)
    if (parameters.InstanceId !== undefined) requireOneInterface(world, instance.id)
    if (address.instanceId === instance.id) return { return: true, associationId: address.associationId }
    if (AllowReassociation === false) requireFree(address)
    const { associationId } = associate(world, address, instance)
    stealLater(world, address.id)
    await applyPublicAddresses(world, [instance.id, address.instanceId])
    return { return: true, associationId }
  },
})

/** EC2 takes an interface that is attached to nothing too. What one has goes where it is attached to. */
async function associateFurther(world: World, address: Address, own: NetworkInterface, allows: boolean | undefined) {
  requireGateway(world, own.vpcId)
  if (address.natGatewayId !== undefined) throw ofService(address)
  if (address.networkInterfaceId === own.id) return { return: true, associationId: address.associationId }
  if (allows === false) requireFree(address)
  const { associationId } = associateInterface(world, address, own)
  await applyPublicAddresses(world, [address.instanceId])
  return { return: true, associationId }
}

function findFurther(world: World, { InstanceId, NetworkInterfaceId }: Target): NetworkInterface | undefined {
  if (InstanceId !== undefined || NetworkInterfaceId === undefined) return undefined
  return world.networkInterfaces.get(NetworkInterfaceId)
}

function requireGateway(world: World, vpcId: string): void {
  if (world.internetGateways.withKey(vpcId).length > 0) return
  throw new ApiError('Gateway.NotAttached', `Network ${vpcId} is not attached to any internet gateway`)
}

function requireFree({ id, instanceId, networkInterfaceId, associationId }: Address): void {
  if (instanceId === undefined && networkInterfaceId === undefined) return
  const message = `resource ${id} is already associated with associate-id ${associationId}`
  throw new ApiError('Resource.AlreadyAssociated', message)
}

/** What a NAT gateway has is taken from it by nobody (VPC User Guide, "NAT gateway basics"). */
function ofService({ id }: Address): ApiError {
  return new ApiError('AuthFailure', `You do not have permission to access the specified resource: ${id}`)
}

function findByPublicIp(world: World, publicIp: string): Address {
  const address = world.addresses.find((candidate) => elasticIpOf(world, candidate) === publicIp)
  if (!address) throw new ApiError('InvalidAddress.NotFound', `The address '${publicIp}' does not belong to you.`)
  return address
}

interface Target {
  readonly InstanceId?: string | undefined
  readonly NetworkInterfaceId?: string | undefined
}

function findTarget(world: World, { InstanceId, NetworkInterfaceId }: Target): Instance {
  if (InstanceId !== undefined && NetworkInterfaceId !== undefined)
    throw invalidCombination('You may specify instance id or network interface id, but not both in the same call')
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

export const disassociateAddress = defineAction({
  name: 'DisassociateAddress',
  effect: 'writes',
  members: { AssociationId: string, PublicIp: string },
  run: async ({ AssociationId, PublicIp }, world) => {
    if (AssociationId === undefined) {
      if (PublicIp === undefined) throw missingParameter('associationId')
      findByPublicIp(world, PublicIp)
      throw invalidValue('You must specify an association id when unmapping an address from a VPC instance')
    }
    const address = world.addresses.find(({ associationId }) => associationId === AssociationId)
    if (!address)
      throw new ApiError('InvalidAssociationID.NotFound', `The association ID '${AssociationId}' does not exist`)
    if (address.natGatewayId !== undefined) throw ofService(address)
    disassociate(world, address)
    await applyPublicAddresses(world, [address.instanceId])
    return done
  },
})

/** As those of instances are told. */
function interfaceFound(one: NetworkInterface | undefined) {
  return one && { networkInterfaceId: one.id, privateIp: one.privateIp }
}

/**
 * An associated address is refused, as in a nondefault VPC. In a default one, which the sandbox has, EC2 disassociates it
 * first (API reference, ReleaseAddress); the stricter rule holds here, so that what is built on the sandbox works in any.
 */
export const releaseAddress = defineAction({
  name: 'ReleaseAddress',
  effect: 'writes',
  members: { AllocationId: string, PublicIp: string, NetworkBorderGroup: string },
  run: ({ AllocationId, PublicIp, NetworkBorderGroup }, world) => {
    if (AllocationId === undefined) {
      if (PublicIp === undefined) throw missingParameter('allocationId')
      findByPublicIp(world, PublicIp)
      throw invalidValue('You must specify an allocation id when releasing a VPC elastic IP address')
    }
    const address = findAddress(world, AllocationId)
    const publicIp = elasticIpOf(world, address)
    if (NetworkBorderGroup !== undefined && NetworkBorderGroup !== world.region.name)
      throw new ApiError('InvalidAddress.NotFound', `The address '${publicIp}' does not belong to you.`)
    if (address.associationId !== undefined)
      throw new ApiError('InvalidIPAddress.InUse', `Address ${publicIp} is in use.`)
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
      const address = world.addresses.find((candidate) => elasticIpOf(world, candidate) === publicIp)
      if (!address) throw new ApiError('InvalidAddress.NotFound', `Address '${publicIp}' not found.`)
      return address.id
    })
    const furtherOf = ({ networkInterfaceId }: Address) =>
      networkInterfaceId === undefined ? undefined : world.networkInterfaces.get(networkInterfaceId)
    const instanceOf = (address: Address) => {
      const id = address.instanceId ?? furtherOf(address)?.attachment?.instanceId
      return id === undefined ? undefined : world.instances.get(id)
    }
    const interfaceOf = (address: Address) =>
      interfaceFound(furtherOf(address)) ??
      instanceOf(address) ??
      (address.natGatewayId === undefined ? undefined : world.natGateways.get(address.natGatewayId))
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
        'instance-id': (address) => instanceOf(address)?.id,
        'network-border-group': () => world.region.name,
        'network-interface-id': (address) => interfaceOf(address)?.networkInterfaceId,
        'network-interface-owner-id': (address) => (interfaceOf(address) ? world.accountId : undefined),
        'private-ip-address': (address) => interfaceOf(address)?.privateIp,
        'public-ip': (address) => elasticIpOf(world, address),
      },
    })
    const addressesSet = items.map((address) => {
      const instance = instanceOf(address)
      const held = interfaceOf(address)
      return {
        publicIp: elasticIpOf(world, address),
        allocationId: address.id,
        associationId: address.associationId,
        domain: 'vpc',
        instanceId: instance?.id,
        networkInterfaceId: held?.networkInterfaceId,
        networkInterfaceOwnerId: held && world.accountId,
        privateIpAddress: held?.privateIp,
        publicIpv4Pool: 'amazon',
        networkBorderGroup: world.region.name,
        tagSet: renderTags(world.tags.get(address.id)),
      }
    })
    return { addressesSet }
  },
})
