import { existsSync, mkdirSync } from 'node:fs'
import type { Server } from 'node:http'
import type { Clock } from '../core/clock.js'
import { messageOf } from '../core/errors.js'
import { Authority } from './authorization/authority.js'
import { readPolicy } from './authorization/parse-policy.js'
import { readPolicyFile } from './authorization/policy-file.js'
import type { Policy } from './authorization/policy.js'
import { startHosts } from './choose-hosts.js'
import { createControl } from './control.js'
import { FaultPlan } from './faults/fault-plan.js'
import type { Faults } from './faults/faults.js'
import { faultsOfProfile } from './faults/profiles.js'
import { Throttle } from './faults/throttle.js'
import { newIdentity, readIdentity, writeIdentity, type Identity } from './identity.js'
import { hostExited } from './lifecycle/instance.js'
import { resume } from './lifecycle/recovery.js'
import { resolveLatencies, type LatencyChoice } from './model/latencies.js'
import { defaultRegion, regions } from './model/regions.js'
import { unsafeBecause } from './private-directory.js'
import { RequestLog, type RequestRecord } from './request-log.js'
import { clockOf, clockSettingOf, type ClockSetting } from './sandbox-clock.js'
import { createEndpointServer, listen } from './server.js'
import { lockStateDir } from './state-lock.js'
import { chaosOf, type SandboxSwitches } from './switches.js'
import { openAccount } from './world/account.js'
import { Cloud } from './world/cloud.js'
import type { HostBackend } from './hosts/host-backend.js'

export type { Faults } from './faults/faults.js'
export type { LatencyChoice } from './model/latencies.js'
export type { RequestRecord } from './request-log.js'
export type { SandboxSwitches } from './switches.js'

export interface SandboxOptions {
  /** Whether this process is the sandbox and nothing else, so that whoever stops the sandbox may end it. Default false. */
  readonly isDaemon?: boolean
  /** Everything that the sandbox keeps; made when it is not there. One sandbox at a time can have it. */
  readonly stateDir: string
  /** `auto`: Linux hosts where the machine can have them, else records alone. */
  readonly hosts: 'auto' | 'linux' | 'none'
  /** Default: the port of the last start when it is free, else one that the system chooses. */
  readonly port?: number
  /** As of `evenkeel sandbox up`; left out: those of the last start. The members below come before what these say. */
  readonly switches?: SandboxSwitches
  readonly clock?: Clock
  /** Of the faults: the same seed gives the same failures. */
  readonly seed?: number
  readonly latencies?: LatencyChoice
  readonly faults?: Faults
  readonly accountId?: string
  /** The IAM policy that the access key carries, as parsed JSON; left out: that of the switches, else it may do everything. */
  readonly policy?: unknown
  /** Called for what went wrong behind the API, e.g. a host that did not boot. */
  readonly onReport?: (text: string) => void
}

/** A running EC2 endpoint on loopback. */
export interface Sandbox {
  /** `http://127.0.0.1:<port>` */
  readonly endpoint: string
  /** The region to use when there is no other wish; others are accepted by the scope of the signature. */
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
  readonly accountId: string
  readonly hosts: {
    readonly kind: 'linux' | 'none'
    readonly unavailableBecause?: string
    /** What its hosts are not, each a sentence; empty where nothing is missing. */
    readonly limits: readonly string[]
  }
  readonly switches: SandboxSwitches
  /** Its clock, where that is not the machine's: a client that waits goes by the same. */
  readonly clock?: ClockSetting
  /** The last requests, oldest first. */
  requests(): RequestRecord[]
  /** Replaces all faults, from now on. */
  setFaults(faults: Faults): void
  /** Gives the access key another IAM policy, as parsed JSON; undefined: it may do everything. Throws what is wrong with it. */
  setPolicy(policy: unknown): void
  /** Ends the endpoint and its hosts; the world stays on disk. */
  close(): Promise<void>
}

/**
 * Starts a sandbox in this process, with the world that the state directory holds. Throws StateDirBusy when another has
 * it, and an Error that says why hosts that were asked for, or that the world needs, cannot run here.
 */
export async function createSandbox(options: SandboxOptions): Promise<Sandbox> {
  const { stateDir, isDaemon = false } = options
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const because = unsafeBecause(stateDir)
  if (because !== undefined) throw new Error(`${stateDir} is no place for a sandbox: ${because}`)
  const lock = lockStateDir(stateDir, { isDaemon })
  try {
    return await start(options, lock.release)
  } catch (error) {
    lock.release()
    throw error
  }
}

async function start(options: SandboxOptions, release: () => void): Promise<Sandbox> {
  const { stateDir } = options
  const before = readIdentity(stateDir)
  const switches = options.switches ?? before?.switches ?? {}
  const hosts = await startHosts(stateDir, options.hosts, before?.hosts, switches)
  const { switches: _before, ...same } = before ?? newIdentity(options.accountId, hosts.kind)
  const setting = clockSettingOf(switches, before?.clock)
  const identity: Identity = {
    ...same,
    ...(Object.keys(switches).length > 0 && { switches }),
    ...(setting && { clock: setting }),
  }
  const log = new RequestLog(stateDir)
  const clock = options.clock ?? clockOf(setting)
  const chaos = switches.chaos === undefined ? undefined : chaosOf(switches.chaos)
  const faults = new FaultPlan(
    options.seed ?? chaos?.seed ?? 0,
    options.faults ?? (chaos && faultsOfProfile(chaos.profile, switches.latencies ?? 'fast')),
  )
  const report = (what: string, error?: unknown) =>
    options.onReport?.(error === undefined ? what : `${what}: ${messageOf(error)}`)
  const cloud = new Cloud({
    accountId: identity.accountId,
    clock,
    switches,
    latencies: resolveLatencies(options.latencies ?? switches.latencies),
    hosts,
    faults,
    stateDir,
    report,
    onOpen: openAccount,
  })
  const authority = new Authority(identity.accountId, policyOf(options, switches))
  const control = createControl({ cloud, log, faults, authority, startedAtMs: clock.now() })
  const server = createEndpointServer({
    cloud,
    throttle: new Throttle(clock),
    credentials: identity,
    authority,
    log,
    control,
    reportBug: report,
  })
  const stop = once(async () => {
    await closeServer(server)
    try {
      await cloud.close()
    } finally {
      await hosts.stop()
      log.close()
      release()
    }
  })
  let port: number
  try {
    cloud.disturbHosts()
    await openWorlds(cloud, hosts)
    port = await listenSomewhere(server, options.port, identity.port)
    writeIdentity(stateDir, { ...identity, port })
  } catch (error) {
    await stop()
    throw error
  }
  return {
    endpoint: `http://127.0.0.1:${port}`,
    region: defaultRegion,
    accessKeyId: identity.accessKeyId,
    secretAccessKey: identity.secretAccessKey,
    accountId: identity.accountId,
    hosts: {
      kind: hosts.kind,
      limits: hosts.limits,
      ...(hosts.unavailableBecause === undefined ? {} : { unavailableBecause: hosts.unavailableBecause }),
    },
    switches,
    ...(setting && { clock: setting }),
    requests: () => log.records(),
    setFaults: (next) => cloud.setFaults(next),
    setPolicy: (next) => authority.setPolicy(next === undefined ? undefined : readPolicy(next)),
    close: stop,
  }
}

function policyOf({ policy }: SandboxOptions, switches: SandboxSwitches): Policy | undefined {
  if (policy !== undefined) return readPolicy(policy)
  if (switches.policy === undefined) return undefined
  try {
    return readPolicyFile(switches.policy)
  } catch (error) {
    throw new Error(`--policy ${switches.policy}: ${messageOf(error)}`, { cause: error })
  }
}

/** How long a start waits for instances that were running: clients expect them to answer. 50 hosts take 4 s. */
const bootWaitMaximumMs = 20_000

/** Reads the regions that were used before, and takes up what was left half done in them. */
async function openWorlds(cloud: Cloud, hosts: HostBackend): Promise<void> {
  hosts.onExit((instanceId, how) => {
    const world = cloud.worlds().find((candidate) => candidate.instances.get(instanceId))
    if (world) hostExited(world, instanceId, how)
  })
  const used = regions.filter((region) => region.name === defaultRegion || existsSync(cloud.journalPath(region)))
  const worlds = used.map((region) => cloud.world(region))
  await cloud.network.refresh()
  const resumed = Promise.all(worlds.map(resume))
  await Promise.race([resumed, cloud.background.sleep(bootWaitMaximumMs)])
}

async function listenSomewhere(server: Server, wanted: number | undefined, last: number | undefined): Promise<number> {
  if (wanted !== undefined) return listen(server, wanted)
  if (last === undefined) return listen(server, 0)
  try {
    return await listen(server, last)
  } catch {
    return listen(server, 0)
  }
}

function closeServer(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve())
    server.closeAllConnections()
  })
}

function once(work: () => Promise<void>): () => Promise<void> {
  let result: Promise<void> | undefined
  return () => (result ??= work())
}
