import { isDeepStrictEqual } from 'node:util'
import { required } from '../../../core/assert.js'
import { run } from '../commands.js'
import { kernelNameFor, partitionNameOf } from '../disks/device-names.js'
import type { HostDevice } from '../disks/host-device.js'
import { HostDevices } from '../disks/host-devices.js'
import { LoopDevice } from '../disks/loop-device.js'
import { watchNode } from '../disks/node-watch.js'
import { readPartitions } from '../disks/partitions.js'
import { copyToSnapshot, growVolumeFile, replaceVolumeFile, volumeSize } from '../disks/volume-files.js'
import type { HostsDirectory } from '../directory.js'
import type { HostDescription } from '../host-backend.js'
import type { DeviceGroup } from './device-group.js'
import { type Freeze, freeze } from './freeze.js'
import { partitionsFile } from './host-mounts.js'
import { mountPointsOf } from './mounts.js'

interface AttachedDisk {
  device: HostDevice
  readonly loop: LoopDevice
  unwatch: () => void
}

/** Runs a work when no other runs for the same host. */
export type InTurn = (work: () => Promise<void>) => Promise<void>

/** The volumes in one running host. Callers run one method at a time for a host. */
export class HostDisks {
  readonly #directory: HostsDirectory
  readonly #host: HostDescription
  readonly #group: DeviceGroup | undefined
  readonly #disks = new Map<string, AttachedDisk>()
  readonly #inTurn: InTurn
  readonly #root: HostDevice
  #pid: number | undefined

  constructor(
    directory: HostsDirectory,
    host: HostDescription,
    group: DeviceGroup | undefined,
    root: HostDevice,
    inTurn: InTurn,
  ) {
    this.#root = root
    this.#inTurn = inTurn
    this.#directory = directory
    this.#host = host
    this.#group = group
  }

  /** Says which process is the host's PID 1, once its /dev and /sys are there, and shows it its root disk. */
  async openAt(pid: number): Promise<void> {
    this.#pid = pid
    await this.#devices.add(this.#root)
    await this.#list()
  }

  has(volumeId: string): boolean {
    return this.#disks.has(volumeId)
  }

  async attach(volumeId: string, deviceName: string): Promise<void> {
    if (this.#disks.has(volumeId)) return
    const sizeBytes = await volumeSize(this.#directory, volumeId)
    const loop = await LoopDevice.attach(this.#directory, this.#directory.volume(volumeId))
    const taken = new Set([...this.#disks.values()].map(({ device }) => device.kernelName))
    const naming = this.#host.deviceNaming
    const kernelName = kernelNameFor(naming, deviceName, taken)
    const { deviceNumber } = loop
    const device: HostDevice = { volumeId, kernelName, naming, deviceNumber, sizeBytes, partitions: [] }
    const disk: AttachedDisk = { device, loop, unwatch: () => {} }
    this.#disks.set(volumeId, disk)
    try {
      await this.#group?.allow(deviceNumber)
      await this.#devices.add(device)
      await this.#renewPartitions(disk)
      disk.unwatch = watchNode(this.#devices.nodeOf(device), () => this.#afterWrite(disk))
    } catch (error) {
      this.#disks.delete(volumeId)
      // A node that stayed would lead to whatever has this device next.
      await this.#devices.remove(disk.device).catch(() => {})
      await this.#group?.deny(deviceNumber).catch(() => {})
      await loop.release()
      throw error
    }
  }

  async detach(volumeId: string, options: { readonly force: boolean }): Promise<'detached' | 'busy'> {
    const disk = this.#disks.get(volumeId)
    if (disk === undefined) return 'detached'
    if (options.force) await this.#tearOff(disk.device)
    else if (await disk.loop.isBusy()) return 'busy'
    disk.unwatch()
    this.#disks.delete(volumeId)
    await this.#devices.remove(disk.device)
    await this.#list()
    for (const { deviceNumber } of [disk.device, ...disk.device.partitions]) await this.#group?.deny(deviceNumber)
    if (options.force) await disk.loop.flush()
    // Open files keep a filesystem alive in the kernel until they are closed; the volume may be elsewhere by then.
    if (!(await disk.loop.release())) await replaceVolumeFile(this.#directory, volumeId)
    return 'detached'
  }

  async grow(volumeId: string, sizeBytes: number): Promise<void> {
    await growVolumeFile(this.#directory, volumeId, sizeBytes)
    const disk = this.#disks.get(volumeId)
    if (disk === undefined) return
    await disk.loop.refreshSize()
    disk.device = { ...disk.device, sizeBytes: await volumeSize(this.#directory, volumeId) }
    await this.#devices.describe(disk.device)
    await this.#list()
  }

  async snapshot(snapshotId: string, volumeId: string): Promise<void> {
    const disk = required(this.#disks.get(volumeId), volumeId)
    // As on EC2: what had reached the device, and nothing of what stands in caches.
    if (this.#directory.snapshotsBy === 'clone') return copyToSnapshot(this.#directory, volumeId, snapshotId)
    const pid = required(this.#pid, 'PID 1')
    const mountPoints = await mountPointsOf(pid, disk.device)
    const frozen: Freeze | undefined =
      mountPoints.length === 0 ? undefined : await freeze(this.#host.instanceId, pid, mountPoints)
    try {
      if (frozen === undefined || !frozen.complete) await disk.loop.flush()
      await copyToSnapshot(this.#directory, volumeId, snapshotId)
    } finally {
      await frozen?.thaw()
    }
  }

  /** After the host's end: waits for the kernel to undo its mounts, then lets go of the devices. */
  async releaseAll(): Promise<void> {
    const disks = [...this.#disks.values()]
    this.#disks.clear()
    await Promise.all(
      disks.map(async ({ loop, unwatch }) => {
        unwatch()
        await loop.becomesFree(10_000)
        await loop.release()
      }),
    )
  }

  get #devices(): HostDevices {
    const partitions = partitionsFile(this.#directory, this.#host.instanceId)
    return new HostDevices(`/proc/${required(this.#pid, 'PID 1')}/root`, partitions)
  }

  #list(): Promise<void> {
    return this.#devices.list([this.#root, ...[...this.#disks.values()].map(({ device }) => device)])
  }

  /** Shows the host the partitions that the volume has now. */
  async #renewPartitions(disk: AttachedDisk): Promise<void> {
    const found = await readPartitions(disk.loop)
    const partitions = found.map((partition) => ({
      ...partition,
      kernelName: partitionNameOf(disk.device.kernelName, partition.number),
    }))
    if (!isDeepStrictEqual(partitions, disk.device.partitions)) {
      await this.#devices.removePartitions(disk.device)
      disk.device = { ...disk.device, partitions }
      for (const { deviceNumber } of partitions) await this.#group?.allow(deviceNumber)
      await this.#devices.addPartitions(disk.device)
    }
    await this.#list()
  }

  #afterWrite(disk: AttachedDisk): void {
    const isAttached = () => this.#disks.get(disk.device.volumeId) === disk
    // The host may end meanwhile, and its /dev with it.
    void this.#inTurn(() => (isAttached() ? this.#renewPartitions(disk) : Promise.resolve())).catch(() => {})
  }

  /** What a forced detach does to mounts. */
  async #tearOff(device: HostDevice): Promise<void> {
    const pid = required(this.#pid, 'PID 1')
    for (const mountPoint of [...(await mountPointsOf(pid, device))].reverse()) {
      await run('nsenter', ['--target', String(pid), '--mount', '--pid', 'umount', '--lazy', '--', mountPoint])
    }
  }
}
