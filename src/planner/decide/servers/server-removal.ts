import type { Address } from '../../../model/address.js'
import { rootEndOnRemove, type LiveServer, type RootEnd } from '../../../model/kinds/server.js'
import { appliedOf } from '../../../model/applied.js'
import { tagKeys } from '../../../model/tags.js'
import { removedDiff, sortedDiffs } from '../../compare/comparison.js'
import { reasonForRemoval } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { refuse, refused, unchanged, type DraftChange } from '../decided.js'
import type { RemoveServerDecision, ServerDecision } from './server-decision.js'
import { leftDiffs, leftRequests, relaunchProblems } from './spot.js'
import { rootEndText, serverEnd } from './server-end.js'
import { factsOf, isRunning, leavingServer } from './server-outlook.js'

/** A protected server goes only where the file, which names it still, says that it is not protected any more. */
export function decideServerRemoval(world: World, address: Address, live: LiveServer): ServerDecision {
  const spec = world.going.servers.get(address)
  const others = world.live.superseded.get(address) ?? []
  const all = [live, ...others]
  const guarded = all.find(({ tags }) => tags[tagKeys.protect] === 'true')
  const held = all.find((server) => isHeld(world, server))
  if (held && spec?.options?.stopProtection !== false) {
    const message = `${address} (${held.id}) is protected from being stopped or terminated`
    return refuse(address, 'PLAN_PROTECTED', message, 'apply it with stopProtection: false first')
  }
  if (guarded && spec?.protect !== false) {
    const message = `${address} (${guarded.id}) is protected from termination`
    return refuse(address, 'PLAN_PROTECTED', message, 'apply it with protect: false first')
  }
  const rule: RootEnd = spec
    ? rootEndOnRemove(spec)
    : live.tags[tagKeys.onRemove] === 'snapshot'
      ? 'snapshot'
      : 'delete'
  const ends = all.map((server) => serverEnd(world, server, rule))
  const requests = leftRequests(world, address)
  const problems = ends.flatMap((end) => end.problems)
  if (problems.some(({ severity }) => severity === 'error')) return refused(address, problems)
  return {
    kind: 'remove',
    address,
    ends: ends.map(({ end }) => end),
    requests,
    outlook: {
      address,
      spec: undefined,
      live,
      action: 'remove',
      handsOver: others.map((other) => leavingServer(world, other)),
      facts: factsOf(world, live),
      inside: world.live.stack.hostsImpossible === undefined && isRunning(live) ? 'known' : 'closed',
      runsNow: isRunning(live),
      runsAfter: false,
      zone: live.zone,
    },
    change: {
      address,
      kind: 'remove',
      reason: `${reasonForRemoval(world.destroying !== undefined)}; ${rootEndText[rule]}`,
      diffs: sortedDiffs([removedDiff, ...leftDiffs(requests)]),
    },
    problems: [...problems, ...relaunchProblems(world, address)],
  }
}

/** The end of what nothing is left of but spot requests, for which EC2 would launch it again. */
export function decideRequestRemoval(world: World, address: Address): RemoveServerDecision {
  const requests = leftRequests(world, address)
  const change: DraftChange =
    requests.length === 0
      ? unchanged(address)
      : {
          address,
          kind: 'remove',
          reason: 'its instance is gone, and EC2 would launch another for its spot request',
          diffs: leftDiffs(requests),
        }
  return {
    kind: 'remove',
    address,
    ends: [],
    requests,
    outlook: {
      address,
      spec: undefined,
      live: undefined,
      action: 'remove',
      handsOver: [],
      facts: factsOf(world, undefined),
      inside: 'closed',
      runsNow: false,
      runsAfter: false,
      zone: undefined,
    },
    change,
    problems: relaunchProblems(world, address),
  }
}

/** Whether the last apply was to protect it from being stopped, from which EC2 makes a protection from termination too. */
function isHeld({ digest }: World, { tags }: LiveServer): boolean {
  const recorded = appliedOf(tags)?.stop
  return recorded !== undefined && recorded === digest(true)
}
