import { required } from '../../../core/assert.js'
import { addressOf } from '../../../model/address.js'
import type { Address } from '../../../model/address.js'
import { generatedName } from '../../../model/kinds/kinds.js'
import { sidedRules, type RuleSide, type SecurityGroupSpec } from '../../../model/kinds/security-group.js'
import type { ServerSpec } from '../../../model/kinds/server.js'
import type { SyncEndpoint, SyncSpec } from '../../../model/kinds/sync-rule.js'
import { referencesIn } from '../../../model/template.js'
import type { Context } from '../../context.js'
import { ignore } from '../../problem.js'
import { findNamed } from '../../references/declared-names.js'
import { inOrder, tagsOf, withGenerated } from '../entries.js'
import { ignoredOf } from '../ignore-changes.js'
import { launchedServers } from '../server/launched-servers.js'
import type { SpecKind, SpecsOf } from '../spec-kind.js'
import { checkSecurityGroups } from './check-security-groups.js'
import { parseRule, type ReadRule } from './group-rule.js'

/** Doors of servers; `securityGroup.default`, which lets the operator in by SSH, where a server names none. */
export const securityGroup: SpecKind<'securityGroup'> = {
  word: 'security group',
  entries: ({ securityGroups }) => securityGroups,
  pathOf: (name) => ['securityGroups', name],
  attributes: ['id'],
  isGenerated: true,
  isAwaited: false,
  templates: {},
  check: checkSecurityGroups,
  specs: (context, specsOf) => {
    const groups = declaredGroups(context)
    const generated = addressOf('securityGroup', generatedName)
    if (context.securityGroups.has(generatedName)) return groups
    const isNeeded = isInRule(generated, groups) || launchedServers(specsOf).some((one) => isUsed(generated, one))
    return isNeeded ? withGenerated(groups, generatedGroup(context, generated, specsOf)) : groups
  },
}

function declaredGroups(context: Context): readonly SecurityGroupSpec[] {
  return inOrder(context.securityGroups).map(
    ([name, { description, network, egress, groupId, tags, ignoreChanges }]) => ({
      address: addressOf('securityGroup', name),
      description: description ?? `evenkeel: ${context.stack.stack}/${name}`,
      ingress: rulesOf(context, name, 'ingress').map(({ peer, ...ports }) => ({ ...ports, from: peer })),
      ...(egress !== undefined && {
        egress: rulesOf(context, name, 'egress').map(({ peer, ...ports }) => ({ ...ports, to: peer })),
      }),
      ...(network !== undefined && { network: networkNamed(context, network) }),
      ...(groupId !== undefined && { groupId }),
      tags: tagsOf(context, tags),
      ...ignoredOf({ ignoreChanges }),
    }),
  )
}

function networkNamed(context: Context, network: string): Address {
  return addressOf('network', required(findNamed(context, 'network', network, ignore), 'network'))
}

function rulesOf(context: Context, name: string, side: RuleSide): readonly ReadRule[] {
  const written = context.securityGroups.get(name)?.[side] ?? []
  return written.map((rule, index) => {
    const path = ['securityGroups', name, side, index]
    return required(parseRule(context, side, required(rule, 'rule'), path), 'rule')
  })
}

function generatedGroup(context: Context, address: Address, specsOf: SpecsOf): SecurityGroupSpec {
  return {
    address,
    description: 'evenkeel: SSH from the operator',
    ingress: [
      { ...ssh, from: { kind: 'my-ip' } },
      ...(specsOf('sync').some(isBetweenServers)
        ? [{ ...ssh, from: { kind: 'security-group', address } } as const]
        : []),
    ],
    tags: tagsOf(context, undefined),
  }
}

const ssh = { protocol: 'tcp', fromPort: 22, toPort: 22 } as const

/** Whether a rule has one server reach another by itself: the generated group then lets its members in. */
function isBetweenServers({ from, to, via, method }: SyncSpec): boolean {
  const isManaged = ({ kind }: SyncEndpoint) => kind === 'server' || kind === 'volume'
  return method === 'files' && via === 'direct' && isManaged(to) && from.some(isManaged)
}

function isInRule(group: Address, groups: readonly SecurityGroupSpec[]): boolean {
  return groups.some((one) =>
    sidedRules(one).some(({ peer }) => peer.kind === 'security-group' && peer.address === group),
  )
}

/** Whether a server has the group, or a reference in its texts names it. */
function isUsed(group: Address, { securityGroups, userData, setup }: ServerSpec): boolean {
  if (securityGroups.includes(group)) return true
  const templates = userData === undefined ? setup : [userData, ...setup]
  return templates.some((one) => referencesIn(one).some(({ address }) => address === group))
}
