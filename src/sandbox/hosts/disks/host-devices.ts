import { chown, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../commands.js'
import { byIdNamesOf } from './device-names.js'
import type { HostDevice, HostPartition } from './host-device.js'
import { exists } from './volume-files.js'
import { type SysfsEntry, sysfsOfDevice, sysfsOfPartition } from './sysfs.js'

/** What stands in for udev and sysfs in one running host: `root` is /proc/<its PID 1>/root, `partitionsFile` what its /proc/partitions is. */
export class HostDevices {
  readonly #root: string
  readonly #partitionsFile: string

  constructor(root: string, partitionsFile: string) {
    this.#root = root
    this.#partitionsFile = partitionsFile
  }

  /** The device's node, seen from this machine. */
  nodeOf(device: HostDevice): string {
    return join(this.#root, 'dev', device.kernelName)
  }

  /** Makes the device's node, links and sysfs entries; its partitions' too. */
  async add(device: HostDevice): Promise<void> {
    await this.#makeNode(device.kernelName, device.deviceNumber, byIdNamesOf(device.naming, device.volumeId))
    await this.describe(device)
    await this.#link(sysfsOfDevice(device))
    await this.addPartitions(device)
  }

  async addPartitions(device: HostDevice): Promise<void> {
    for (const partition of device.partitions) {
      await this.#makeNode(partition.kernelName, partition.deviceNumber, partitionLinks(device, partition))
      const entry = sysfsOfPartition(device, partition)
      await this.#write(entry)
      await this.#link(entry)
    }
  }

  /** Rewrites what sysfs says of the device, after it grew. */
  async describe(device: HostDevice): Promise<void> {
    const entry = sysfsOfDevice(device)
    for (const name of ['queue', 'device', 'holders', 'slaves']) {
      await mkdir(join(this.#root, entry.directory, name), { recursive: true })
    }
    await this.#write(entry)
  }

  async remove(device: HostDevice): Promise<void> {
    await this.removePartitions(device)
    await this.#remove(device.kernelName, byIdNamesOf(device.naming, device.volumeId), sysfsOfDevice(device))
  }

  async removePartitions(device: HostDevice): Promise<void> {
    for (const partition of device.partitions) {
      const links = partitionLinks(device, partition)
      await this.#remove(partition.kernelName, links, sysfsOfPartition(device, partition))
    }
  }

  /** Writes /proc/partitions, by which libblkid finds `UUID=` and `LABEL=`. */
  async list(devices: readonly HostDevice[]): Promise<void> {
    const rows = devices
      .flatMap((device) => [device, ...device.partitions])
      .map(({ deviceNumber, sizeBytes, kernelName }) => {
        const [major = '', minor = ''] = deviceNumber.split(':')
        return `${major.padStart(4)} ${minor.padStart(8)} ${String(sizeBytes / 1024).padStart(10)} ${kernelName}\n`
      })
    // Its inode is bound over /proc/partitions, so it is written in place.
    await writeFile(this.#partitionsFile, `major minor  #blocks  name\n\n${rows.join('')}`)
  }

  async #makeNode(kernelName: string, deviceNumber: string, byIdNames: readonly string[]): Promise<void> {
    const [major = '', minor = ''] = deviceNumber.split(':')
    const node = join(this.#root, 'dev', kernelName)
    // The root disk's is there since the boot.
    if (!(await exists(node))) {
      await run('mknod', ['-m', '660', node, 'b', major, minor])
      await chown(node, 0, 6) // Debian's group `disk`
    }
    for (const name of byIdNames) await symlink(`../../${kernelName}`, join(this.#root, 'dev/disk/by-id', name))
  }

  async #write({ directory, files }: SysfsEntry): Promise<void> {
    await mkdir(join(this.#root, directory), { recursive: true })
    for (const [name, value] of Object.entries(files)) {
      await writeFile(join(this.#root, directory, name), `${value}\n`)
    }
  }

  async #link({ links }: SysfsEntry): Promise<void> {
    for (const [path, target] of Object.entries(links)) await symlink(target, join(this.#root, path))
  }

  async #remove(kernelName: string, byIdNames: readonly string[], { directory, links }: SysfsEntry): Promise<void> {
    const paths = byIdNames.map((name) => join('dev/disk/by-id', name)).concat(join('dev', kernelName))
    for (const path of paths.concat(Object.keys(links))) await rm(join(this.#root, path), { force: true })
    await rm(join(this.#root, directory), { recursive: true, force: true })
  }
}

function partitionLinks(device: HostDevice, partition: HostPartition): readonly string[] {
  return byIdNamesOf(device.naming, device.volumeId).map((name) => `${name}-part${partition.number}`)
}
