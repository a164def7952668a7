import type { KeyTable } from './key-change.js'
import { placementGroupKeys, serverOptionKeys } from './server-options.js'
import { interfaceKeys } from './interfaces.js'
import { scalingGroupKeys } from './scaling-groups.js'
import { loadBalancerKeys } from './load-balancers.js'
import { builtImageKeys } from './built-images.js'
import { imageKeys } from './server-images.js'
import { networkKeys } from './networks.js'
import { serverKeys } from './servers.js'
import { stackKeys } from './stack.js'
import { syncKeys } from './sync.js'
import { snapshotKeys } from './volume-snapshots.js'
import { volumeKeys } from './volumes.js'

/** What a change of each key does: facts, that test/docs/stack-file.test.ts tries on the planner and docs/stack-file.md tells. */
export const keyTable: KeyTable = {
  ...stackKeys,
  ...networkKeys,
  ...serverKeys,
  ...imageKeys,
  ...serverOptionKeys,
  ...interfaceKeys,
  ...builtImageKeys,
  ...placementGroupKeys,
  ...scalingGroupKeys,
  ...loadBalancerKeys,
  ...volumeKeys,
  ...snapshotKeys,
  ...syncKeys,
}
