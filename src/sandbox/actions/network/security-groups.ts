import { newId, resourceKinds } from '../../model/ids.js'
import { quotas } from '../../model/quotas.js'
import type { SecurityGroup, SecurityGroupRule } from '../../model/security-group.js'
import { readTagSpecifications } from '../../model/tags.js'
import { renderSecurityGroup, groupArn } from '../../render/security-group.js'
import { renderTags } from '../../render/tags.js'
import { ApiError, invalidValue, missingParameter } from '../../wire/api-error.js'
import type { FilterTable, FilterValue } from '../../wire/filter.js'
import { filterList, list, paging, required, string, tagSpecifications } from '../../wire/shape.js'
import { findSecurityGroup, findVpc } from '../../world/lookup.js'
import { noteCreation } from '../../world/visibility.js'
import { checkDefaultVpc, groupByName, isDefaultGroup } from '../../world/vpc.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'
import { liveInterfaces } from './network-interfaces.js'

/** Characters that names and descriptions may have in a VPC (EC2 API reference, CreateSecurityGroup). */
const allowedText = /^[A-Za-z0-9 ._\-:/()#,@[\]+=&;{}!$*]{1,255}$/

export const createSecurityGroup = defineAction({
  name: 'CreateSecurityGroup',
  effect: 'writes',
  members: {
    GroupName: required(string),
    GroupDescription: required(string),
    VpcId: string,
    TagSpecification: tagSpecifications,
  },
  run: ({ GroupName, GroupDescription, VpcId, TagSpecification }, world) => {
    const tags = readTagSpecifications(TagSpecification, ['security-group'])
    const vpcId = (VpcId === undefined ? checkDefaultVpc(world) : findVpc(world, VpcId)).id
    if (!allowedText.test(GroupName))
      throw invalidValue(
        `Invalid security group name '${GroupName}'. Valid characters are a-z, A-Z, 0-9, spaces, and ._-:/()#,@[]+=&;{}!$*`,
      )
    if (!allowedText.test(GroupDescription))
      throw invalidValue(
        'Invalid security group description. Valid descriptions are strings less than 256 characters from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*',
      )
    if (GroupName.startsWith('sg-'))
      throw invalidValue(`Invalid value '${GroupName}' for groupName. Group names may not be in the format sg-*`)
    if (GroupName.toLowerCase() === 'default')
      throw new ApiError('InvalidGroup.Reserved', `The security group 'default' is reserved`)
    if (world.securityGroups.withKey(GroupName.toLowerCase()).some((group) => group.vpcId === vpcId)) {
      throw new ApiError(
        'InvalidGroup.Duplicate',
        `The security group '${GroupName}' already exists for VPC '${vpcId}'`,
      )
    }
    if (world.securityGroups.size >= quotas.securityGroups) {
      throw new ApiError(
        'SecurityGroupLimitExceeded',
        'The maximum number of security groups for this VPC has been reached.',
      )
    }
    const group = world.securityGroups.put({
      id: newId('sg'),
      sequence: world.nextSequence(),
      name: GroupName,
      description: GroupDescription,
      vpcId,
    })
    // EC2 lets everything out of a new group.
    world.rules.put({
      id: newId('sgr'),
      sequence: world.nextSequence(),
      groupId: group.id,
      isEgress: true,
      protocol: '-1',
      fromPort: -1,
      toPort: -1,
      target: { kind: 'ipv4', cidr: '0.0.0.0/0' },
      description: undefined,
    })
    world.tags.put(group.id, tags['security-group'])
    noteCreation(world, group.id)
    return {
      return: true,
      groupId: group.id,
      tagSet: renderTags(tags['security-group']),
      securityGroupArn: groupArn(world, group.id),
    }
  },
})

/** The group that a call names by id, or by name in the default VPC. */
export function findGroup(world: World, id: string | undefined, name: string | undefined): SecurityGroup {
  if (id !== undefined) return findSecurityGroup(world, id)
  if (name === undefined) throw missingParameter('GroupId')
  return groupByName(world, name)
}

export const deleteSecurityGroup = defineAction({
  name: 'DeleteSecurityGroup',
  effect: 'writes',
  members: { GroupId: string, GroupName: string },
  run: ({ GroupId, GroupName }, world) => {
    const group = findGroup(world, GroupId, GroupName)
    if (isDefaultGroup(group)) {
      throw new ApiError(
        'CannotDelete',
        `the specified group: "${group.id}" name: "default" cannot be deleted by a user`,
      )
    }
    const used = liveInterfaces(world).some(({ securityGroupIds }) => securityGroupIds.includes(group.id))
    const referenced = world.rules.find(
      ({ groupId, target }) => groupId !== group.id && target.kind === 'group' && target.groupId === group.id,
    )
    if (used || referenced) {
      throw new ApiError('DependencyViolation', `resource ${group.id} has a dependent object`)
    }
    for (const rule of world.rules.withKey(group.id)) {
      world.rules.delete(rule.id)
      world.tags.delete(rule.id)
    }
    world.securityGroups.delete(group.id)
    world.tags.delete(group.id)
    return { return: true, groupId: group.id }
  },
})

/** Filters of DescribeSecurityGroups (EC2 API reference). */
function groupFilters(world: World): FilterTable<SecurityGroup> {
  const rules =
    (isEgress: boolean, read: (rule: SecurityGroupRule) => string | undefined) =>
    (group: SecurityGroup): FilterValue =>
      world.rules
        .withKey(group.id)
        .filter((rule) => rule.isEgress === isEgress)
        .map(read)
  const ofRules = (prefix: string, isEgress: boolean): FilterTable<SecurityGroup> => ({
    [`${prefix}.cidr`]: rules(isEgress, ({ target }) => (target.kind === 'ipv4' ? target.cidr : undefined)),
    [`${prefix}.ipv6-cidr`]: rules(isEgress, ({ target }) => (target.kind === 'ipv6' ? target.cidr : undefined)),
    [`${prefix}.from-port`]: rules(isEgress, ({ fromPort }) => String(fromPort)),
    [`${prefix}.to-port`]: rules(isEgress, ({ toPort }) => String(toPort)),
    [`${prefix}.protocol`]: rules(isEgress, ({ protocol }) => protocol),
    [`${prefix}.group-id`]: rules(isEgress, ({ target }) => (target.kind === 'group' ? target.groupId : undefined)),
    [`${prefix}.group-name`]: rules(isEgress, ({ target }) =>
      target.kind === 'group' ? world.securityGroups.get(target.groupId)?.name : undefined,
    ),
    [`${prefix}.user-id`]: rules(isEgress, ({ target }) => (target.kind === 'group' ? world.accountId : undefined)),
  })
  return {
    description: ({ description }) => description,
    'group-id': ({ id }) => id,
    'group-name': ({ name }) => name,
    'owner-id': () => world.accountId,
    'vpc-id': ({ vpcId }) => vpcId,
    ...ofRules('ip-permission', false),
    ...ofRules('egress.ip-permission', true),
  }
}

export const describeSecurityGroups = defineAction({
  name: 'DescribeSecurityGroups',
  effect: 'reads',
  members: { GroupId: list(string), GroupName: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const names = parameters.GroupName ?? []
    const byName = names.map((name) => findGroup(world, undefined, name).id)
    const ids = names.length > 0 ? [...(parameters.GroupId ?? []), ...byName] : parameters.GroupId
    const page = describeRecords(world, {
      action: 'DescribeSecurityGroups',
      kind: resourceKinds.securityGroup,
      source: world.securityGroups,
      ids,
      request: parameters,
      filters: groupFilters(world),
      page: pageRules.securityGroups,
    })
    return {
      securityGroupInfo: page.items.map((group) => renderSecurityGroup(world, group)),
      nextToken: page.nextToken,
    }
  },
})
