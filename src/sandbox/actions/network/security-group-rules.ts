import { checkId, newId, notFound, resourceKinds } from '../../model/ids.js'
import { quotas } from '../../model/quotas.js'
import {
  describeRule,
  ruleIdentity,
  type RuleTarget,
  type SecurityGroup,
  type SecurityGroupRule,
} from '../../model/security-group.js'
import { readTagSpecifications } from '../../model/tags.js'
import { renderPermissions, renderRevokedRule, renderRule } from '../../render/security-group.js'
import { ApiError, missingParameter } from '../../wire/api-error.js'
import { filterList, integer, list, paging, required, string, structure, tagSpecifications } from '../../wire/shape.js'
import { findSecurityGroup } from '../../world/lookup.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction, type Action } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'
import {
  permissionMembers,
  readGroupId,
  readIpv4,
  readIpv6,
  readPermissions,
  readPorts,
  type RuleContent,
} from './security-group-permissions.js'
import { findGroup } from './security-groups.js'

function authorize(name: string, isEgress: boolean): Action {
  return defineAction({
    name,
    effect: 'writes',
    members: {
      ...permissionMembers,
      GroupId: string,
      ...(isEgress ? {} : { GroupName: string }),
      TagSpecification: tagSpecifications,
    },
    run: async (parameters, world) => {
      const group = findGroup(world, parameters.GroupId, 'GroupName' in parameters ? parameters.GroupName : undefined)
      const tags = readTagSpecifications(parameters.TagSpecification, ['security-group-rule'], 'InvalidParameter')
      const contents = readPermissions(world, group.vpcId, parameters)
      if (contents.length === 0) throw missingParameter('ipPermissions')
      checkNew(world, group, isEgress, contents)
      const rules = contents.map((content) => {
        const rule = world.rules.put({
          ...content,
          id: newId('sgr'),
          sequence: world.nextSequence(),
          groupId: group.id,
          isEgress,
        })
        world.tags.put(rule.id, tags['security-group-rule'])
        noteCreation(world, rule.id)
        return rule
      })
      world.commit()
      await world.cloud.network.refresh()
      return { return: true, securityGroupRuleSet: rules.map((rule) => renderRule(world, rule)) }
    },
  })
}

/** Throws for a rule that the group has already, or twice in one call, and above the quota: then nothing is added. */
function checkNew(world: World, group: SecurityGroup, isEgress: boolean, contents: readonly RuleContent[]): void {
  const existing = world.rules.withKey(group.id).filter((rule) => rule.isEgress === isEgress)
  const seen = new Set(existing.map(ruleIdentity))
  for (const content of contents) {
    const identity = ruleIdentity({ ...content, groupId: group.id, isEgress })
    if (seen.has(identity)) {
      throw new ApiError('InvalidPermission.Duplicate', `the specified rule "${describeRule(content)}" already exists`)
    }
    seen.add(identity)
  }
  for (const family of ['ipv4', 'ipv6'] as const) {
    const counts = (rule: { readonly target: RuleTarget }) =>
      rule.target.kind === family || rule.target.kind === 'group'
    if (existing.filter(counts).length + contents.filter(counts).length > quotas.rulesPerGroup) {
      throw new ApiError(
        'RulesPerSecurityGroupLimitExceeded',
        `The maximum number of rules per security group has been reached.`,
      )
    }
  }
}

function revoke(name: string, isEgress: boolean): Action {
  return defineAction({
    name,
    effect: 'writes',
    members: {
      ...permissionMembers,
      GroupId: string,
      ...(isEgress ? {} : { GroupName: string }),
      SecurityGroupRuleId: list(string),
    },
    run: async (parameters, world) => {
      const ruleIds = parameters.SecurityGroupRuleId ?? []
      const groupName = 'GroupName' in parameters ? parameters.GroupName : undefined
      const byIds = ruleIds.length > 0 ? ruleIds.map((id) => findRule(world, id)) : []
      const groupId = parameters.GroupId ?? (groupName === undefined ? byIds[0]?.groupId : undefined)
      const group = findGroup(world, groupId, groupName)
      const foreign = byIds.find((rule) => rule.groupId !== group.id || rule.isEgress !== isEgress)
      if (foreign) throw notFound(resourceKinds.securityGroupRule, [foreign.id])
      const contents = readPermissions(world, group.vpcId, parameters)
      if (byIds.length === 0 && contents.length === 0) throw missingParameter('ipPermissions')
      const { found, unknown } = match(world, group, isEgress, contents)
      // In a default VPC an unknown rule is no error: it is told in the answer (API reference).
      if (unknown.length > 0 && group.vpcId !== world.defaultVpc?.id) {
        throw new ApiError('InvalidPermission.NotFound', 'The specified rule does not exist in this security group.')
      }
      const revoked = [...byIds, ...found]
      for (const rule of revoked) {
        world.rules.delete(rule.id)
        world.tags.delete(rule.id)
      }
      world.commit()
      await world.cloud.network.refresh()
      return {
        return: true,
        unknownIpPermissionSet: renderPermissions(world, unknown),
        revokedSecurityGroupRuleSet: revoked.map(renderRevokedRule),
      }
    },
  })
}

function match(world: World, group: SecurityGroup, isEgress: boolean, contents: readonly RuleContent[]) {
  const existing = new Map(world.rules.withKey(group.id).map((rule) => [ruleIdentity(rule), rule]))
  const found: SecurityGroupRule[] = []
  const unknown: RuleContent[] = []
  for (const content of contents) {
    const rule = existing.get(ruleIdentity({ ...content, groupId: group.id, isEgress }))
    if (rule) found.push(rule)
    else unknown.push(content)
  }
  return { found, unknown }
}

function findRule(world: World, id: string): SecurityGroupRule {
  checkId(resourceKinds.securityGroupRule, id)
  const rule = world.rules.get(id)
  if (!rule) throw notFound(resourceKinds.securityGroupRule, [id])
  return rule
}

export const authorizeIngress = authorize('AuthorizeSecurityGroupIngress', false)
export const authorizeEgress = authorize('AuthorizeSecurityGroupEgress', true)
export const revokeIngress = revoke('RevokeSecurityGroupIngress', false)
export const revokeEgress = revoke('RevokeSecurityGroupEgress', true)

export const describeSecurityGroupRules = defineAction({
  name: 'DescribeSecurityGroupRules',
  effect: 'reads',
  members: { SecurityGroupRuleId: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const page = describeRecords(world, {
      action: 'DescribeSecurityGroupRules',
      kind: resourceKinds.securityGroupRule,
      source: world.rules,
      ids: parameters.SecurityGroupRuleId,
      request: parameters,
      filters: { 'group-id': ({ groupId }) => groupId, 'security-group-rule-id': ({ id }) => id },
      page: pageRules.securityGroupRules,
    })
    return { securityGroupRuleSet: page.items.map((rule) => renderRule(world, rule)), nextToken: page.nextToken }
  },
})

const ruleRequest = {
  IpProtocol: string,
  FromPort: integer,
  ToPort: integer,
  CidrIpv4: string,
  CidrIpv6: string,
  ReferencedGroupId: string,
  Description: string,
} as const

export const modifySecurityGroupRules = defineAction({
  name: 'ModifySecurityGroupRules',
  effect: 'writes',
  members: {
    GroupId: required(string),
    SecurityGroupRule: required(
      list(structure({ SecurityGroupRuleId: required(string), SecurityGroupRule: structure(ruleRequest) })),
    ),
  },
  run: async ({ GroupId, SecurityGroupRule: updates }, world) => {
    const group = findSecurityGroup(world, GroupId)
    const changed = updates.map(({ SecurityGroupRuleId, SecurityGroupRule: request = {} }) => {
      const rule = findRule(world, SecurityGroupRuleId)
      if (rule.groupId !== group.id) throw notFound(resourceKinds.securityGroupRule, [rule.id])
      const ports = readPorts(
        request.IpProtocol ?? rule.protocol,
        request.FromPort ?? rule.fromPort,
        request.ToPort ?? rule.toPort,
      )
      return {
        ...rule,
        ...ports,
        target: readTarget(world, group.vpcId, request, rule.target),
        description: request.Description ?? rule.description,
      }
    })
    const ids = new Set(changed.map(({ id }) => id))
    const others = world.rules.withKey(group.id).filter(({ id }) => !ids.has(id))
    const seen = new Set(others.map(ruleIdentity))
    for (const rule of changed) {
      const identity = ruleIdentity(rule)
      if (seen.has(identity))
        throw new ApiError('InvalidPermission.Duplicate', `the specified rule "${describeRule(rule)}" already exists`)
      seen.add(identity)
    }
    for (const rule of changed) world.rules.put(rule)
    world.commit()
    await world.cloud.network.refresh()
    return { return: true }
  },
})

function readTarget(
  world: World,
  vpcId: string,
  request: {
    readonly CidrIpv4?: string | undefined
    readonly CidrIpv6?: string | undefined
    readonly ReferencedGroupId?: string | undefined
  },
  before: RuleTarget,
): RuleTarget {
  if (request.CidrIpv4 !== undefined) return readIpv4(request.CidrIpv4)
  if (request.CidrIpv6 !== undefined) return readIpv6(request.CidrIpv6)
  if (request.ReferencedGroupId !== undefined) return readGroupId(world, vpcId, request.ReferencedGroupId)
  return before
}
