import { newId, resourceKinds } from '../../model/ids.js'
import { lastEntries, type NetworkAcl } from '../../model/networks/network-parts.js'
import { quotas } from '../../model/quotas.js'
import { readTagSpecifications } from '../../model/tags.js'
import { renderTags } from '../../render/tags.js'
import { ApiError } from '../../wire/api-error.js'
import type { FilterTable } from '../../wire/filter.js'
import { filterList, list, paging, required, string, tagSpecifications } from '../../wire/shape.js'
import { findNetworkAcl, findVpc } from '../../world/lookup.js'
import { aclAssociationOf, networkAcls, subnetsWith } from '../../world/network-acls.js'
import { findByToken, rememberToken } from '../../world/token.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

/** A new one denies everything (API reference, CreateNetworkAcl). */
export const createNetworkAcl = defineAction({
  name: 'CreateNetworkAcl',
  effect: 'writes',
  members: { VpcId: required(string), TagSpecification: tagSpecifications, ClientToken: string },
  run: (parameters, world) => {
    const { VpcId, TagSpecification, ClientToken } = parameters
    const token = { action: 'CreateNetworkAcl', token: ClientToken, parameters }
    const earlier = world.networkAcls.get(findByToken(world, token)?.[0] ?? '')
    if (earlier) return { networkAcl: render(world, earlier), clientToken: ClientToken }
    const vpc = findVpc(world, VpcId)
    const tags = readTagSpecifications(TagSpecification, ['network-acl'])
    if (networkAcls(world).filter(({ vpcId }) => vpcId === vpc.id).length >= quotas.networkAclsPerVpc) {
      throw new ApiError('NetworkAclLimitExceeded', 'The maximum number of network ACLs has been reached.')
    }
    const acl = world.networkAcls.put({
      id: newId('acl'),
      sequence: world.nextSequence(),
      vpcId: vpc.id,
      isDefault: false,
      entries: [],
    })
    world.tags.put(acl.id, tags['network-acl'])
    noteCreation(world, acl.id)
    rememberToken(world, token, [acl.id])
    return { networkAcl: render(world, acl), clientToken: ClientToken }
  },
})

export const deleteNetworkAcl = defineAction({
  name: 'DeleteNetworkAcl',
  effect: 'writes',
  members: { NetworkAclId: required(string) },
  run: ({ NetworkAclId }, world) => {
    const acl = findNetworkAcl(world, NetworkAclId)
    if (acl.isDefault) {
      throw new ApiError('InvalidParameterValue', `The default network ACL '${acl.id}' cannot be deleted.`)
    }
    if (subnetsWith(world, acl).length > 0) {
      throw new ApiError('DependencyViolation', `The networkAcl '${acl.id}' has dependencies and cannot be deleted.`)
    }
    world.networkAcls.delete(acl.id)
    world.tags.delete(acl.id)
    return done
  },
})

/** A subnet never has none: it gets another in place of the one that it has. */
export const replaceNetworkAclAssociation = defineAction({
  name: 'ReplaceNetworkAclAssociation',
  effect: 'writes',
  members: { AssociationId: required(string), NetworkAclId: required(string) },
  run: async ({ AssociationId, NetworkAclId }, world) => {
    const acl = findNetworkAcl(world, NetworkAclId)
    const subnet = world.subnets.find((one) => aclAssociationOf(one).id === AssociationId)
    if (!subnet) {
      throw new ApiError('InvalidAssociationID.NotFound', `The association ID '${AssociationId}' does not exist`)
    }
    if (subnet.vpcId !== acl.vpcId) {
      throw new ApiError(
        'InvalidParameterValue',
        `network ACL ${acl.id} and subnet ${subnet.id} belong to different networks`,
      )
    }
    const id = newId('aclassoc')
    world.subnets.put({ ...subnet, acl: { id, aclId: acl.id } })
    await world.cloud.network.refresh()
    return { newAssociationId: id }
  },
})

const filters = (world: World): FilterTable<NetworkAcl> => ({
  'association.association-id': (acl) => subnetsWith(world, acl).map((subnet) => aclAssociationOf(subnet).id),
  'association.network-acl-id': ({ id }) => id,
  'association.subnet-id': (acl) => subnetsWith(world, acl).map(({ id }) => id),
  default: ({ isDefault }) => isDefault,
  'entry.cidr': (acl) => entriesOf(acl).map(({ cidrBlock }) => cidrBlock),
  'entry.egress': (acl) => entriesOf(acl).map(({ egress }) => String(egress)),
  'entry.protocol': (acl) => entriesOf(acl).map(({ protocol }) => protocol),
  'entry.rule-action': (acl) => entriesOf(acl).map(({ ruleAction }) => ruleAction),
  'entry.rule-number': (acl) => entriesOf(acl).map(({ ruleNumber }) => String(ruleNumber)),
  'network-acl-id': ({ id }) => id,
  'owner-id': () => world.accountId,
  'vpc-id': ({ vpcId }) => vpcId,
})

export const describeNetworkAcls = defineAction({
  name: 'DescribeNetworkAcls',
  effect: 'reads',
  members: { NetworkAclId: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const all = networkAcls(world)
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

function entriesOf({ entries }: NetworkAcl) {
  return [...entries, ...lastEntries]
}

function render(world: World, acl: NetworkAcl) {
  return {
    networkAclId: acl.id,
    vpcId: acl.vpcId,
    ownerId: world.accountId,
    default: acl.isDefault,
    entrySet: entriesOf(acl)
      .toSorted((left, right) => Number(right.egress) - Number(left.egress) || left.ruleNumber - right.ruleNumber)
      .map(({ portRange, icmpTypeCode, ...entry }) => ({
        ...entry,
        ...(portRange && { portRange: { ...portRange } }),
        ...(icmpTypeCode && { icmpTypeCode: { ...icmpTypeCode } }),
      })),
    associationSet: subnetsWith(world, acl).map((subnet) => ({
      networkAclAssociationId: aclAssociationOf(subnet).id,
      networkAclId: acl.id,
      subnetId: subnet.id,
    })),
    tagSet: renderTags(world.tags.get(acl.id)),
  }
}
