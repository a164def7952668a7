import { newId, resourceKinds } from '../../model/ids.js'
import type { RouteTable } from '../../model/networks/network.js'
import { quotas } from '../../model/quotas.js'
import { readTagSpecifications } from '../../model/tags.js'
import { renderTags } from '../../render/tags.js'
import { ApiError, invalidCombination, missingParameter } from '../../wire/api-error.js'
import { filterList, list, paging, required, string, tagSpecifications, type ParsedMembers } from '../../wire/shape.js'
import { findInternetGateway, findNatGateway, findRouteTable, findSubnet, findVpc } from '../../world/lookup.js'
import { findByToken, rememberToken } from '../../world/token.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'
import { readBlock } from './blocks.js'
import { prefixListOf } from './vpc-endpoints.js'

export const createRouteTable = defineAction({
  name: 'CreateRouteTable',
  effect: 'writes',
  members: { VpcId: required(string), TagSpecification: tagSpecifications, ClientToken: string },
  run: (parameters, world) => {
    const { VpcId, TagSpecification, ClientToken } = parameters
    const token = { action: 'CreateRouteTable', token: ClientToken, parameters }
    const earlier = world.routeTables.get(findByToken(world, token)?.[0] ?? '')
    if (earlier) return { routeTable: render(world, earlier), clientToken: ClientToken }
    const vpc = findVpc(world, VpcId)
    if (world.routeTables.withKey(vpc.id).length >= quotas.routeTablesPerVpc) {
      throw new ApiError('RouteTableLimitExceeded', 'The maximum number of route tables has been reached.')
    }
    const tags = readTagSpecifications(TagSpecification, ['route-table'])
    const table = world.routeTables.put({
      id: newId('rtb'),
      sequence: world.nextSequence(),
      vpcId: vpc.id,
      mainAssociationId: undefined,
      associations: [],
      routes: [],
    })
    world.tags.put(table.id, tags['route-table'])
    noteCreation(world, table.id)
    rememberToken(world, token, [table.id])
    return { routeTable: render(world, table), clientToken: ClientToken }
  },
})

export const deleteRouteTable = defineAction({
  name: 'DeleteRouteTable',
  effect: 'writes',
  members: { RouteTableId: required(string) },
  run: ({ RouteTableId }, world) => {
    const table = findRouteTable(world, RouteTableId)
    if (table.mainAssociationId !== undefined || table.associations.length > 0) {
      throw new ApiError('DependencyViolation', `The routeTable '${table.id}' has dependencies and cannot be deleted.`)
    }
    world.routeTables.delete(table.id)
    world.tags.delete(table.id)
    return done
  },
})

export const associateRouteTable = defineAction({
  name: 'AssociateRouteTable',
  effect: 'writes',
  members: { RouteTableId: required(string), SubnetId: required(string) },
  run: async ({ RouteTableId, SubnetId }, world) => {
    const table = findRouteTable(world, RouteTableId)
    const subnet = findSubnet(world, SubnetId)
    if (table.vpcId !== subnet.vpcId) {
      throw new ApiError(
        'InvalidParameterValue',
        `route table ${table.id} and subnet ${subnet.id} belong to different networks`,
      )
    }
    const before = world.routeTables
      .withKey(subnet.vpcId)
      .flatMap(({ associations }) => associations)
      .find(({ subnetId }) => subnetId === subnet.id)
    if (before) {
      throw new ApiError(
        'Resource.AlreadyAssociated',
        `the specified association for route table ${table.id} conflicts with an existing association ${before.id}`,
      )
    }
    const association = { id: newId('rtbassoc'), subnetId: subnet.id }
    world.routeTables.put({ ...table, associations: [...table.associations, association] })
    await world.cloud.network.refresh()
    return { associationId: association.id, associationState: { state: 'associated' } }
  },
})

/** In one step: the subnet, or the whole network where it is the main table's, is never without a table. */
export const replaceRouteTableAssociation = defineAction({
  name: 'ReplaceRouteTableAssociation',
  effect: 'writes',
  members: { AssociationId: required(string), RouteTableId: required(string) },
  run: async ({ AssociationId, RouteTableId }, world) => {
    const before = world.routeTables.find((table) => associationsOf(table).some(({ id }) => id === AssociationId))
    if (!before) {
      throw new ApiError('InvalidAssociationID.NotFound', `The association ID '${AssociationId}' does not exist`)
    }
    const table = findRouteTable(world, RouteTableId)
    if (table.vpcId !== before.vpcId) {
      throw new ApiError(
        'InvalidParameterValue',
        `route table ${table.id} and route table ${before.id} belong to different networks`,
      )
    }
    const id = newId('rtbassoc')
    const held = before.associations.find((one) => one.id === AssociationId)
    if (held) {
      world.routeTables.put({ ...before, associations: before.associations.filter((one) => one !== held) })
      const now = findRouteTable(world, RouteTableId)
      world.routeTables.put({ ...now, associations: [...now.associations, { id, subnetId: held.subnetId }] })
    } else {
      world.routeTables.put({ ...before, mainAssociationId: undefined })
      world.routeTables.put({ ...findRouteTable(world, RouteTableId), mainAssociationId: id })
    }
    await world.cloud.network.refresh()
    return { newAssociationId: id, associationState: { state: 'associated' } }
  },
})

export const disassociateRouteTable = defineAction({
  name: 'DisassociateRouteTable',
  effect: 'writes',
  members: { AssociationId: required(string) },
  run: async ({ AssociationId }, world) => {
    const table = world.routeTables.find(({ associations }) => associations.some(({ id }) => id === AssociationId))
    if (!table) {
      throw new ApiError('InvalidAssociationID.NotFound', `The association ID '${AssociationId}' does not exist`)
    }
    world.routeTables.put({ ...table, associations: table.associations.filter(({ id }) => id !== AssociationId) })
    await world.cloud.network.refresh()
    return done
  },
})

const routeMembers = {
  RouteTableId: required(string),
  DestinationCidrBlock: string,
  GatewayId: string,
  NatGatewayId: string,
} as const

/** Routes to internet and NAT gateways alone: peerings, transit gateways and the like are not there to be led to. */
export const createRoute = defineAction({
  name: 'CreateRoute',
  effect: 'writes',
  members: routeMembers,
  run: async (parameters, world) => {
    const { table, route } = readRoute(world, parameters)
    if (route.destination === world.vpcs.get(table.vpcId)?.cidr || routeTo(table, route.destination)) {
      throw new ApiError('RouteAlreadyExists', `The route identified by ${route.destination} already exists.`)
    }
    if (table.routes.length >= quotas.routesPerTable) {
      throw new ApiError('RouteLimitExceeded', 'The maximum number of routes has been reached.')
    }
    world.routeTables.put({ ...table, routes: [...table.routes, route] })
    await world.cloud.network.refresh()
    return done
  },
})

/** In one step: no packet goes another way between the old route and the new one. The words of third-party logs. */
export const replaceRoute = defineAction({
  name: 'ReplaceRoute',
  effect: 'writes',
  members: routeMembers,
  run: async (parameters, world) => {
    const { table, route } = readRoute(world, parameters)
    if (!routeTo(table, route.destination)) {
      throw new ApiError(
        'InvalidParameterValue',
        `There is no route defined for '${route.destination}' in the route table. Use CreateRoute instead.`,
      )
    }
    const routes = table.routes.map((one) => (one.destination === route.destination ? route : one))
    world.routeTables.put({ ...table, routes })
    await world.cloud.network.refresh()
    return done
  },
})

function readRoute(
  world: World,
  { RouteTableId, DestinationCidrBlock, GatewayId, NatGatewayId }: ParsedMembers<typeof routeMembers>,
) {
  const table = findRouteTable(world, RouteTableId)
  if (DestinationCidrBlock === undefined) throw missingParameter('destinationCidrBlock')
  if (GatewayId !== undefined && NatGatewayId !== undefined) {
    throw invalidCombination('The parameter gatewayId cannot be used with the parameter natGatewayId')
  }
  if (GatewayId === undefined && NatGatewayId === undefined) throw missingParameter('gatewayId')
  const destination = readBlock(DestinationCidrBlock)
  const gateway =
    NatGatewayId === undefined ? findInternetGateway(world, GatewayId ?? '') : findStandingNat(world, NatGatewayId)
  if (gateway.vpcId !== table.vpcId) {
    throw new ApiError(
      'InvalidParameterValue',
      `route table ${table.id} and network gateway ${gateway.id} belong to different networks`,
    )
  }
  return { table, route: { destination, gatewayId: gateway.id } }
}

function findStandingNat(world: World, id: string) {
  const nat = findNatGateway(world, id)
  if (nat.state === 'pending' || nat.state === 'available') return nat
  throw new ApiError('InvalidNatGatewayID.NotFound', `The natGateway ID '${id}' does not exist`)
}

export const deleteRoute = defineAction({
  name: 'DeleteRoute',
  effect: 'writes',
  members: { RouteTableId: required(string), DestinationCidrBlock: string },
  run: async ({ RouteTableId, DestinationCidrBlock }, world) => {
    const table = findRouteTable(world, RouteTableId)
    if (DestinationCidrBlock === undefined) throw missingParameter('destinationCidrBlock')
    const destination = readBlock(DestinationCidrBlock)
    if (!routeTo(table, destination)) {
      throw new ApiError(
        'InvalidRoute.NotFound',
        `no route with destination-cidr-block ${destination} in route table ${table.id}`,
      )
    }
    world.routeTables.put({ ...table, routes: table.routes.filter((route) => route.destination !== destination) })
    await world.cloud.network.refresh()
    return done
  },
})

function routeTo(table: RouteTable, destination: string) {
  return table.routes.find((route) => route.destination === destination)
}

export const describeRouteTables = defineAction({
  name: 'DescribeRouteTables',
  effect: 'reads',
  members: { RouteTableId: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const page = describeRecords<RouteTable>(world, {
      action: 'DescribeRouteTables',
      kind: resourceKinds.routeTable,
      source: world.routeTables,
      ids: parameters.RouteTableId,
      request: parameters,
      filters: {
        'association.main': ({ mainAssociationId }) => mainAssociationId !== undefined,
        'association.route-table-association-id': (table) => associationsOf(table).map(({ id }) => id),
        'association.route-table-id': ({ id }) => id,
        // Gateways have no tables of their own here.
        'association.gateway-id': () => undefined,
        'association.subnet-id': ({ associations }) => associations.map(({ subnetId }) => subnetId),
        'owner-id': () => world.accountId,
        'route-table-id': ({ id }) => id,
        'route.destination-cidr-block': (table) => routesOf(world, table).map(({ destination }) => destination),
        'route.gateway-id': (table) =>
          routesOf(world, table).flatMap(({ gatewayId }) => (gatewayId.startsWith('nat-') ? [] : gatewayId)),
        'route.nat-gateway-id': (table) =>
          routesOf(world, table).flatMap(({ gatewayId }) => (gatewayId.startsWith('nat-') ? gatewayId : [])),
        'vpc-id': ({ vpcId }) => vpcId,
      },
      page: pageRules.routeTables,
    })
    return { routeTableSet: page.items.map((table) => render(world, table)), nextToken: page.nextToken }
  },
})

function associationsOf({ mainAssociationId, associations }: RouteTable) {
  const main = mainAssociationId === undefined ? [] : [{ id: mainAssociationId, subnetId: undefined }]
  return [...main, ...associations]
}

/** With the one that every table has: inside the VPC things reach one another. */
function routesOf(world: World, { vpcId, routes }: RouteTable) {
  return [{ destination: world.vpcs.get(vpcId)?.cidr ?? '', gatewayId: 'local' }, ...routes]
}

function render(world: World, table: RouteTable) {
  const isThere = (gatewayId: string) =>
    gatewayId === 'local' ||
    world.internetGateways.get(gatewayId)?.vpcId === table.vpcId ||
    world.natGateways.get(gatewayId)?.state === 'available'
  return {
    routeTableId: table.id,
    vpcId: table.vpcId,
    ownerId: world.accountId,
    routeSet: [
      ...routesOf(world, table).map(({ destination, gatewayId }) => ({
        destinationCidrBlock: destination,
        ...(gatewayId.startsWith('nat-') ? { natGatewayId: gatewayId } : { gatewayId }),
        state: isThere(gatewayId) ? 'active' : 'blackhole',
        origin: gatewayId === 'local' ? 'CreateRouteTable' : 'CreateRoute',
      })),
      ...world.vpcEndpoints
        .withKey(table.vpcId)
        .filter(({ routeTableIds }) => routeTableIds.includes(table.id))
        .map(({ id, serviceName }) => ({
          destinationPrefixListId: prefixListOf(serviceName),
          gatewayId: id,
          state: 'active',
          origin: 'CreateRoute',
        })),
    ],
    associationSet: associationsOf(table).map(({ id, subnetId }) => ({
      routeTableAssociationId: id,
      routeTableId: table.id,
      subnetId,
      main: subnetId === undefined,
      associationState: { state: 'associated' },
    })),
    propagatingVgwSet: [],
    tagSet: renderTags(world.tags.get(table.id)),
  }
}
