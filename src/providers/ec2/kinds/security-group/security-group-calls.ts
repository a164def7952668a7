import type { SecurityGroup } from '@aws-sdk/client-ec2'
import { beginWait } from '../../../../core/wait-sink.js'
import type { Ec2Rule, Effect, Owned, Owner, RulesRequest, SecurityGroupCloud } from '../../../../executor/ports.js'
import { ruleSides, type RuleSide } from '../../../../model/kinds/security-group.js'
import type { Ec2Api } from '../../wire/api.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { lookUntilSeen, readOwned, sameOwner, vouchFor } from '../../tags/ownership.js'
import { tagListOf, tagsOf } from '../../tags/tag-lists.js'
import { readInstances } from '../server/read-instances.js'
import { readSecurityGroup, readSecurityGroups } from './read-security-groups.js'
import { permissionOf, ruleKey, rulesOf } from './rules.js'

/** The network interface of a terminated instance blocks for 30 to 90 s: a group is tried at once, then when many are let go, then now and then. */
const releasedAfterMs = 40_000
const betweenTriesMs = 15_000
/** Terraform waits up to 15 minutes. */
const deleteLimitMs = 10 * 60_000
/** What still uses a group after so long was not about to go: it is told without waiting for the limit. */
const userLimitMs = 2 * 60_000

type CreateRequest = Parameters<SecurityGroupCloud['createSecurityGroup']>[0]

const sides = {
  ingress: {
    authorize: 'AuthorizeSecurityGroupIngress',
    revoke: 'RevokeSecurityGroupIngress',
    permissions: 'IpPermissions',
    naming: 'ip-permission.group-id',
  },
  egress: {
    authorize: 'AuthorizeSecurityGroupEgress',
    revoke: 'RevokeSecurityGroupEgress',
    permissions: 'IpPermissionsEgress',
    naming: 'egress.ip-permission.group-id',
  },
} as const satisfies Readonly<Record<RuleSide, object>>

/** How security groups and their rules come and go. */
export function createSecurityGroupCalls(api: Ec2Api): SecurityGroupCloud {
  async function createSecurityGroup(request: CreateRequest) {
    const id = await createOrAdopt(request)
    // Where it does not show yet, the calls that name it are made again.
    api.young.note(id)
    return { id }
  }

  async function createOrAdopt(request: CreateRequest): Promise<string> {
    try {
      const output = await api.call('CreateSecurityGroup', {
        GroupName: request.groupName,
        Description: request.description,
        ...(request.vpcId === undefined ? {} : { VpcId: request.vpcId }),
        TagSpecifications: [{ ResourceType: 'security-group', Tags: tagListOf(request.tags) }],
      })
      return output.GroupId ?? ''
    } catch (error) {
      if (!hasAwsCode(error, 'InvalidGroup.Duplicate')) throw error
      const found = (await lookUntilSeen(api, () => readByName(api, request))) ?? []
      const ours = found.find(({ Tags }) => sameOwner(tagsOf(Tags), request.tags))
      if (ours?.GroupId !== undefined) return ours.GroupId
      throw providerError(
        'EC2_CONFLICT',
        'conflict',
        `a security group named ${request.groupName} exists already${found[0] ? ` (${found[0].GroupId})` : ''}, and it is not ours`,
        {
          hint: 'delete or rename it in EC2, or rename the stack or the entry',
          action: 'CreateSecurityGroup',
          cause: error,
        },
      )
    }
  }

  async function authorizeRules(side: RuleSide, { groupId, rules }: RulesRequest): Promise<Effect> {
    if (rules.length === 0) return 'unchanged'
    try {
      await authorize(side, groupId, rules)
      return 'done'
    } catch (error) {
      if (!hasAwsCode(error, 'InvalidPermission.Duplicate')) throw error
    }
    // One that is there already makes EC2 refuse them all.
    const there = new Set(rulesIn(side, await readSecurityGroup(api, groupId)).map(ruleKey))
    let effect: Effect = 'unchanged'
    for (const rule of rules.filter((one) => !there.has(ruleKey(one)))) {
      try {
        await authorize(side, groupId, [rule])
        effect = 'done'
      } catch (error) {
        if (!hasAwsCode(error, 'InvalidPermission.Duplicate')) throw error
      }
    }
    return effect
  }

  async function authorize(side: RuleSide, GroupId: string, rules: readonly Ec2Rule[]): Promise<void> {
    await api.call(sides[side].authorize, { GroupId, IpPermissions: rules.map(permissionOf) })
  }

  async function revokeRules(side: RuleSide, request: RulesRequest & { readonly owner: Owner }): Promise<Effect> {
    const { groupId, rules, owner } = request
    const group = await readOwned(api, groupId, owner, readSecurityGroup)
    if (group === undefined) return 'unchanged'
    const there = new Set(rulesIn(side, group).map(ruleKey))
    const doomed = rules.filter((rule) => there.has(ruleKey(rule)))
    if (doomed.length === 0) return 'unchanged'
    if (await revoke(side, groupId, doomed)) return 'done'
    // One that is off already makes EC2 refuse them all, and a reading may show it for minutes: each by itself, once.
    let effect: Effect = 'unchanged'
    for (const rule of doomed) if (await revoke(side, groupId, [rule])) effect = 'done'
    return effect
  }

  /** False: EC2 says that one of them is off already, and took none. */
  async function revoke(side: RuleSide, GroupId: string, rules: readonly Ec2Rule[]): Promise<boolean> {
    try {
      // EC2 compares descriptions too when they are sent.
      const IpPermissions = rules.map((rule) => permissionOf({ ...rule, description: undefined }))
      await api.call(sides[side].revoke, { GroupId, IpPermissions }, { seen: true })
      return true
    } catch (error) {
      if (!hasAwsCode(error, 'InvalidPermission.NotFound')) throw error
      return false
    }
  }

  async function deleteSecurityGroup({ id, owner }: Owned): Promise<Effect> {
    const { clock, timeoutScale } = api.settings
    const startedAt = clock.now()
    const tell = beginWait(clock, `${id} to be let go`)
    for (let pauseMs = releasedAfterMs; ; pauseMs = betweenTriesMs) {
      const vouched = await vouchFor(api, id, owner, readSecurityGroup)
      if (vouched === undefined) return 'unchanged'
      try {
        await api.call('DeleteSecurityGroup', { GroupId: id }, { seen: true, confirm: vouched.confirm })
        api.young.forget(id)
        return 'done'
      } catch (error) {
        if (isOfClass(error, 'absent')) return 'done'
        if (!hasAwsCode(error, 'DependencyViolation', 'InvalidGroup.InUse')) throw error
        const elapsedMs = (clock.now() - startedAt) / timeoutScale
        const users = elapsedMs >= userLimitMs ? await usersOf(api, id) : []
        if (users.length > 0 || elapsedMs >= deleteLimitMs) throw stillUsed(id, owner.address, users, error)
        tell(error.awsCode)
      }
      await api.pause(pauseMs)
    }
  }

  return {
    createSecurityGroup,
    authorizeIngress: (request) => authorizeRules('ingress', request),
    authorizeEgress: (request) => authorizeRules('egress', request),
    revokeIngress: (request) => revokeRules('ingress', request),
    revokeEgress: (request) => revokeRules('egress', request),
    deleteSecurityGroup,
  }
}

/** All groups of that name, undefined for none. EC2 compares names without case, but its filter with it. */
async function readByName(
  api: Ec2Api,
  { groupName, vpcId }: CreateRequest,
): Promise<readonly SecurityGroup[] | undefined> {
  const found = await readSecurityGroups(api, vpcId === undefined ? [] : [{ Name: 'vpc-id', Values: [vpcId] }])
  const named = found.filter((group) => group.GroupName?.toLowerCase() === groupName.toLowerCase())
  return named.length === 0 ? undefined : named
}

function rulesIn(side: RuleSide, group: SecurityGroup | undefined) {
  return (group?.[sides[side].permissions] ?? []).flatMap(rulesOf)
}

/** What EC2 does not say itself: which instances are in the group, and which other groups name it in a rule. */
async function usersOf(api: Ec2Api, id: string): Promise<readonly string[]> {
  const [instances, ...named] = await Promise.all([
    readInstances(api, [{ Name: 'instance.group-id', Values: [id] }]),
    ...ruleSides.map((side) => readSecurityGroups(api, [{ Name: sides[side].naming, Values: [id] }])),
  ])
  const groups = new Set(named.flat().map(({ GroupId }) => GroupId))
  const staying = instances.filter(({ State }) => State?.Name !== 'terminated' && State?.Name !== 'shutting-down')
  return [
    ...[...groups].filter((group) => group !== id).map((group) => `a rule of ${group}`),
    ...staying.map(({ InstanceId }) => InstanceId ?? ''),
  ].sort()
}

function stillUsed(id: string, address: string, users: readonly string[], cause: unknown) {
  const named = users.length === 0 ? 'a network interface of another service' : users.join(', ')
  return providerError('EC2_WRONG_STATE', 'wait-state', `${id} (${address}) is still used by ${named}`, {
    hint: 'take the group off it, then apply again',
    action: 'DeleteSecurityGroup',
    cause,
  })
}
