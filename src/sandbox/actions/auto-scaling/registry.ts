import { actionsIn } from '../registry.js'
import * as descriptions from './describe.js'
import * as groups from './groups.js'
import * as hooks from './hooks.js'
import * as refreshes from './refreshes.js'
import * as sizes from './sizes.js'
import * as tags from './tags.js'
import * as traffic from './traffic.js'

/** Every action of Auto Scaling that the sandbox supports, by name. */
export const autoScalingActions = actionsIn([descriptions, groups, hooks, refreshes, sizes, tags, traffic])
