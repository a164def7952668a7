import { newId, resourceKinds } from '../../model/ids.js'
import type { InternetGateway } from '../../model/networks/network.js'
import { quotas } from '../../model/quotas.js'
import { readTagSpecifications } from '../../model/tags.js'
import { publicIpOf } from '../../render/addresses.js'
import { renderTags } from '../../render/tags.js'
import { ApiError } from '../../wire/api-error.js'
import { filterList, list, paging, required, string, tagSpecifications } from '../../wire/shape.js'
import { findInternetGateway, findVpc } from '../../world/lookup.js'
import { serviceInterfaces } from '../../world/service-interfaces.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

export const createInternetGateway = defineAction({
  name: 'CreateInternetGateway',
  effect: 'writes',
  members: { TagSpecification: tagSpecifications },
  run: ({ TagSpecification }, world) => {
    const tags = readTagSpecifications(TagSpecification, ['internet-gateway'])
    if (world.internetGateways.size >= quotas.internetGateways) {
      throw new ApiError('InternetGatewayLimitExceeded', 'The maximum number of internet gateways has been reached.')
    }
    const gateway = world.internetGateways.put({
      id: newId('igw'),
      sequence: world.nextSequence(),
      vpcId: undefined,
    })
    world.tags.put(gateway.id, tags['internet-gateway'])
    noteCreation(world, gateway.id)
    return { internetGateway: render(world, gateway) }
  },
})

export const attachInternetGateway = defineAction({
  name: 'AttachInternetGateway',
  effect: 'writes',
  members: { InternetGatewayId: required(string), VpcId: required(string) },
  run: async ({ InternetGatewayId, VpcId }, world) => {
    const gateway = findInternetGateway(world, InternetGatewayId)
    const vpc = findVpc(world, VpcId)
    if (gateway.vpcId !== undefined) {
      throw new ApiError(
        'Resource.AlreadyAssociated',
        `resource ${gateway.id} is already attached to network ${gateway.vpcId}`,
      )
    }
    if (world.internetGateways.withKey(vpc.id).length > 0) {
      throw new ApiError('InvalidParameterValue', `Network ${vpc.id} already has an internet gateway attached`)
    }
    world.internetGateways.put({ ...gateway, vpcId: vpc.id })
    await world.cloud.network.refresh()
    return done
  },
})

export const detachInternetGateway = defineAction({
  name: 'DetachInternetGateway',
  effect: 'writes',
  members: { InternetGatewayId: required(string), VpcId: required(string) },
  run: async ({ InternetGatewayId, VpcId }, world) => {
    const gateway = findInternetGateway(world, InternetGatewayId)
    const vpc = findVpc(world, VpcId)
    if (gateway.vpcId !== vpc.id) {
      throw new ApiError('Gateway.NotAttached', `resource ${gateway.id} is not attached to network ${vpc.id}`)
    }
    const mapped = world.instances.find(
      (instance) => instance.vpcId === vpc.id && publicIpOf(world, instance) !== undefined,
    )
    const isNatMapped = serviceInterfaces(world).some((one) => one.vpcId === vpc.id && one.allocationId !== undefined)
    if (mapped || isNatMapped) {
      throw new ApiError(
        'DependencyViolation',
        `Network ${vpc.id} has some mapped public address(es). Please unmap those public address(es) before detaching the gateway.`,
      )
    }
    world.internetGateways.put({ ...gateway, vpcId: undefined })
    await world.cloud.network.refresh()
    return done
  },
})

export const deleteInternetGateway = defineAction({
  name: 'DeleteInternetGateway',
  effect: 'writes',
  members: { InternetGatewayId: required(string) },
  run: ({ InternetGatewayId }, world) => {
    const gateway = findInternetGateway(world, InternetGatewayId)
    if (gateway.vpcId !== undefined) {
      throw new ApiError(
        'DependencyViolation',
        `The internetGateway '${gateway.id}' has dependencies and cannot be deleted.`,
      )
    }
    world.internetGateways.delete(gateway.id)
    world.tags.delete(gateway.id)
    return done
  },
})

export const describeInternetGateways = defineAction({
  name: 'DescribeInternetGateways',
  effect: 'reads',
  members: { InternetGatewayId: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const page = describeRecords<InternetGateway>(world, {
      action: 'DescribeInternetGateways',
      kind: resourceKinds.internetGateway,
      source: world.internetGateways,
      ids: parameters.InternetGatewayId,
      request: parameters,
      filters: {
        'attachment.state': ({ vpcId }) => (vpcId === undefined ? undefined : 'available'),
        'attachment.vpc-id': ({ vpcId }) => vpcId,
        'internet-gateway-id': ({ id }) => id,
        'owner-id': () => world.accountId,
      },
      page: pageRules.internetGateways,
    })
    return { internetGatewaySet: page.items.map((gateway) => render(world, gateway)), nextToken: page.nextToken }
  },
})

function render(world: World, { id, vpcId }: InternetGateway) {
  return {
    internetGatewayId: id,
    ownerId: world.accountId,
    attachmentSet: vpcId === undefined ? [] : [{ vpcId, state: 'available' }],
    tagSet: renderTags(world.tags.get(id)),
  }
}
