import { bringNatUp, takeNatDown } from '../../lifecycle/nat-gateway.js'
import { newId, resourceKinds } from '../../model/ids.js'
import { isNatStanding, type NatGateway } from '../../model/networks/network-parts.js'
import { quotas } from '../../model/quotas.js'
import { readTagSpecifications } from '../../model/tags.js'
import { elasticIpOf } from '../../render/addresses.js'
import { renderTags } from '../../render/tags.js'
import { ApiError, missingParameter } from '../../wire/api-error.js'
import { filterList, list, oneOfMore, paging, required, string, tagSpecifications } from '../../wire/shape.js'
import { findAddress, findNatGateway, findSubnet } from '../../world/lookup.js'
import { findByToken, rememberToken } from '../../world/token.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'
import { takeAddresses } from '../../world/private-addresses.js'

export const createNatGateway = defineAction({
  name: 'CreateNatGateway',
  effect: 'writes',
  members: {
    SubnetId: required(string),
    AllocationId: string,
    ConnectivityType: oneOfMore(['public'], ['private']),
    PrivateIpAddress: string,
    TagSpecification: tagSpecifications,
    ClientToken: string,
  },
  run: (parameters, world) => {
    const { SubnetId, AllocationId, PrivateIpAddress, TagSpecification, ClientToken } = parameters
    const token = { action: 'CreateNatGateway', token: ClientToken, parameters }
    const earlier = world.natGateways.get(findByToken(world, token)?.[0] ?? '')
    if (earlier) return { natGateway: render(world, earlier), clientToken: ClientToken }
    const subnet = findSubnet(world, SubnetId)
    if (AllocationId === undefined) throw missingParameter('AllocationId')
    const address = findAddress(world, AllocationId)
    const tags = readTagSpecifications(TagSpecification, ['natgateway'])
    if (address.associationId !== undefined) {
      throw new ApiError('Resource.AlreadyAssociated', `Elastic IP address [${address.id}] is already associated`)
    }
    const neighbours = world.natGateways
      .values()
      .filter((one) => isNatStanding(one) && zoneOf(world, one) === subnet.zone)
    if (neighbours.length >= quotas.natGatewaysPerZone) {
      throw new ApiError(
        'NatGatewayLimitExceeded',
        `Performing this operation would exceed the limit of ${quotas.natGatewaysPerZone} NAT gateways`,
      )
    }
    const [privateIp = ''] = takeAddresses(world, subnet, 1, PrivateIpAddress)
    const nat = world.natGateways.put({
      id: newId('nat'),
      sequence: world.nextSequence(),
      vpcId: subnet.vpcId,
      subnetId: subnet.id,
      allocationId: address.id,
      networkInterfaceId: newId('eni'),
      privateIp,
      state: 'pending',
      failure: undefined,
      createdAtMs: world.now(),
      deletedAtMs: undefined,
    })
    world.addresses.put({ ...address, natGatewayId: nat.id, associationId: newId('eipassoc') })
    world.tags.put(nat.id, tags.natgateway)
    noteCreation(world, nat.id)
    rememberToken(world, token, [nat.id])
    bringNatUp(world, nat.id)
    return { natGateway: render(world, nat), clientToken: ClientToken }
  },
})

function zoneOf(world: World, { subnetId }: NatGateway): string | undefined {
  return world.subnets.get(subnetId)?.zone
}

/** One that is on its way or gone is answered for as the first time. */
export const deleteNatGateway = defineAction({
  name: 'DeleteNatGateway',
  effect: 'writes',
  members: { NatGatewayId: required(string) },
  run: ({ NatGatewayId }, world) => {
    const nat = findNatGateway(world, NatGatewayId)
    if (nat.state === 'pending' || nat.state === 'available') {
      world.natGateways.put({ ...nat, state: 'deleting' })
      takeNatDown(world, nat.id)
    }
    return { natGatewayId: nat.id }
  },
})

/** Those that ended stay for about an hour (VPC User Guide, "Delete a NAT gateway"). */
export function visibleNatGateways(world: World): NatGateway[] {
  const before = world.now() - world.cloud.latencies.terminatedVisibleMs
  return world.natGateways.values().filter(({ deletedAtMs }) => deletedAtMs === undefined || deletedAtMs > before)
}

export const describeNatGateways = defineAction({
  name: 'DescribeNatGateways',
  effect: 'reads',
  members: { NatGatewayId: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const all = visibleNatGateways(world)
    const page = describeRecords<NatGateway>(world, {
      action: 'DescribeNatGateways',
      kind: resourceKinds.natGateway,
      source: { get: (id) => all.find((one) => one.id === id), values: () => all },
      ids: parameters.NatGatewayId,
      request: parameters,
      filters: {
        'nat-gateway-id': ({ id }) => id,
        state: ({ state }) => state,
        'subnet-id': ({ subnetId }) => subnetId,
        'vpc-id': ({ vpcId }) => vpcId,
      },
      page: pageRules.natGateways,
    })
    return { natGatewaySet: page.items.map((nat) => render(world, nat)), nextToken: page.nextToken }
  },
})

function render(world: World, nat: NatGateway) {
  const address = world.addresses.get(nat.allocationId)
  return {
    natGatewayId: nat.id,
    vpcId: nat.vpcId,
    subnetId: nat.subnetId,
    state: nat.state,
    connectivityType: 'public',
    createTime: new Date(nat.createdAtMs),
    deleteTime: nat.deletedAtMs === undefined ? undefined : new Date(nat.deletedAtMs),
    failureCode: nat.failure?.code,
    failureMessage: nat.failure?.message,
    natGatewayAddressSet: [
      {
        allocationId: nat.allocationId,
        networkInterfaceId: nat.networkInterfaceId,
        privateIp: nat.privateIp,
        publicIp: address && elasticIpOf(world, address),
        associationId: address?.natGatewayId === nat.id ? address.associationId : undefined,
        isPrimary: true,
        status: nat.state === 'pending' ? 'associating' : isNatStanding(nat) ? 'succeeded' : 'failed',
      },
    ],
    tagSet: renderTags(world.tags.get(nat.id)),
  }
}
