import { rm } from 'node:fs/promises'
import pLimit, { type LimitFunction } from 'p-limit'
import { assert, required } from '../../core/assert.js'
import { HostError } from '../../core/errors.js'
import type { HostsDirectory } from './directory.js'
import { checkRoom } from './disks/room.js'
import { copyRootToSnapshot, copyToSnapshot, createVolumeFile, exists, growVolumeFile } from './disks/volume-files.js'
import { clearConsole, readConsole } from './host/console.js'
import type { HostInit } from './host/init.js'
import { Host } from './host/host.js'
import type {
  BalancerListener,
  Disturbance,
  HostBackend,
  HostBoot,
  HostDescription,
  HostInterface,
  HostMetadata,
  HostNetwork,
  Probe,
  ProbeResult,
} from './host-backend.js'
import { firewallRuleset } from './network/firewall-rules.js'
import { machineAddresses, worldNameServer } from './network/way-out.js'
import { KeyedQueue } from './queue.js'
import { type Running, type RunningOptions, startRunning, stopRunning } from './running.js'

export interface LinuxHostsOptions {
  /** Where disks, volumes and snapshots are kept; made when it is not there. On a filesystem that overlayfs can write to. */
  readonly stateDir: string
  /** How many hosts boot at a time; the others wait. */
  readonly bootsAtOnce?: number
  /**
   * How this machine reaches hosts: by listeners on 127.B.H.L, or by a link and a route to 100.B.H.L. Left out, the
   * first, unless a program listens on port 22 of all this machine's addresses.
   */
  readonly reach?: 'loopback' | 'routed'
  /** Left out: systemd, where this machine lets hosts have it. */
  readonly init?: HostInit
  /** Whether hosts are kept from the network that this machine is in. */
  readonly offline?: boolean
}

/**
 * Instances as real Linux hosts and volumes as real block devices of this machine: namespaces over an overlay of `/`,
 * loop devices, a network of their own behind 127.B.H.L. Needs root and what `canHostLinux` asks for.
 *
 * Root in a host has fewer capabilities than root of the machine and may open its own disks alone, where cgroup v1 is
 * there. That protects against accidents. It is not a security boundary: run nothing there that you would not run as
 * root on this machine. A root disk's fsync is not carried out: it outlives this process and its kill, not a power failure
 * of the machine.
 */
export function createLinuxHosts(options: LinuxHostsOptions): HostBackend {
  return new LinuxHosts(options)
}

type ExitListener = Parameters<HostBackend['onExit']>[0]

class LinuxHosts implements HostBackend {
  readonly kind = 'linux'
  limits: readonly string[] = []
  readonly #options: RunningOptions
  readonly #boots: LimitFunction
  readonly #queue = new KeyedQueue()
  readonly #hosts = new Map<string, Host>()
  /** Volume id -> the instance that it is attached to, running or not. */
  readonly #attachments = new Map<string, string>()
  readonly #exitListeners: ExitListener[] = []
  #running: Running | undefined
  #stopping: Promise<void> | undefined

  constructor({ stateDir, bootsAtOnce = 6, reach, init = 'systemd', offline = false }: LinuxHostsOptions) {
    this.#options = { stateDir, reach, init, offline }
    this.#boots = pLimit(bootsAtOnce)
  }

  start(): Promise<void> {
    return this.#queue.run('sandbox', async () => {
      if (this.#running !== undefined) return
      this.#running = await startRunning(this.#options)
      this.limits = this.#running.limits
    })
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#stopAll().finally(() => (this.#stopping = undefined))
    return this.#stopping
  }

  async #stopAll(): Promise<void> {
    await this.#queue.idle()
    const running = this.#running
    if (running === undefined) return
    await Promise.all([...this.#hosts.keys()].map((instanceId) => this.shutdown(instanceId, { force: false })))
    this.#running = undefined
    this.#attachments.clear()
    await stopRunning(running)
  }

  disturb(disturbance: Disturbance): Promise<void> {
    return this.#started.relay.disturb(disturbance)
  }

  publicIpFor(number: string): string {
    return this.#started.block.publicIpFor(number)
  }

  boot(description: HostDescription): Promise<HostBoot> {
    const { instanceId } = description
    return this.#queue.run(instanceId, async () => {
      if (!this.#hosts.has(instanceId)) {
        await checkRoom(this.#directory, `the boot of ${instanceId}`)
        for (const { volumeId } of description.volumes) this.#attachments.set(volumeId, instanceId)
        const host = await this.#boots(() => {
          if (this.#stopping !== undefined) throw beingStopped(instanceId)
          return Host.boot(this.#started, description, (work) => this.#queue.run(instanceId, work))
        })
        this.#hosts.set(instanceId, host)
        void host.end.then((how) => {
          this.#hosts.delete(instanceId)
          if (how !== 'stopped') for (const listener of this.#exitListeners) listener(instanceId, how)
        })
      }
      return { hostKeys: await required(this.#hosts.get(instanceId), instanceId).keys() }
    })
  }

  shutdown(instanceId: string, options: { readonly force: boolean }): Promise<void> {
    return this.#queue.run(instanceId, async () => {
      await this.#hosts.get(instanceId)?.stop(options)
      this.#hosts.delete(instanceId)
    })
  }

  destroy(instanceId: string): Promise<void> {
    return this.#queue.run(instanceId, async () => {
      assert(!this.#hosts.has(instanceId), `${instanceId} runs: it must be shut down first`)
      for (const [volumeId, holder] of this.#attachments) {
        if (holder === instanceId) this.#attachments.delete(volumeId)
      }
      await rm(this.#directory.rootDisk(instanceId), { force: true })
      await rm(this.#directory.instance(instanceId), { recursive: true, force: true })
    })
  }

  onExit(listener: ExitListener): void {
    this.#exitListeners.push(listener)
  }

  console(instanceId: string): Promise<string> {
    return readConsole(this.#directory, instanceId)
  }

  clearConsole(instanceId: string): Promise<void> {
    return this.#queue.run(instanceId, () => clearConsole(this.#directory, instanceId))
  }

  createVolume(volumeId: string, sizeBytes: number, fromSnapshotId: string | undefined): Promise<void> {
    return this.#queue.run(volumeId, async () => {
      await checkRoom(this.#directory, `volume ${volumeId}`)
      await createVolumeFile(this.#directory, volumeId, sizeBytes, fromSnapshotId)
    })
  }

  deleteVolume(volumeId: string): Promise<void> {
    return this.#queue.run(volumeId, () => rm(this.#directory.volume(volumeId), { force: true }))
  }

  growVolume(volumeId: string, sizeBytes: number): Promise<void> {
    return this.#withVolume(volumeId, async (host) => {
      if (host === undefined) await growVolumeFile(this.#directory, volumeId, sizeBytes)
      else await host.disks.grow(volumeId, sizeBytes)
    })
  }

  attachVolume(
    volumeId: string,
    attachment: { readonly instanceId: string; readonly deviceName: string },
  ): Promise<void> {
    const { instanceId, deviceName } = attachment
    return this.#queue.run(instanceId, async () => {
      await this.#hosts.get(instanceId)?.disks.attach(volumeId, deviceName)
      this.#attachments.set(volumeId, instanceId)
    })
  }

  detachVolume(volumeId: string, options: { readonly force: boolean }): Promise<'detached' | 'busy'> {
    return this.#withVolume(volumeId, async (host) => {
      const outcome = host === undefined ? 'detached' : await host.disks.detach(volumeId, options)
      if (outcome === 'detached') this.#attachments.delete(volumeId)
      return outcome
    })
  }

  createSnapshot(snapshotId: string, volumeId: string): Promise<void> {
    return this.#withVolume(volumeId, async (host) => {
      if (await exists(this.#directory.snapshot(snapshotId))) return
      await checkRoom(this.#directory, `snapshot ${snapshotId}`)
      if (host === undefined) await copyToSnapshot(this.#directory, volumeId, snapshotId)
      else await host.disks.snapshot(snapshotId, volumeId)
    })
  }

  createRootSnapshot(snapshotId: string, instanceId: string): Promise<void> {
    return this.#queue.run(instanceId, async () => {
      if (!(await exists(this.#directory.snapshot(snapshotId)))) {
        await checkRoom(this.#directory, `snapshot ${snapshotId}`)
        await copyRootToSnapshot(this.#directory, instanceId, snapshotId)
      }
    })
  }

  deleteSnapshot(snapshotId: string): Promise<void> {
    return rm(this.#directory.snapshot(snapshotId), { force: true })
  }

  setInterfaces(instanceId: string, interfaces: readonly HostInterface[]): Promise<void> {
    return this.#queue.run(instanceId, async () => {
      await this.#hosts.get(instanceId)?.setInterfaces(interfaces)
    })
  }

  setMetadata(instanceId: string, metadata: HostMetadata): Promise<void> {
    return this.#queue.run(instanceId, async () => {
      await this.#hosts.get(instanceId)?.setMetadata(metadata)
    })
  }

  async setNetwork(wanted: HostNetwork): Promise<void> {
    const { network, doors, relay, wayOut, balancers } = this.#started
    await this.#queue.run('network', async () => {
      await balancers.setAddresses(wanted.balancers ?? [])
      await network.run('nft', ['-f', '-'], firewallRuleset(wanted, machineAddresses()))
      await relay.learn({ names: wanted.names, ...(wayOut && { upstream: worldNameServer }) })
      await doors.setNetwork(wanted)
    })
  }

  setBalancers(listeners: readonly BalancerListener[]): Promise<void> {
    const { balancers } = this.#started
    return this.#queue.run('network', () => balancers.balance(listeners))
  }

  probe(probe: Probe): Promise<ProbeResult> {
    return this.#started.balancers.probe(probe)
  }

  /** Runs a work on a volume in the turn of the instance that holds it, with its host where that runs. */
  #withVolume<T>(volumeId: string, work: (host: Host | undefined) => Promise<T>): Promise<T> {
    const instanceId = this.#attachments.get(volumeId)
    return this.#queue.run(instanceId ?? volumeId, () => {
      const host = instanceId === undefined ? undefined : this.#hosts.get(instanceId)
      return work(host?.disks.has(volumeId) ? host : undefined)
    })
  }

  get #started(): Running {
    return required(this.#running, 'the sandbox')
  }

  get #directory(): HostsDirectory {
    return this.#started.directory
  }
}

function beingStopped(instanceId: string): HostError {
  const message = `${instanceId} cannot boot: the sandbox is being stopped`
  return new HostError('SANDBOX_HOST_FAILED', message, { host: instanceId })
}
