import type { NetworkInterface, RouteTable } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, readAll, readForEach } from '../../wire/pages.js'
import { textOf } from '../../wire/text-of.js'
import { isEnding, readInstances } from '../server/read-instances.js'
import { readSecurityGroups } from '../security-group/read-security-groups.js'
import { isStanding, partReaders, readRouteTable } from './read-parts.js'

/** The network interfaces in VPCs or subnets, by id. */
async function readInterfaces(
  api: Ec2Api,
  Name: 'vpc-id' | 'subnet-id',
  Values: readonly string[],
): Promise<readonly NetworkInterface[]> {
  const Filters = filtersOf([{ Name, Values }])
  const found = await readAll(
    api,
    'DescribeNetworkInterfaces',
    { Filters },
    ({ NetworkInterfaces }) => NetworkInterfaces,
  )
  return [...found].sort((left, right) => ((left.NetworkInterfaceId ?? '') < (right.NetworkInterfaceId ?? '') ? -1 : 1))
}

/**
 * The network interfaces in VPCs that stay there: those of an instance, a NAT gateway or an endpoint that ends, or has ended, go
 * with it, some time after it.
 */
export async function readStayingInterfaces(
  api: Ec2Api,
  vpcIds: readonly string[],
): Promise<readonly NetworkInterface[]> {
  const found = await readInterfaces(api, 'vpc-id', vpcIds)
  const isHeld = found.every(({ Attachment }) => textOf(Attachment?.InstanceId) !== undefined)
  const [ending, services] = await Promise.all([endingAmong(api, found), isHeld ? [] : readEndingServices(api, vpcIds)])
  return found.filter(({ Attachment, Description = '' }) => {
    const instance = textOf(Attachment?.InstanceId)
    return instance === undefined ? !services.some((id) => Description.includes(id)) : !ending.has(instance)
  })
}

/** Of the instances that have them, those that end or have ended. */
async function endingAmong(api: Ec2Api, found: readonly NetworkInterface[]): Promise<ReadonlySet<string | undefined>> {
  const held = [...new Set(found.flatMap(({ Attachment }) => textOf(Attachment?.InstanceId) ?? []))].sort()
  const instances = await readForEach(held, (Values) => readInstances(api, [{ Name: 'instance-id', Values }]))
  return new Set(instances.filter(isEnding).map(({ InstanceId }) => InstanceId))
}

/** Ids of NAT gateways and endpoints that are on their way out: their interfaces name them in their descriptions alone. */
async function readEndingServices(api: Ec2Api, vpcIds: readonly string[]): Promise<readonly string[]> {
  const filters = filtersOf([{ Name: 'vpc-id', Values: vpcIds }])
  const [nats, endpoints] = await Promise.all([
    readAll(api, 'DescribeNatGateways', { Filter: filters }, ({ NatGateways }) => NatGateways),
    readAll(api, 'DescribeVpcEndpoints', { Filters: filters }, ({ VpcEndpoints }) => VpcEndpoints),
  ])
  const gone = <Item extends { readonly State?: string | undefined }>(items: readonly Item[]) =>
    items.filter((item) => !isStanding(item))
  return [
    ...gone(nats).flatMap(({ NatGatewayId }) => NatGatewayId ?? []),
    ...gone(endpoints).flatMap(({ VpcEndpointId }) => VpcEndpointId ?? []),
  ]
}

/** Something in a VPC that is no network interface, and that keeps it from being deleted. */
export interface VpcPart {
  readonly id: string
  readonly vpcId: string
}

/** What is in VPCs beside network interfaces, whoever made it; without what EC2 makes with each by itself, and deletes with it. */
export async function readVpcParts(api: Ec2Api, vpcIds: readonly string[]): Promise<readonly VpcPart[]> {
  const filters = [{ Name: 'vpc-id', Values: vpcIds }]
  const [subnets, groups, tables, acls, endpoints, gateways] = await Promise.all([
    partReaders.subnet.list(api, filters),
    readSecurityGroups(api, filters),
    partReaders.routes.list(api, filters),
    partReaders.acl.list(api, filters),
    partReaders.endpoint.list(api, filters),
    partReaders.gateway.list(api, [{ Name: 'attachment.vpc-id', Values: vpcIds }]),
  ])
  const part = (id = '', vpcId = ''): VpcPart => ({ id, vpcId })
  return [
    ...subnets.map(({ SubnetId, VpcId }) => part(SubnetId, VpcId)),
    ...groups.filter(({ GroupName }) => GroupName !== 'default').map(({ GroupId, VpcId }) => part(GroupId, VpcId)),
    ...tables.filter((table) => !isMain(table)).map(({ RouteTableId, VpcId }) => part(RouteTableId, VpcId)),
    ...acls.filter(({ IsDefault }) => IsDefault !== true).map(({ NetworkAclId, VpcId }) => part(NetworkAclId, VpcId)),
    ...endpoints.map(({ VpcEndpointId, VpcId }) => part(VpcEndpointId, VpcId)),
    ...gateways.map(({ InternetGatewayId, Attachments = [] }) => part(InternetGatewayId, Attachments[0]?.VpcId)),
  ]
}

function isMain({ Associations = [] }: RouteTable): boolean {
  return Associations.some(({ Main }) => Main === true)
}

/** Something that is in a part of a network, in words. */
export interface Tenant {
  readonly text: string
  /** It goes by itself: that of an instance which ended, and those of a load balancer, which ELB takes away minutes after it. */
  readonly isLeaving: boolean
}

/** What EC2 does not say itself when it lets a part of a network not go: what is in it. */
export async function tenantsOf(api: Ec2Api, id: string): Promise<readonly Tenant[]> {
  const staying = (text: string): Tenant => ({ text, isLeaving: false })
  if (id.startsWith('subnet-')) return asTenants(api, await readInterfaces(api, 'subnet-id', [id]))
  if (id.startsWith('rtb-')) return tableUsers(await readRouteTable(api, id)).map(staying)
  if (!id.startsWith('vpc-')) return []
  const [interfaces, parts] = await Promise.all([readInterfaces(api, 'vpc-id', [id]), readVpcParts(api, [id])])
  return [...(await asTenants(api, interfaces)), ...parts.map((part) => staying(part.id))]
}

async function asTenants(api: Ec2Api, found: readonly NetworkInterface[]): Promise<readonly Tenant[]> {
  const ending = await endingAmong(api, found)
  return found.map((one) => ({
    text: interfaceText(one),
    isLeaving: (one.Description ?? '').startsWith('ELB ') || ending.has(textOf(one.Attachment?.InstanceId) ?? ''),
  }))
}

/** A subnet that took it since, or its network, where somebody made it the main one. */
function tableUsers({ Associations = [], VpcId = '' }: RouteTable = {}): readonly string[] {
  return Associations.map(({ Main, SubnetId = '' }) => (Main === true ? `${VpcId} as its main route table` : SubnetId))
}

function interfaceText({ NetworkInterfaceId = '', Attachment, Description = '' }: NetworkInterface): string {
  const holder = Attachment?.InstanceId ?? Description
  return holder === '' ? NetworkInterfaceId : `${NetworkInterfaceId} (${holder})`
}
