import type { NetworkInterface } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, readAll } from '../../wire/pages.js'
import { readSecurityGroups } from '../security-group/read-security-groups.js'
import { partReaders } from './read-parts.js'

/** The network interfaces in VPCs or subnets, by id. */
export async function readInterfaces(
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

/** What EC2 does not say itself when it lets a part of a network not go: what is in it, in words. */
export async function tenantsOf(api: Ec2Api, id: string): Promise<readonly string[]> {
  if (id.startsWith('subnet-')) return (await readInterfaces(api, 'subnet-id', [id])).map(interfaceText)
  if (!id.startsWith('vpc-')) return []
  const filters = [{ Name: 'vpc-id', Values: [id] }]
  const [interfaces, subnets, groups, tables, acls, gateways] = await Promise.all([
    readInterfaces(api, 'vpc-id', [id]),
    partReaders.subnet.list(api, filters),
    readSecurityGroups(api, filters),
    partReaders.routes.list(api, filters),
    partReaders.acl.list(api, filters),
    partReaders.gateway.list(api, [{ Name: 'attachment.vpc-id', Values: [id] }]),
  ])
  return [
    ...interfaces.map(interfaceText),
    ...subnets.map(({ SubnetId }) => SubnetId ?? ''),
    ...groups.filter(({ GroupName }) => GroupName !== 'default').map(({ GroupId }) => GroupId ?? ''),
    ...tables
      .filter(({ Associations = [] }) => !Associations.some(({ Main }) => Main === true))
      .map(({ RouteTableId }) => RouteTableId ?? ''),
    ...acls.filter(({ IsDefault }) => IsDefault !== true).map(({ NetworkAclId }) => NetworkAclId ?? ''),
    ...gateways.map(({ InternetGatewayId }) => InternetGatewayId ?? ''),
  ]
}

function interfaceText({ NetworkInterfaceId = '', Attachment, Description = '' }: NetworkInterface): string {
  const holder = Attachment?.InstanceId ?? Description
  return holder === '' ? NetworkInterfaceId : `${NetworkInterfaceId} (${holder})`
}
