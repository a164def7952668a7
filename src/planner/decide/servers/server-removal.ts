import type { Address } from '../../../model/address.js'
import { type LiveServer } from '../../../model/kinds/server.js'
import { tagKeys } from '../../../model/tags.js'
import { removedDiff } from '../../compare/comparison.js'
import { reasonForRemoval } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { refuse } from '../decided.js'
import type { ServerDecision } from './server-decision.js'
import { factsOf, isRunning } from './server-outlook.js'

/** A protected server goes only where the file, which names it still, says that it is not protected any more. */
export function decideServerRemoval(world: World, address: Address, live: LiveServer): ServerDecision {
  const spec = world.going.servers.get(address)
  if (live.tags[tagKeys.protect] === 'true' && spec?.protect !== false) {
    const message = `${address} (${live.id}) is protected from termination`
    return refuse(address, 'PLAN_PROTECTED', message, 'apply it with protect: false first')
  }
  return {
    kind: 'remove',
    address,
    live,
    outlook: {
      address,
      spec: undefined,
      live,
      action: 'remove',
      facts: factsOf(world, address),
      inside: world.live.stack.hostsImpossible === undefined && isRunning(live) ? 'known' : 'closed',
      runsNow: isRunning(live),
      runsAfter: false,
      zone: live.zone,
    },
    stopsForRelease: false,
    change: {
      address,
      kind: 'remove',
      reason: reasonForRemoval(world.destroying !== undefined),
      diffs: [removedDiff],
    },
    problems: [],
  }
}
