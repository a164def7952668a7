import type { PlannedRule } from '../../model/step.js'
import type { Bindings } from '../bindings.js'
import type { Ec2Rule } from '../ports.js'

/** A planned rule with the ids of groups that this run may have made. */
export function withIds({ source, ...rule }: PlannedRule, bindings: Bindings): Ec2Rule {
  switch (source.kind) {
    case 'security-group':
      return { ...rule, source: { kind: 'security-group', groupId: bindings.idOf(source.address) } }
    case 'security-group-id':
      return { ...rule, source: { kind: 'security-group', groupId: source.groupId } }
    case 'cidr':
    case 'prefix-list':
      return { ...rule, source }
  }
}
