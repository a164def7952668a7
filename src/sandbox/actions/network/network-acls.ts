import { resourceKinds, stableId } from '../../model/ids.js'
import type { Vpc } from '../../model/network.js'
import { renderTags } from '../../render/tags.js'
import type { FilterTable } from '../../wire/filter.js'
import { filterList, list, paging, string } from '../../wire/shape.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

/** The one network ACL of a VPC, which EC2 makes along with it: everything passes. Others cannot be made here. */
interface NetworkAcl {
  readonly id: string
  readonly sequence: number
  readonly vpc: Vpc
}

function defaultAclId(vpcId: string): string {
  return stableId('acl', vpcId, 'default')
}

function subnetIds(world: World, vpcId: string): readonly string[] {
  return world.subnets.withKey(vpcId).map(({ id }) => id)
}

const filters = (world: World): FilterTable<NetworkAcl> => ({
  'association.association-id': ({ vpc }) => subnetIds(world, vpc.id).map(associationId),
  'association.network-acl-id': ({ id }) => id,
  'association.subnet-id': ({ vpc }) => subnetIds(world, vpc.id),
  default: () => true,
  'entry.cidr': () => '0.0.0.0/0',
  'entry.egress': () => ['true', 'false'],
  'entry.protocol': () => '-1',
  'entry.rule-action': () => ['allow', 'deny'],
  'entry.rule-number': () => entries.map(({ ruleNumber }) => String(ruleNumber)),
  'network-acl-id': ({ id }) => id,
  'owner-id': () => world.accountId,
  'vpc-id': ({ vpc }) => vpc.id,
})

export const describeNetworkAcls = defineAction({
  name: 'DescribeNetworkAcls',
  effect: 'reads',
  members: { NetworkAclId: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const all = world.vpcs.values().map((vpc) => ({ id: defaultAclId(vpc.id), sequence: vpc.sequence, vpc }))
    const page = describeRecords<NetworkAcl>(world, {
      action: 'DescribeNetworkAcls',
      kind: resourceKinds.networkAcl,
      source: { get: (id) => all.find((acl) => acl.id === id), values: () => all },
      ids: parameters.NetworkAclId,
      request: parameters,
      filters: filters(world),
      page: pageRules.networkAcls,
    })
    return { networkAclSet: page.items.map((acl) => render(world, acl)), nextToken: page.nextToken }
  },
})

/** VPC User Guide, "Default network ACL". */
const entries = [
  { ruleNumber: 100, ruleAction: 'allow' },
  { ruleNumber: 32_767, ruleAction: 'deny' },
] as const

function associationId(subnetId: string): string {
  return stableId('aclassoc', subnetId)
}

function render(world: World, { id, vpc }: NetworkAcl) {
  return {
    networkAclId: id,
    vpcId: vpc.id,
    ownerId: world.accountId,
    default: true,
    entrySet: [true, false].flatMap((egress) =>
      entries.map((entry) => ({ ...entry, protocol: '-1', egress, cidrBlock: '0.0.0.0/0' })),
    ),
    associationSet: subnetIds(world, vpc.id).map((subnetId) => ({
      networkAclAssociationId: associationId(subnetId),
      networkAclId: id,
      subnetId,
    })),
    tagSet: renderTags(world.tags.get(id)),
  }
}
