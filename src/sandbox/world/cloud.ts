import { join } from 'node:path'
import type { Clock } from '../../core/clock.js'
import type { FaultPlan } from '../faults/fault-plan.js'
import type { Faults } from '../faults/faults.js'
import { Refusals } from '../faults/refusals.js'
import type { HostBackend } from '../hosts/host-backend.js'
import { HostNetworkRefresh } from '../lifecycle/host-network.js'
import type { Latencies } from '../model/latencies.js'
import type { Region } from '../model/regions.js'
import type { SandboxSwitches } from '../switches.js'
import { Background } from './background.js'
import { World, type SharedByRegions } from './world.js'

/** The regions of a sandbox, and what they share. */
export class Cloud implements SharedByRegions {
  readonly accountId: string
  readonly clock: Clock
  readonly switches: SandboxSwitches
  readonly latencies: Latencies
  readonly hosts: HostBackend
  readonly faults: FaultPlan
  readonly refusals: Refusals
  readonly background: Background
  readonly network: HostNetworkRefresh
  readonly #stateDir: string
  readonly #report: (what: string, error?: unknown) => void
  readonly #worlds = new Map<string, World>()
  readonly #openWorld: (world: World) => void

  constructor(options: {
    readonly accountId: string
    readonly clock: Clock
    readonly switches: SandboxSwitches
    readonly latencies: Latencies
    readonly hosts: HostBackend
    readonly faults: FaultPlan
    readonly stateDir: string
    readonly report: (what: string, error?: unknown) => void
    /** Called once for each region's world, when it has been read from disk. */
    readonly onOpen: (world: World) => void
  }) {
    this.accountId = options.accountId
    this.clock = options.clock
    this.switches = options.switches
    this.latencies = options.latencies
    this.hosts = options.hosts
    this.faults = options.faults
    this.refusals = new Refusals(options.faults)
    this.background = new Background(options.clock, options.report)
    this.network = new HostNetworkRefresh(options.hosts, () => this.worlds())
    this.#stateDir = options.stateDir
    this.#report = options.report
    this.#openWorld = options.onOpen
  }

  /** The world of a region, read from disk when it is first asked for. */
  world(region: Region): World {
    let world = this.#worlds.get(region.name)
    if (!world) {
      world = new World(this, region, this.journalPath(region), this.#report)
      this.#worlds.set(region.name, world)
      this.#openWorld(world)
    }
    return world
  }

  /** Replaces all faults, from now on. */
  setFaults(faults: Faults): void {
    this.faults.set(faults)
    this.disturbHosts()
  }

  /** Tells the hosts which faults there are at their door; they must have been started. */
  disturbHosts(): void {
    void this.background.start('faults of connections', () => this.hosts.disturb(this.faults.disturbance))
  }

  worlds(): readonly World[] {
    return [...this.#worlds.values()]
  }

  journalPath(region: Region): string {
    return join(this.#stateDir, 'worlds', `${region.name}.jsonl`)
  }

  async close(): Promise<void> {
    await this.background.end()
    for (const world of this.#worlds.values()) world.close()
  }
}
