import { actionsIn } from '../registry.js'
import * as listeners from './listeners.js'
import * as balancers from './load-balancers.js'
import * as tags from './tags.js'
import * as groups from './target-groups.js'
import * as targets from './targets.js'

/** Every action of Elastic Load Balancing (v2) that the sandbox supports, by name. */
export const loadBalancingActions = actionsIn([balancers, groups, listeners, targets, tags])
