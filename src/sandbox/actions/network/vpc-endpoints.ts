import { settleEndpoint } from '../../lifecycle/nat-gateway.js'
import { newId, resourceKinds } from '../../model/ids.js'
import { endpointServices, type EndpointInterface, type VpcEndpoint } from '../../model/networks/network-parts.js'
import { quotas } from '../../model/quotas.js'
import { readTagSpecifications } from '../../model/tags.js'
import { renderTags } from '../../render/tags.js'
import { ApiError, invalidValue } from '../../wire/api-error.js'
import { boolean, filterList, list, oneOfMore, paging, required, string, tagSpecifications } from '../../wire/shape.js'
import type { XmlRecord } from '../../wire/xml.js'
import { findRouteTable, findSecurityGroup, findSubnet, findVpc, findVpcEndpoint } from '../../world/lookup.js'
import { findByToken, rememberToken } from '../../world/token.js'
import { noteCreation } from '../../world/visibility.js'
import { defaultGroupOf } from '../../world/vpc.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'
import { takeAddresses } from '../../world/private-addresses.js'

/*
 * Endpoints are known to the API alone: behind their addresses and routes nobody answers, as the sandbox has none of the
 * services that they lead to.
 */

export const createVpcEndpoint = defineAction({
  name: 'CreateVpcEndpoint',
  effect: 'writes',
  members: {
    VpcId: required(string),
    VpcEndpointType: oneOfMore(['Gateway', 'Interface'], ['GatewayLoadBalancer', 'Resource', 'ServiceNetwork']),
    ServiceName: required(string),
    PolicyDocument: string,
    RouteTableId: list(string),
    SubnetId: list(string),
    SecurityGroupId: list(string),
    PrivateDnsEnabled: boolean,
    TagSpecification: tagSpecifications,
    ClientToken: string,
  },
  run: (parameters, world) => {
    const { VpcId, ServiceName, RouteTableId = [], SubnetId = [], SecurityGroupId = [], ClientToken } = parameters
    const token = { action: 'CreateVpcEndpoint', token: ClientToken, parameters }
    const earlier = world.vpcEndpoints.get(findByToken(world, token)?.[0] ?? '')
    if (earlier) return { vpcEndpoint: render(world, earlier), clientToken: ClientToken }
    const vpc = findVpc(world, VpcId)
    const type = parameters.VpcEndpointType ?? 'Gateway'
    const tags = readTagSpecifications(parameters.TagSpecification, ['vpc-endpoint'])
    checkService(world, ServiceName, type)
    const siblings = world.vpcEndpoints.withKey(vpc.id)
    if (type === 'Gateway' && siblings.some((one) => one.type === type && one.serviceName === ServiceName)) {
      const taken = siblings.flatMap((one) => (one.serviceName === ServiceName ? one.routeTableIds : []))
      const conflict = RouteTableId.find((id) => taken.includes(id))
      if (conflict !== undefined) {
        throw new ApiError(
          'RouteAlreadyExists',
          `route table ${conflict} already has a route with destination-prefix-list-id ${prefixListOf(ServiceName)}`,
        )
      }
    }
    const limit = type === 'Gateway' ? quotas.gatewayEndpoints : quotas.interfaceEndpointsPerVpc
    if (
      (type === 'Gateway' ? world.vpcEndpoints.values() : siblings).filter((one) => one.type === type).length >= limit
    ) {
      throw new ApiError('VpcEndpointLimitExceeded', 'The maximum number of VPC endpoints has been reached.')
    }
    const privateDns = type === 'Interface' && parameters.PrivateDnsEnabled !== false
    if (privateDns && !(vpc.dnsSupport && vpc.dnsHostnames)) {
      throw new ApiError(
        'InvalidParameter',
        'Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for ' +
          vpc.id,
      )
    }
    const routeTableIds = RouteTableId.map((id) => tableOf(world, vpc.id, id))
    const groupIds = type === 'Interface' ? groupsOf(world, vpc.id, SecurityGroupId) : []
    const endpoint = world.vpcEndpoints.put({
      id: newId('vpce'),
      sequence: world.nextSequence(),
      vpcId: vpc.id,
      type,
      serviceName: ServiceName,
      state: type === 'Gateway' ? 'available' : 'pending',
      routeTableIds: type === 'Gateway' ? routeTableIds : [],
      interfaces: type === 'Interface' ? interfacesIn(world, vpc.id, SubnetId, []) : [],
      groupIds,
      privateDns,
      policy: parameters.PolicyDocument,
      createdAtMs: world.now(),
    })
    world.tags.put(endpoint.id, tags['vpc-endpoint'])
    noteCreation(world, endpoint.id)
    rememberToken(world, token, [endpoint.id])
    settleEndpoint(world, endpoint.id)
    return { vpcEndpoint: render(world, endpoint), clientToken: ClientToken }
  },
})

function checkService(world: World, name: string, type: VpcEndpoint['type']): void {
  const own = `com.amazonaws.${world.region.name}.`
  const types = name.startsWith(own) ? endpointServices[name.slice(own.length)] : undefined
  if (!types) throw new ApiError('InvalidServiceName', `The Vpc Endpoint Service '${name}' does not exist`)
  if (types.includes(type)) return
  throw new ApiError(
    'InvalidParameter',
    `Endpoint type (${type}) does not match available service types ([${types.join(', ')}]).`,
  )
}

function tableOf(world: World, vpcId: string, id: string): string {
  const table = findRouteTable(world, id)
  if (table.vpcId === vpcId) return table.id
  throw new ApiError('InvalidParameter', `Route table ${id} does not belong to VPC ${vpcId}`)
}

function groupsOf(world: World, vpcId: string, ids: readonly string[]): readonly string[] {
  if (ids.length === 0) return [defaultGroupOf(world, vpcId)?.id ?? ''].filter((id) => id !== '')
  return ids.map((id) => {
    const group = findSecurityGroup(world, id)
    if (group.vpcId === vpcId) return group.id
    throw new ApiError('InvalidGroup.NotFound', `The security group '${id}' does not exist in VPC '${vpcId}'`)
  })
}

/** An endpoint has one address in a zone. */
function interfacesIn(
  world: World,
  vpcId: string,
  subnetIds: readonly string[],
  present: readonly EndpointInterface[],
): readonly EndpointInterface[] {
  const zones = new Set(present.map(({ subnetId }) => world.subnets.get(subnetId)?.zone))
  return subnetIds.map((id) => {
    const subnet = findSubnet(world, id)
    if (subnet.vpcId !== vpcId) throw new ApiError('InvalidParameter', `Subnet ${id} does not belong to VPC ${vpcId}`)
    if (zones.has(subnet.zone)) {
      throw new ApiError('DuplicateSubnetsInSameZone', 'Found another VPC endpoint subnet in the availability zone.')
    }
    zones.add(subnet.zone)
    const [privateIp = ''] = takeAddresses(world, subnet, 1, undefined)
    return { subnetId: subnet.id, networkInterfaceId: newId('eni'), privateIp }
  })
}

export const modifyVpcEndpoint = defineAction({
  name: 'ModifyVpcEndpoint',
  effect: 'writes',
  members: {
    VpcEndpointId: required(string),
    ResetPolicy: boolean,
    PolicyDocument: string,
    AddRouteTableId: list(string),
    RemoveRouteTableId: list(string),
    AddSubnetId: list(string),
    RemoveSubnetId: list(string),
    AddSecurityGroupId: list(string),
    RemoveSecurityGroupId: list(string),
    PrivateDnsEnabled: boolean,
  },
  run: (parameters, world) => {
    const endpoint = findVpcEndpoint(world, parameters.VpcEndpointId)
    const isGateway = endpoint.type === 'Gateway'
    const foreign = isGateway
      ? [parameters.AddSubnetId, parameters.AddSecurityGroupId, parameters.PrivateDnsEnabled]
      : [parameters.AddRouteTableId]
    if (foreign.some((value) => value !== undefined)) {
      throw new ApiError('InvalidParameter', `A ${endpoint.type} endpoint does not have what the call is to change.`)
    }
    const removedTables = new Set(parameters.RemoveRouteTableId)
    const removedSubnets = new Set(parameters.RemoveSubnetId)
    const removedGroups = new Set(parameters.RemoveSecurityGroupId)
    const interfaces = endpoint.interfaces.filter(({ subnetId }) => !removedSubnets.has(subnetId))
    const groupIds = new Set(endpoint.groupIds.filter((id) => !removedGroups.has(id)))
    for (const id of parameters.AddSecurityGroupId ?? []) groupIds.add(findSecurityGroup(world, id).id)
    if (!isGateway && groupIds.size === 0) throw invalidValue('An endpoint must have at least one security group.')
    const tables = new Set(endpoint.routeTableIds.filter((id) => !removedTables.has(id)))
    for (const id of parameters.AddRouteTableId ?? []) tables.add(tableOf(world, endpoint.vpcId, id))
    world.vpcEndpoints.put({
      ...endpoint,
      routeTableIds: [...tables],
      interfaces: [...interfaces, ...interfacesIn(world, endpoint.vpcId, parameters.AddSubnetId ?? [], interfaces)],
      groupIds: [...groupIds],
      privateDns: parameters.PrivateDnsEnabled ?? endpoint.privateDns,
      policy: parameters.ResetPolicy === true ? undefined : (parameters.PolicyDocument ?? endpoint.policy),
    })
    return done
  },
})

/** One that does not exist is told in the answer, and fails nothing (API reference, DeleteVpcEndpoints). */
export const deleteVpcEndpoints = defineAction({
  name: 'DeleteVpcEndpoints',
  effect: 'writes',
  members: { VpcEndpointId: required(list(string)) },
  run: ({ VpcEndpointId }, world) => {
    const unsuccessful: XmlRecord[] = []
    for (const id of VpcEndpointId) {
      const endpoint = world.vpcEndpoints.get(id)
      if (!endpoint) {
        const code = resourceKinds.vpcEndpoint.notFoundCode
        const message = resourceKinds.vpcEndpoint.notFoundMessage([id])
        unsuccessful.push({ resourceId: id, error: { code, message } })
        continue
      }
      world.vpcEndpoints.put({ ...endpoint, state: 'deleting', routeTableIds: [] })
      settleEndpoint(world, id)
    }
    return { unsuccessful }
  },
})

export const describeVpcEndpoints = defineAction({
  name: 'DescribeVpcEndpoints',
  effect: 'reads',
  members: { VpcEndpointId: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const page = describeRecords<VpcEndpoint>(world, {
      action: 'DescribeVpcEndpoints',
      kind: resourceKinds.vpcEndpoint,
      source: world.vpcEndpoints,
      ids: parameters.VpcEndpointId,
      request: parameters,
      filters: {
        'service-name': ({ serviceName }) => serviceName,
        'vpc-id': ({ vpcId }) => vpcId,
        'vpc-endpoint-id': ({ id }) => id,
        'vpc-endpoint-state': ({ state }) => state,
        'vpc-endpoint-type': ({ type }) => type,
      },
      page: pageRules.vpcEndpoints,
    })
    return { vpcEndpointSet: page.items.map((one) => render(world, one)), nextToken: page.nextToken }
  },
})

/** The list of a service's addresses to which a gateway endpoint's route leads. */
export function prefixListOf(serviceName: string): string {
  return serviceName.endsWith('.s3') ? 'pl-63a5400a' : 'pl-02cd2c6b'
}

/** What everybody may do everything by (PrivateLink Guide, "Control access to VPC endpoints"). */
const defaultPolicy = '{"Statement":[{"Action":"*","Effect":"Allow","Principal":"*","Resource":"*"}]}'

function render(world: World, endpoint: VpcEndpoint) {
  const { id, type, interfaces, groupIds } = endpoint
  return {
    vpcEndpointId: id,
    vpcEndpointType: type,
    vpcId: endpoint.vpcId,
    serviceName: endpoint.serviceName,
    state: endpoint.state,
    policyDocument: endpoint.policy ?? defaultPolicy,
    routeTableIdSet: endpoint.routeTableIds,
    subnetIdSet: interfaces.map(({ subnetId }) => subnetId),
    groupSet: groupIds.map((groupId) => ({ groupId, groupName: world.securityGroups.get(groupId)?.name ?? '' })),
    privateDnsEnabled: endpoint.privateDns,
    requesterManaged: false,
    networkInterfaceIdSet: interfaces.map(({ networkInterfaceId }) => networkInterfaceId),
    dnsEntrySet: [],
    creationTimestamp: new Date(endpoint.createdAtMs),
    ownerId: world.accountId,
    tagSet: renderTags(world.tags.get(id)),
  }
}
