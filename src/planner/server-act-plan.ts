import type { Address } from '../model/address.js'
import type { Diff } from '../model/change.js'
import type { LiveServer, ServerSpec } from '../model/kinds/server.js'
import { hasInstanceStore } from '../model/launch/instance-store.js'
import { canBeStopped, isOpen, unstoppable, waitsForRoom } from '../model/launch/spot.js'
import type { LiveStack } from '../model/live-stack.js'
import type { Plan } from '../model/plan.js'
import type { Problem } from '../model/plan-problem.js'
import type { StackSpec } from '../model/stack-spec.js'
import { hostKeyOf } from '../model/tags.js'
import { askedPlan, type AskedChange } from './asked-plan.js'
import { normalizedLive, normalizedSpec } from './compare/normalize.js'
import { StepGraph } from './graph/step-graph.js'
import { worldOf, type PlanOptions } from './world.js'

/** What is done to servers by hand, beside what the stack file says. */
export type ServerAct = 'start' | 'stop' | 'reboot'

/** The boot that a server is in, by which it is known later that a reboot has been; or why it could not be entered. */
export type KnownBoot = { readonly bootId: string } | { readonly reason: string }

interface AskedAct {
  readonly act: ServerAct
  readonly servers: readonly Address[]
  /** Of servers that are to be rebooted. */
  readonly boots?: ReadonlyMap<Address, KnownBoot>
}

/** What an act comes to for one server: a change with its steps, or a problem. */
type Act = (server: {
  readonly graph: StepGraph
  readonly address: Address
  readonly live: LiveServer | undefined
  readonly spec: ServerSpec | undefined
  readonly boot: KnownBoot | undefined
}) => AskedChange | Problem

/**
 * Returns the plan that starts, stops or reboots servers, and does nothing else: a server that is not as the stack file says
 * afterwards is drift, which the next apply puts back. A stopped server is waited for until it is stopped, the others until
 * they answer.
 */
export function makeServerActPlan(
  spec: StackSpec,
  live: LiveStack,
  { act, servers, boots }: AskedAct,
  options: PlanOptions = {},
): Plan {
  const world = worldOf(normalizedSpec(spec), normalizedLive(live), options, undefined)
  const graph = new StepGraph()
  const specs = new Map(world.spec.servers.map((server) => [server.address, server]))
  const asked: AskedChange[] = []
  const problems: Problem[] = []
  for (const address of servers) {
    const ids = world.live.conflicts.get(address)
    const found = ids
      ? conflict(address, ids)
      : acts[act]({
          graph,
          address,
          live: world.live.servers.get(address),
          spec: specs.get(address),
          boot: boots?.get(address),
        })
    if ('severity' in found) problems.push(found)
    else asked.push(found)
  }
  return askedPlan(world, graph, problems, asked)
}

const acts: Readonly<Record<ServerAct, Act>> = {
  start: ({ graph, address, live, spec }) => {
    if (!live) return absent(address)
    if (live.state === 'running') return unchanged(address, 'it runs already')
    if (live.spot && (waitsForRoom(live) || !isOpen(live.spot))) return notStarted(live)
    const started = graph.add('start-server', address, { instanceId: live.id })
    // What no run has entered yet an apply enters first: it pins the host key.
    if (hostKeyOf(live.tags) !== undefined) graph.add('connect-host', address, {}, { needs: [started] })
    return changed(address, 'running', spec)
  },
  stop: ({ graph, address, live, spec }) => {
    if (!live) return unchanged(address, 'it does not exist')
    if (live.state === 'stopped') return unchanged(address, 'it is stopped already')
    if (live.spot && !canBeStopped(live)) {
      const message = `${address} (${live.id}) is not stopped: ${unstoppable(live.spot)}`
      return problem(
        address,
        'PLAN_SPOT_STATE',
        message,
        'take its entry out of the stack file, or replace it: `apply --replace` with its address',
      )
    }
    const impact = hasInstanceStore(live.type) ? 'data-loss' : 'downtime'
    graph.add('stop-server', address, { instanceId: live.id }, { impact })
    return changed(
      address,
      'stopped',
      spec,
      impact === 'data-loss' ? `the disks of its own, which ${live.type} has, are emptied` : undefined,
    )
  },
  reboot: ({ graph, address, live, boot }) => {
    if (!live) return absent(address)
    if (live.state !== 'running') return notRunning(address, live)
    const known = boot && 'bootId' in boot ? { bootId: boot.bootId } : {}
    graph.add('reboot-server', address, { instanceId: live.id, ...known }, { impact: 'restart' })
    const left = boot && 'reason' in boot ? `; nobody waits for it: ${boot.reason}` : ''
    return { address, reason: `to be rebooted, by hand${left}` }
  },
}

function notStarted(live: LiveServer): Problem {
  const { address, id } = live
  return waitsForRoom(live)
    ? problem(
        address,
        'PLAN_SPOT_STATE',
        `${address} (${id}) is not started: an interruption has stopped it (${live.spot?.status ?? ''}), and EC2 alone starts it again`,
        'wait for that (`evenkeel wait`), or replace it: `apply --replace` with its address',
      )
    : problem(
        address,
        'PLAN_SPOT_STATE',
        `${address} (${id}) is not started: its spot request is ${live.spot?.state ?? ''}`,
        'an apply makes another in its place',
      )
}

function changed(
  address: Address,
  state: ServerSpec['state'],
  spec: ServerSpec | undefined,
  beside?: string,
): AskedChange {
  const before = state === 'running' ? 'stopped' : 'running'
  const diff: Diff = { path: 'state', before, after: state, cause: 'pending' }
  const wanted =
    spec === undefined || spec.state === state
      ? []
      : [`the stack file says \`${spec.state}\`, and the next apply sees to that`]
  return {
    address,
    reason: ['by hand', ...(beside === undefined ? [] : [beside]), ...wanted].join('; '),
    diffs: [diff],
  }
}

function unchanged(address: Address, reason: string): AskedChange {
  return { address, kind: 'none', reason }
}

function absent(address: Address): Problem {
  return problem(address, 'SERVER_UNKNOWN', `${address} does not exist`, '`evenkeel apply` makes it')
}

function notRunning(address: Address, { state }: LiveServer): Problem {
  const hint = state === 'stopped' ? '`evenkeel start` starts it' : 'wait for it, and try again'
  return problem(address, 'SERVER_UNKNOWN', `${address} is ${state}: it cannot be rebooted`, hint)
}

function conflict(address: Address, ids: readonly string[]): Problem {
  const hint = `say which one is meant: \`evenkeel resolve ${address} --keep ID\``
  return problem(address, 'PLAN_ADDRESS_CONFLICT', `${ids.join(' and ')} both carry the address ${address}`, hint)
}

function problem(address: Address, code: string, message: string, hint: string): Problem {
  return { severity: 'error', scope: 'plan', code, address, message, hint }
}
