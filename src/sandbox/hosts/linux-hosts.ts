import { rm } from 'node:fs/promises'
import pLimit, { type LimitFunction } from 'p-limit'
import { assert, required } from '../../core/assert.js'
import { HostError, UsageError } from '../../core/errors.js'
import { canHostLinux } from './capability.js'
import { type AddressBlock, claimAddressBlock } from './address-block.js'
import { type HostsDirectory, openHostsDirectory } from './directory.js'
import { type Disks, openDisks } from './disks/disk-image.js'
import { checkRoom } from './disks/room.js'
import { copyRootToSnapshot, copyToSnapshot, createVolumeFile, exists, growVolumeFile } from './disks/volume-files.js'
import { clearConsole, readConsole } from './host/console.js'
import { chooseInit, type HostInit } from './host/init.js'
import { makeRoomForWatches } from './host/inotify-limit.js'
import { Host, type HostSurroundings, writeBootFiles } from './host/host.js'
import type { Disturbance, HostBackend, HostBoot, HostDescription, HostMetadata, HostNetwork } from './host-backend.js'
import { type HeldLock, lockDirectory } from './locks.js'
import { LoopbackDoors, routedDoors } from './network/doors.js'
import { firewallRuleset } from './network/firewall-rules.js'
import { Relay } from './network/relay.js'
import { Switch } from './network/switch.js'
import { machineAddresses, WayOut, worldNameServer } from './network/way-out.js'
import { joinByUplink } from './network/uplink.js'
import { KeyedQueue } from './queue.js'
import { forgetLoops, removeGroups, sweep } from './sweep.js'

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

interface Running extends HostSurroundings {
  readonly lock: HeldLock
  readonly block: AddressBlock
  readonly wayOut?: WayOut
  readonly disks: Disks
}

class LinuxHosts implements HostBackend {
  readonly kind = 'linux'
  limits: readonly string[] = []
  readonly #stateDir: string
  readonly #reach: 'loopback' | 'routed' | undefined
  readonly #init: HostInit
  readonly #offline: boolean
  readonly #boots: LimitFunction
  readonly #queue = new KeyedQueue()
  readonly #hosts = new Map<string, Host>()
  /** Volume id -> the instance that it is attached to, running or not. */
  readonly #attachments = new Map<string, string>()
  readonly #exitListeners: ExitListener[] = []
  #running: Running | undefined
  #stopping: Promise<void> | undefined

  constructor({ stateDir, bootsAtOnce = 6, reach, init = 'systemd', offline = false }: LinuxHostsOptions) {
    this.#stateDir = stateDir
    this.#init = init
    this.#offline = offline
    this.#reach = reach
    this.#boots = pLimit(bootsAtOnce)
  }

  start(): Promise<void> {
    return this.#queue.run('sandbox', async () => {
      if (this.#running === undefined) this.#running = await this.#startAll()
    })
  }

  async #startAll(): Promise<Running> {
    const capability = canHostLinux(this.#stateDir)
    if (!capability.ok) throw new UsageError('SANDBOX_HOST_FAILED', capability.because)
    const directory = await openHostsDirectory(this.#stateDir)
    const lock = await lockDirectory(directory)
    const undo: (() => Promise<void>)[] = [() => lock.release()]
    try {
      await sweep(directory)
      const block = await claimAddressBlock(directory, this.#reach)
      undo.unshift(() => block.release())
      const { init, because } = await chooseInit(this.#init)
      const hostsMax = init === 'systemd' ? await makeRoomForWatches() : undefined
      await writeBootFiles(directory)
      const network = await Switch.start(directory, init)
      undo.unshift(() => network.stop())
      const disks = await openDisks(directory, network)
      undo.unshift(() => disks.close())
      await network.run('nft', ['-f', '-'], firewallRuleset({ publicAddresses: [], rules: [] }, machineAddresses()))
      if (block.reach === 'routed') await joinByUplink(network, block)
      const relay = await Relay.start(directory, network)
      undo.unshift(() => relay.stop())
      const wayOut = this.#offline ? 'it was started with --offline' : await WayOut.open(directory, network)
      const doors = block.reach === 'routed' ? routedDoors : new LoopbackDoors(relay)
      this.limits = limitsOf({ because, hostsMax, wayOut, copiesBecause: disks.copiesBecause })
      return {
        directory: disks.directory,
        disks,
        lock,
        block,
        network,
        relay,
        doors,
        init,
        ...(wayOut instanceof WayOut && { wayOut }),
      }
    } catch (error) {
      for (const step of undo) await step()
      throw error
    }
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
    await running.wayOut?.close()
    await running.relay.stop()
    await running.disks.close()
    await running.network.stop()
    await forgetLoops(running.directory)
    await removeGroups(running.directory)
    for (const path of [running.directory.runtime, running.directory.imageLayer]) {
      await rm(path, { recursive: true, force: true })
    }
    await running.block.release()
    await running.lock.release()
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

  setMetadata(instanceId: string, metadata: HostMetadata): Promise<void> {
    return this.#queue.run(instanceId, async () => {
      await this.#hosts.get(instanceId)?.setMetadata(metadata)
    })
  }

  async setNetwork(wanted: HostNetwork): Promise<void> {
    const { network, doors, relay, wayOut } = this.#started
    await this.#queue.run('network', async () => {
      await network.run('nft', ['-f', '-'], firewallRuleset(wanted, machineAddresses()))
      await relay.learn({ names: wanted.names, ...(wayOut && { upstream: worldNameServer }) })
      await doors.setNetwork(wanted)
    })
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

function limitsOf(found: {
  readonly because: string | undefined
  readonly hostsMax: number | undefined
  readonly wayOut: WayOut | string
  readonly copiesBecause: string | undefined
}): readonly string[] {
  const { because, hostsMax, wayOut, copiesBecause } = found
  return [
    ...(because === undefined ? [] : [`hosts boot a small script and no systemd: ${because}`]),
    ...(hostsMax === undefined
      ? []
      : [`at most ${hostsMax} hosts: fs.inotify.max_user_instances cannot be raised here`]),
    ...(wayOut instanceof WayOut ? [] : [`hosts have no way out to the network: ${wayOut}`]),
    ...(copiesBecause === undefined
      ? []
      : [`snapshots are copies, for which mounted filesystems are frozen, as EC2's are not: ${copiesBecause}`]),
  ]
}

function beingStopped(instanceId: string): HostError {
  const message = `${instanceId} cannot boot: the sandbox is being stopped`
  return new HostError('SANDBOX_HOST_FAILED', message, { host: instanceId })
}
