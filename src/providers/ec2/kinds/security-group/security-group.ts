import type { Kind } from '../kind.js'
import { describeSecurityGroups, securityGroupFacts } from './observe-security-groups.js'
import { readSecurityGroup } from './read-security-groups.js'
import { createSecurityGroupCalls } from './security-group-calls.js'

/** Security groups with their rules. Their names are unique in a VPC, whatever their case. */
export const securityGroupKind = {
  idPrefixes: ['sg'],
  readById: readSecurityGroup,
  describe: describeSecurityGroups,
  facts: securityGroupFacts,
  cloud: createSecurityGroupCalls,
} as const satisfies Kind<unknown, never, object, object>
