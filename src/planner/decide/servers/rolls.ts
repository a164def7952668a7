import { addressOf, parseAddress, type Address } from '../../../model/address.js'
import type { LiveServer, ServerRolling, ServerSpec } from '../../../model/kinds/server.js'
import type { PlannedRoll } from '../../../model/plan.js'
import { tagKeys } from '../../../model/tags.js'
import type { World } from '../../world.js'
import { errorOf, refused, type Refuse } from '../decided.js'
import { restarts, type PlannedServer, type ServerDecision } from './server-decision.js'
import { isRunning } from './server-outlook.js'

/** The counts of which members leave service in a plan, and the waves in which they do. */
interface Rolls {
  readonly rolls: readonly PlannedRoll[]
  /** Members that would have to leave service and may not: others are out of it, and the plan cannot bring them back. */
  readonly refusals: ReadonlyMap<Address, Refuse>
}

/** A member of a count that rolls, and what the plan makes of it. */
interface Member {
  readonly spec: ServerSpec
  readonly decision: ServerDecision | undefined
}

/**
 * How a member stands to its roll. `serves`: it does, and nothing takes it out. `leaves`: it does until its turn comes.
 * `out`: it does not, or nobody has seen that it does, and the plan brings it back. `lost`: the plan does nothing for it.
 */
type Standing = 'serves' | 'leaves' | 'out' | 'lost'

/** Puts the members of each count that rolls into waves, where any of them is to leave service. */
export function decideRolls(world: World, servers: ReadonlyMap<Address, ServerDecision>): Rolls {
  const rolls: PlannedRoll[] = []
  const refusals = new Map<Address, Refuse>()
  for (const [server, { rolling, members }] of countsThatRoll(world, servers)) {
    const standings = members.map((member) => ({ member, standing: standingOf(world, member) }))
    const those = (wanted: Standing) =>
      standings.flatMap(({ member, standing }) => (standing === wanted ? [member] : []))
    const [leaves, out, lost] = [those('leaves'), those('out'), those('lost')]
    if (leaves.length === 0) continue
    const { maxUnavailable, order } = rolling
    const atOnce = maxUnavailable - lost.length
    const why = cannotAsk(world, rolling) ?? (atOnce < 1 ? tooManyLost(lost, maxUnavailable) : undefined)
    if (why !== undefined) {
      for (const member of leaves) refusals.set(member.spec.address, staying(member, why))
      continue
    }
    const inTurn = order === 'descending' ? leaves.toReversed() : leaves
    const addresses = [...out, ...inTurn].map(({ spec }) => spec.address)
    rolls.push({ server, maxUnavailable, waves: wavesOf(addresses, out.length, atOnce) })
  }
  return { rolls, refusals }
}

/** Whether a plan brings a member into service, or back, so that it is to be seen there. */
export function comesBack(decision: PlannedServer): boolean {
  const { outlook, ends, kind } = decision
  if (outlook.spec?.rolling === undefined || !outlook.runsAfter) return false
  return (
    isAnew(decision) ||
    !outlook.runsNow ||
    restarts(decision) ||
    ends.length > 0 ||
    (kind === 'update' && !isSeen(outlook.live))
  )
}

/** Whether nothing notes on an instance that it was to leave service, or is new, and nobody has seen since that it serves. */
export function isSeen(live: LiveServer | undefined): boolean {
  return live?.tags[tagKeys.outOfService] === undefined
}

/**
 * Those that are out of service come at once, for nothing is lost by that, and with them as many others as still may; then as
 * many as may be out at a time.
 */
function wavesOf(members: readonly Address[], out: number, atOnce: number): readonly (readonly Address[])[] {
  const first = Math.max(out, atOnce)
  const waves = [members.slice(0, first)]
  for (let from = first; from < members.length; from += atOnce) waves.push(members.slice(from, from + atOnce))
  return waves
}

function countsThatRoll(
  world: World,
  servers: ReadonlyMap<Address, ServerDecision>,
): ReadonlyMap<Address, { readonly rolling: ServerRolling; readonly members: readonly Member[] }> {
  const counts = new Map<Address, { readonly rolling: ServerRolling; readonly members: Member[] }>()
  for (const spec of world.spec.servers) {
    const { address, rolling, state } = spec
    const name = parseAddress(address)?.name
    if (!rolling || state === 'stopped' || name === undefined) continue
    const server = addressOf('server', name)
    const known = counts.get(server) ?? { rolling, members: [] }
    counts.set(server, known)
    known.members.push({ spec, decision: servers.get(address) })
  }
  return counts
}

function standingOf(world: World, { spec, decision }: Member): Standing {
  const live = world.live.servers.get(spec.address)
  const serves = isRunning(live) && isSeen(live) && !isUnhealthy(world, live)
  // What is out of the plan altogether may be two instances, or none.
  if (!decision) return 'lost'
  if (decision.kind === 'refuse') return serves ? 'serves' : 'lost'
  const { outlook, ends } = decision
  if (!outlook.runsAfter) return 'lost'
  const isUnfinished = ends.length > (decision.kind === 'replace' ? 1 : 0)
  if (!serves || isUnfinished || outlook.facts.kind === 'unreadable') return comesBack(decision) ? 'out' : 'lost'
  return isAnew(decision) || restarts(decision) ? 'leaves' : 'serves'
}

/**
 * Whether a load balancer of the stack sends nothing to it because it does not answer well. Where none of its targets does, it
 * sends to all of them (ELB User Guide, "Health checks for your target groups").
 */
function isUnhealthy({ live: { stack } }: World, server: LiveServer | undefined): boolean {
  return (stack.loadBalancers ?? []).some(({ targetGroups }) =>
    targetGroups.some(
      ({ targets }) =>
        targets.some(({ instanceId, state }) => instanceId === server?.id && state === 'unhealthy') &&
        targets.some(({ state }) => state === 'healthy'),
    ),
  )
}

function isAnew({ kind }: ServerDecision): boolean {
  return kind === 'create' || kind === 'replace'
}

/** Where servers are not entered although they could be, nobody would see whether one serves again. */
function cannotAsk({ live }: World, { health }: ServerRolling): string | undefined {
  if (live.stack.hostsLeftOut !== true || health === undefined) return undefined
  return `nobody could ask whether it serves again: ${live.stack.hostsImpossible ?? 'servers are not entered'}`
}

function tooManyLost(lost: readonly Member[], maxUnavailable: number): string {
  const names = lost.map(({ spec }) => spec.address).join(', ')
  return `${names} ${lost.length === 1 ? 'is' : 'are'} out of service, and rolling.maxUnavailable is ${maxUnavailable}`
}

/** It stays as it is, and the rest of the stack goes on; what differs is told all the same. */
function staying({ spec: { address }, decision }: Member, why: string): Refuse {
  const hint = 'it is changed by an apply that finds enough of the others in service'
  const problem = errorOf(address, 'PLAN_ROLL_HELD', `${address} stays as it is: ${why}`, hint)
  const refusal = refused(address, [{ ...problem, scope: 'address' }])
  return { ...refusal, change: { ...refusal.change, diffs: decision?.change.diffs ?? [] } }
}
