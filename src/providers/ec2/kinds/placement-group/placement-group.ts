import type { Kind } from '../kind.js'
import { describePlacementGroups, placementGroupFacts } from './observe-placement-groups.js'
import { createPlacementGroupCalls } from './placement-group-calls.js'
import { readPlacementGroup } from './read-placement-groups.js'

/** Placement groups. Their names are unique in a region, and EC2 deletes them by name. */
export const placementGroupKind = {
  idPrefixes: ['pg'],
  readById: readPlacementGroup,
  describe: describePlacementGroups,
  facts: placementGroupFacts,
  cloud: createPlacementGroupCalls,
} as const satisfies Kind<unknown, never, object, object>
