import { ProviderError, UsageError } from '../../core/errors.js'
import { formatDuration } from '../../core/units.js'
import type { WatchedServer } from '../../executor/ports.js'
import { readInsides } from '../../executor/observe/server-insides.js'
import type { Address } from '../../model/address.js'
import { liveServerOf } from '../../model/kinds/live-named.js'
import type { LiveStack } from '../../model/live-stack.js'
import type { Session } from '../session.js'
import { standingAtEc2, standingBehind, type AwaitedState, type Standing } from './awaited-state.js'
import { serversByPattern, shortened } from './named-by-pattern.js'

/** Chosen: EC2 changes what it says of a start every few seconds, and of checks every minute. Later, as other waits: a share of the time waited. */
const leastPauseMs = 2_000
const lateShare = 0.1
const mostPauseMs = 10_000
/** What is around the servers (load balancers, keys, a way through another) may be changed by an apply that runs beside; so often it is read again. */
const surroundingsMs = 60_000

export interface AwaitedServer {
  readonly address: Address
  readonly id: string
  /** As EC2 told it last; absent where it does not show it. */
  readonly state?: string
  readonly standing: Standing
}

/** How servers stand, all as of one look. */
export interface Awaited {
  readonly goal: AwaitedState
  readonly outcome: 'reached' | 'timed-out' | 'hopeless'
  readonly sinceMs: number
  readonly servers: readonly AwaitedServer[]
}

export interface WaitOptions {
  readonly goal: AwaitedState
  readonly timeoutMs: number
  /** Whether a healthy server is one that answers SSH, too. */
  readonly hosts: boolean
}

/**
 * Waits until all servers that patterns name have got to a state, at the same time; ends at once where one of them never will.
 * At least one look is taken, however short the time. `onLook` hears of each look that was not the last.
 */
export async function waitForServers(
  session: Session,
  patterns: readonly string[],
  { goal, timeoutMs, hosts }: WaitOptions,
  onLook: (awaited: Omit<Awaited, 'outcome'>) => void,
): Promise<Awaited> {
  const { clock } = session
  const look = await createLook(session, patterns, goal, hosts)
  const startedAt = clock.now()
  const leave = new AbortController()
  const timeOver = clock.sleep(timeoutMs, leave.signal).catch(() => undefined)
  try {
    let servers = await look()
    for (;;) {
      const sinceMs = clock.now() - startedAt
      const kinds = new Set(servers.map(({ standing }) => standing.kind))
      if (kinds.has('hopeless')) return { goal, outcome: 'hopeless', sinceMs, servers }
      if (!kinds.has('waiting')) return { goal, outcome: 'reached', sinceMs, servers }
      if (sinceMs >= timeoutMs) return { goal, outcome: 'timed-out', sinceMs, servers }
      onLook({ goal, sinceMs, servers })
      const pauseMs = Math.min(mostPauseMs, Math.max(leastPauseMs, sinceMs * lateShare))
      const next = clock.sleep(pauseMs, leave.signal).then(look)
      // One that is under way when the time is over is nobody's any more.
      next.catch(() => undefined)
      servers = (await Promise.race([next, timeOver])) ?? servers
    }
  } finally {
    leave.abort()
  }
}

/** Looks at those servers, and again each time that it is called: at what is waited for, and now and then at what is around it. */
async function createLook(
  session: Session,
  patterns: readonly string[],
  goal: AwaitedState,
  hosts: boolean,
): Promise<() => Promise<readonly AwaitedServer[]>> {
  const { spec, ports, clock } = session
  const addresses = serversByPattern(patterns, spec)
  const observe = () => session.observe({ hosts: false, forNew: false })
  let live = await observe()
  let observedAt = clock.now()
  const ids = instancesOf(addresses, live)
  const balancersOf = (address: Address) =>
    (spec.loadBalancers ?? []).flatMap((one) => (one.targets.servers.includes(address) ? [one.address] : []))
  /** Those that have answered since they are what EC2 calls healthy. */
  const answering = new Set<string>()
  let isOutdated = false

  return async () => {
    const watched = await ports.cloud.watchServers({ ids: [...ids.values()], checks: goal === 'healthy' })
    const statuses = watched.map(({ status }) => status)
    const seen = [...ids].map(([address, id]): AwaitedServer => {
      const status = statuses.find((one) => one.id === id)
      return { address, id, ...(status && { state: status.state }), standing: standingAtEc2(goal, status) }
    })
    const good = goal === 'healthy' ? seen.filter(({ standing }) => standing.kind === 'reached') : []
    for (const { id, standing } of seen) if (standing.kind !== 'reached') answering.delete(id)
    if (isOutdated && clock.now() - observedAt >= surroundingsMs) {
      live = await observe()
      observedAt = clock.now()
    }
    live = { ...live, servers: asWatched(live.servers, watched) }
    const [behind, inside] = await Promise.all([behindBalancers(good), answers(good)])
    isOutdated = [...behind.values(), ...inside.values()].some(({ kind }) => kind !== 'reached')
    return seen.map((server) => {
      const standings = [server.standing, behind.get(server.id), inside.get(server.id)]
      return { ...server, standing: standings.find((one) => one && one.kind !== 'reached') ?? server.standing }
    })
  }

  async function behindBalancers(servers: readonly AwaitedServer[]): Promise<ReadonlyMap<string, Standing>> {
    const balancers = new Set(servers.flatMap(({ address }) => balancersOf(address)))
    const targets = new Map(
      await Promise.all(
        [...balancers].map(async (balancer) => {
          const there = live.loadBalancers?.find(({ address }) => address === balancer)
          const groups = there?.targetGroups.map(({ id }) => ports.cloud.readTargets(id))
          return [balancer, groups && (await Promise.all(groups)).flat()] as const
        }),
      ),
    )
    return new Map(
      servers.flatMap(({ address, id }) => {
        const standings = balancersOf(address).map((balancer) =>
          standingBehind(
            balancer,
            targets.get(balancer)?.filter(({ instanceId }) => instanceId === id),
          ),
        )
        const first = standings.find(({ kind }) => kind !== 'reached') ?? standings[0]
        return first ? [[id, first] as const] : []
      }),
    )
  }

  async function answers(servers: readonly AwaitedServer[]): Promise<ReadonlyMap<string, Standing>> {
    if (!hosts || session.hostsImpossible !== undefined) return new Map()
    const asked = new Set(servers.flatMap(({ id }) => (answering.has(id) ? [] : [id])))
    const insides = await readInsides(session, live, asked)
    return new Map(
      [...asked].map((id): readonly [string, Standing] => {
        const inside = insides.get(id)
        if (inside?.kind !== 'read')
          return [id, { kind: 'waiting', because: inside?.reason ?? 'it has not been asked yet' }]
        answering.add(id)
        return [id, { kind: 'reached' }]
      }),
    )
  }
}

/** With the states and addresses that they have by now, and the host keys that somebody has pinned since. */
function asWatched(servers: LiveStack['servers'], watched: readonly WatchedServer[]): LiveStack['servers'] {
  const byId = new Map(watched.map((one) => [one.status.id, one]))
  return servers.map((server) => {
    const now = byId.get(server.id)
    if (!now) return server
    const { status, publicIp, privateIp, tags } = now
    const state = liveStates.find((one) => one === status.state) ?? server.state
    return { ...server, state, publicIp, privateIp, tags }
  })
}

const liveStates = ['pending', 'running', 'stopping', 'stopped'] as const

/** The instance of each; throws one UsageError for all that have none. */
function instancesOf(addresses: readonly Address[], { servers }: LiveStack): ReadonlyMap<Address, string> {
  const found = addresses.map((address) => [address, liveServerOf(servers, address)?.id] as const)
  const absent = found.flatMap(([address, id]) => (id === undefined ? [address] : []))
  if (absent.length > 0) {
    const message = `${shortened(absent).join(', ')} ${absent.length === 1 ? 'does' : 'do'} not exist`
    throw new UsageError('SERVER_UNKNOWN', message, {
      hint: '`evenkeel apply` makes what the file names, and waits for it',
    })
  }
  return new Map(found.flatMap(([address, id]) => (id === undefined ? [] : [[address, id] as const])))
}

/** Why a wait did not end well; undefined where it did. */
export function waitFailure({ goal, outcome, sinceMs, servers }: Awaited): ProviderError | undefined {
  const of = (kind: 'waiting' | 'hopeless') =>
    shortened(
      servers.flatMap(({ address, standing }) => (standing.kind === kind ? [`${address}: ${standing.because}`] : [])),
    ).join('; ')
  if (outcome === 'hopeless') {
    return new ProviderError('WAIT_HOPELESS', `waiting for servers to be ${goal} is in vain: ${of('hopeless')}`, {
      errorClass: 'wait-state',
      hint: '`evenkeel apply` puts another server in the place of one that is gone',
    })
  }
  if (outcome === 'reached') return undefined
  const after = `after ${formatDuration(sinceMs)}`
  return new ProviderError('WAIT_TIMED_OUT', `not all servers are ${goal} ${after}: ${of('waiting')}`, {
    errorClass: 'wait-state',
    hint: hints[goal],
  })
}

const hints: Readonly<Record<AwaitedState, string>> = {
  running:
    'a wait starts nothing: `evenkeel start` does, or `evenkeel apply` where the file says so; or give it more `--timeout`',
  healthy:
    '`evenkeel status` tells checks and what is inside, `evenkeel console` what it wrote; or give it more `--timeout`',
  stopped:
    'a wait stops nothing: `evenkeel stop` does, or `evenkeel apply` where the file says so; or give it more `--timeout`',
}
