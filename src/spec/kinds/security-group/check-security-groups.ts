import { checkIgnored } from '../ignore-changes.js'
import { reportAt } from '../../context.js'
import type { Context } from '../../context.js'
import { checkNetworkName } from '../network/subnet-names.js'
import { parseRule, type ReadRule } from './group-rule.js'
import { peerText, ruleSides } from '../../../model/kinds/security-group.js'

/** Reports rules that are none, and rules that a group has already: EC2 refuses those (`InvalidPermission.Duplicate`). */
export function checkSecurityGroups(context: Context): void {
  for (const [name, group] of context.securityGroups) {
    if (!group) continue
    checkIgnored(context, 'securityGroup', ['securityGroups', name], group)
    if (group.network !== undefined) checkNetworkName(context, ['securityGroups', name, 'network'], group.network)
    for (const side of ruleSides) {
      const seen = new Set<string>()
      for (const [index, written] of (group[side] ?? []).entries()) {
        if (!written) continue
        const path = ['securityGroups', name, side, index]
        const rule = parseRule(context, side, written, path)
        if (!rule) continue
        const key = keyOf(rule)
        if (seen.has(key)) {
          const message = 'this rule stands in the group already'
          reportAt(context, path)({ code: 'SPEC_DUPLICATE_RULE', message, hint: 'leave one of them out' })
        }
        seen.add(key)
      }
    }
  }
}

function keyOf({ protocol, fromPort, toPort, peer }: ReadRule): string {
  return [protocol, fromPort, toPort, peer.kind, peerText(peer)].join(' ')
}
