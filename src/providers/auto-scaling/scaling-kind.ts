import type { Kind } from '../ec2/kinds/kind.js'
import { createGroupCalls } from './group-calls.js'
import { describeGroups, groupFacts } from './observe-groups.js'
import { readGroupByArn } from './read-groups.js'

/** Scaling groups with their launch templates, by Auto Scaling's own client. Their ids are ARNs. */
export const scalingGroupKind = {
  idPrefixes: ['autoscaling'],
  readById: readGroupByArn,
  describe: describeGroups,
  facts: groupFacts,
  cloud: createGroupCalls,
} as const satisfies Kind<unknown, never, object, object>
