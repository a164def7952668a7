import {
  DescribeInternetGatewaysCommand,
  DescribeNatGatewaysCommand,
  DescribeNetworkAclsCommand,
  DescribeNetworkInterfacesCommand,
  DescribeRouteTablesCommand,
  DescribeSubnetsCommand,
  DescribeVpcEndpointsCommand,
  DescribeVpcsCommand,
  type EC2Client,
  type NetworkInterface,
} from '@aws-sdk/client-ec2'
import { foundOf, type Found } from './found.js'

/** Networks and all that they are made of, without the account's default one and what EC2 makes with each by itself. */
export async function takeNetworkCensus(client: EC2Client): Promise<readonly Found[]> {
  const [vpcs, subnets, gateways, tables, acls, nats, endpoints, interfaces] = await Promise.all([
    client.send(new DescribeVpcsCommand({})),
    client.send(new DescribeSubnetsCommand({})),
    client.send(new DescribeInternetGatewaysCommand({})),
    client.send(new DescribeRouteTablesCommand({})),
    client.send(new DescribeNetworkAclsCommand({})),
    client.send(new DescribeNatGatewaysCommand({})),
    client.send(new DescribeVpcEndpointsCommand({})),
    client.send(new DescribeNetworkInterfacesCommand({})),
  ])
  const first = new Set((vpcs.Vpcs ?? []).filter(({ IsDefault }) => IsDefault).map(({ VpcId }) => VpcId))
  const isOurs = ({ VpcId }: { readonly VpcId?: string | undefined }) => !first.has(VpcId)
  const isThere = ({ State = '' }: { readonly State?: string | undefined }) =>
    !['deleting', 'deleted', 'failed'].includes(State.toLowerCase())
  return [
    ...(vpcs.Vpcs ?? []).filter(isOurs).map(({ VpcId, Tags, CidrBlock }) => foundOf(VpcId, Tags, 'network', CidrBlock)),
    ...(subnets.Subnets ?? [])
      .filter(isOurs)
      .map(({ SubnetId, Tags, CidrBlock, AvailabilityZone, MapPublicIpOnLaunch }) =>
        foundOf(SubnetId, Tags, 'subnet', CidrBlock, AvailabilityZone, MapPublicIpOnLaunch ? 'public' : 'private'),
      ),
    ...(gateways.InternetGateways ?? [])
      .filter(({ Attachments = [] }) => !Attachments.some(({ VpcId }) => first.has(VpcId)))
      .map(({ InternetGatewayId, Tags, Attachments = [] }) =>
        foundOf(InternetGatewayId, Tags, 'internet gateway', `attached ${Attachments.length} times`),
      ),
    ...(tables.RouteTables ?? [])
      .filter(({ Associations = [] }) => !Associations.some(({ Main }) => Main))
      .map(({ RouteTableId, Tags, Routes = [], Associations = [] }) => {
        const ways = Routes.map(({ DestinationCidrBlock = 'a service', State }) => `${DestinationCidrBlock} ${State}`)
        return foundOf(RouteTableId, Tags, 'route table', ways.sort().join(), `of ${Associations.length} subnets`)
      }),
    ...(acls.NetworkAcls ?? [])
      .filter(({ IsDefault }) => IsDefault !== true)
      .map(({ NetworkAclId, Tags, Entries = [], Associations = [] }) =>
        foundOf(NetworkAclId, Tags, 'network ACL', `${Entries.length} rules`, `of ${Associations.length} subnets`),
      ),
    ...(nats.NatGateways ?? [])
      .filter(isThere)
      .map(({ NatGatewayId, Tags, State }) => foundOf(NatGatewayId, Tags, 'NAT gateway', State)),
    ...(endpoints.VpcEndpoints ?? [])
      .filter(isThere)
      .map(({ VpcEndpointId, Tags, State, VpcEndpointType }) =>
        foundOf(VpcEndpointId, Tags, 'endpoint', VpcEndpointType, State),
      ),
    ...(interfaces.NetworkInterfaces ?? []).filter(isMade).map(interfaceFound),
  ]
}

/** That of a launch goes with its instance, and those of services with what they are of. */
function isMade({ RequesterManaged, Attachment }: NetworkInterface): boolean {
  return RequesterManaged !== true && (Attachment?.DeviceIndex ?? 1) > 0
}

function interfaceFound({ NetworkInterfaceId, TagSet, Groups = [], ...found }: NetworkInterface): Found {
  const { PrivateIpAddresses = [], SourceDestCheck, Attachment } = found
  const addresses = PrivateIpAddresses.map(({ PrivateIpAddress = '' }) => PrivateIpAddress)
  const holder = Attachment ? `attached ${Attachment.DeleteOnTermination ? 'until the end' : 'for a while'}` : 'free'
  const check = SourceDestCheck ? 'checked' : 'passing on'
  return foundOf(
    NetworkInterfaceId,
    TagSet,
    'interface',
    addresses.sort().join(),
    `${Groups.length} groups`,
    check,
    holder,
  )
}
