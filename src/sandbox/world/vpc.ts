import { newId, stableId } from '../model/ids.js'
import type { Instance } from '../model/instance.js'
import type { NatGateway } from '../model/networks/network-parts.js'
import type { RouteTable, Subnet, Vpc } from '../model/networks/network.js'
import type { SecurityGroup } from '../model/security-group.js'
import { ApiError } from '../wire/api-error.js'
import type { World } from './world.js'

/** Puts a VPC with what EC2 makes along with it: a main route table and a default group. */
export function newVpc(
  world: World,
  vpc: Omit<Vpc, 'sequence'>,
): { readonly vpc: Vpc; readonly routeTable: RouteTable } {
  const put = world.vpcs.put({ ...vpc, sequence: world.nextSequence() })
  const routeTable = world.routeTables.put({
    id: stableId('rtb', vpc.id, 'main'),
    sequence: world.nextSequence(),
    vpcId: vpc.id,
    mainAssociationId: newId('rtbassoc'),
    associations: [],
    routes: [],
  })
  makeDefaultGroup(world, vpc)
  return { vpc: put, routeTable }
}

/** EC2 gives every VPC a default group: everything from its own members comes in, everything goes out. */
function makeDefaultGroup(world: World, vpc: Omit<Vpc, 'sequence'>): void {
  const groupId = stableId('sg', vpc.id, 'default')
  if (world.securityGroups.get(groupId)) return
  world.securityGroups.put({
    id: groupId,
    sequence: world.nextSequence(),
    name: 'default',
    description: 'default VPC security group',
    vpcId: vpc.id,
  })
  const all = { groupId, protocol: '-1', fromPort: -1, toPort: -1, description: undefined }
  world.rules.put({
    ...all,
    id: stableId('sgr', groupId, 'ingress'),
    sequence: world.nextSequence(),
    isEgress: false,
    target: { kind: 'group', groupId },
  })
  world.rules.put({
    ...all,
    id: stableId('sgr', groupId, 'egress'),
    sequence: world.nextSequence(),
    isEgress: true,
    target: { kind: 'ipv4', cidr: '0.0.0.0/0' },
  })
}

/** Its name is reserved, so that no other group of the VPC has it. */
export function defaultGroupOf(world: World, vpcId: string): SecurityGroup | undefined {
  return world.securityGroups.withKey('default').find((group) => group.vpcId === vpcId)
}

export function isDefaultGroup({ name }: SecurityGroup): boolean {
  return name === 'default'
}

/** The route table that decides for a subnet: its own, else the VPC's main one. */
function routeTableOf(world: World, { id, vpcId }: Pick<Subnet, 'id' | 'vpcId'>): RouteTable | undefined {
  const tables = world.routeTables.withKey(vpcId)
  return (
    tables.find(({ associations }) => associations.some(({ subnetId }) => subnetId === id)) ??
    tables.find(({ mainAssociationId }) => mainAssociationId !== undefined)
  )
}

/** Whether a subnet is public: its routes lead to the internet by a gateway that is attached to its VPC. */
function isPublic(world: World, subnet: Pick<Subnet, 'id' | 'vpcId'>): boolean {
  const routes = routeTableOf(world, subnet)?.routes ?? []
  return routes.some(
    ({ destination, gatewayId }) =>
      destination === '0.0.0.0/0' && world.internetGateways.get(gatewayId)?.vpcId === subnet.vpcId,
  )
}

/** Whether what has a public address there is reached at it. */
export function isReachable(world: World, { subnetId, vpcId }: Pick<Instance, 'subnetId' | 'vpcId'>): boolean {
  return isPublic(world, { id: subnetId, vpcId })
}

/** The NAT gateway by which what is there goes out: it works, and stands in a subnet that is public itself. */
export function natGatewayOf(world: World, place: Pick<Instance, 'subnetId' | 'vpcId'>): NatGateway | undefined {
  const routes = routeTableOf(world, { id: place.subnetId, vpcId: place.vpcId })?.routes ?? []
  const route = routes.find(({ destination }) => destination === '0.0.0.0/0')
  const nat = route && world.natGateways.get(route.gatewayId)
  return nat?.state === 'available' && isReachable(world, nat) ? nat : undefined
}

/** EC2's words for an account without a default VPC (API reference, error codes: VPCIdNotSpecified). */
export function checkDefaultVpc(world: World): Vpc {
  const vpc = world.defaultVpc
  if (vpc) return vpc
  throw new ApiError('VPCIdNotSpecified', 'No default VPC for this user')
}

/** The group of this name in the default VPC: names mean nothing in another. */
export function groupByName(world: World, name: string): SecurityGroup {
  const vpc = checkDefaultVpc(world)
  const group = world.securityGroups
    .withKey(name.toLowerCase())
    .find((candidate) => candidate.name === name && candidate.vpcId === vpc.id)
  if (group) return group
  throw new ApiError('InvalidGroup.NotFound', `The security group '${name}' does not exist in default VPC '${vpc.id}'`)
}
