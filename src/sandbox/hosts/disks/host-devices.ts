import { chown, mkdir, rm, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { run } from '../commands.js'
import { byIdNamesOf, serialOf } from './device-names.js'

/** A volume as a host sees it. */
export interface HostDevice {
  readonly volumeId: string
  /** e.g. `nvme1n1` or `xvdf`. */
  readonly kernelName: string
  readonly naming: 'nvme' | 'xen'
  /** e.g. `7:9`. */
  readonly deviceNumber: string
  readonly sizeBytes: number
}

/** What stands in for udev and sysfs in one running host: `root` is /proc/<its PID 1>/root. */
export class HostDevices {
  readonly #root: string

  constructor(root: string) {
    this.#root = root
  }

  /** Makes the device's node, links and sysfs entries. */
  async add(device: HostDevice): Promise<void> {
    const [major = '', minor = ''] = device.deviceNumber.split(':')
    const node = join(this.#root, 'dev', device.kernelName)
    await run('mknod', ['-m', '660', node, 'b', major, minor])
    await chown(node, 0, 6) // Debian's group `disk`
    for (const name of byIdNamesOf(device.naming, device.volumeId)) {
      await symlink(`../../${device.kernelName}`, join(this.#root, 'dev/disk/by-id', name))
    }
    await this.describe(device)
    for (const { path, target } of sysfsLinks(device)) await symlink(target, join(this.#root, path))
  }

  /** Rewrites what sysfs says of the device, after it grew. */
  async describe(device: HostDevice): Promise<void> {
    const directory = join(this.#root, sysfsDirectory(device))
    for (const name of ['queue', 'device', 'holders', 'slaves']) await mkdir(join(directory, name), { recursive: true })
    for (const [name, value] of Object.entries(sysfsFiles(device))) await writeFile(join(directory, name), `${value}\n`)
  }

  async remove(device: HostDevice): Promise<void> {
    const links = byIdNamesOf(device.naming, device.volumeId).map((name) => join('dev/disk/by-id', name))
    const paths = [...links, join('dev', device.kernelName), ...sysfsLinks(device).map(({ path }) => path)]
    for (const path of paths) await rm(join(this.#root, path), { force: true })
    await rm(join(this.#root, sysfsDirectory(device)), { recursive: true, force: true })
  }

  /** Writes /proc/partitions, by which libblkid finds `UUID=` and `LABEL=`. */
  async list(devices: readonly HostDevice[]): Promise<void> {
    const rows = devices.map(({ deviceNumber, sizeBytes, kernelName }) => {
      const [major = '', minor = ''] = deviceNumber.split(':')
      return `${major.padStart(4)} ${minor.padStart(8)} ${String(sizeBytes / 1024).padStart(10)} ${kernelName}\n`
    })
    // Its inode is bound over /proc/partitions, so it is written in place.
    await writeFile(join(this.#root, 'run/evenkeel/partitions'), `major minor  #blocks  name\n\n${rows.join('')}`)
  }
}

function sysfsDirectory(device: HostDevice): string {
  return join('sys/devices/virtual/block', device.kernelName)
}

function sysfsLinks(device: HostDevice): readonly { readonly path: string; readonly target: string }[] {
  return [
    { path: `sys/block/${device.kernelName}`, target: `../devices/virtual/block/${device.kernelName}` },
    { path: `sys/class/block/${device.kernelName}`, target: `../../devices/virtual/block/${device.kernelName}` },
    { path: `sys/dev/block/${device.deviceNumber}`, target: `../../devices/virtual/block/${device.kernelName}` },
    { path: join(sysfsDirectory(device), 'subsystem'), target: '../../../../class/block' },
  ]
}

/** The files that lsblk, blkid and the mkfs programs read, with a loop device's values and an EBS volume's identity. */
function sysfsFiles(device: HostDevice): Readonly<Record<string, string | number>> {
  const [major, minor] = device.deviceNumber.split(':')
  return {
    dev: device.deviceNumber,
    size: device.sizeBytes / 512,
    ro: 0,
    removable: 0,
    hidden: 0,
    range: 0,
    ext_range: 256,
    alignment_offset: 0,
    discard_alignment: 0,
    stat: '0 0 0 0 0 0 0 0 0 0 0',
    uevent: `MAJOR=${major}\nMINOR=${minor}\nDEVNAME=${device.kernelName}\nDEVTYPE=disk`,
    'queue/rotational': 0,
    'queue/logical_block_size': 512,
    'queue/physical_block_size': 512,
    'queue/hw_sector_size': 512,
    'queue/minimum_io_size': 512,
    'queue/optimal_io_size': 0,
    'queue/discard_granularity': 4096,
    'queue/discard_max_bytes': 4_294_966_784,
    'queue/discard_zeroes_data': 0,
    'queue/scheduler': '[none]',
    'queue/nr_requests': 128,
    'queue/read_ahead_kb': 128,
    'queue/dax': 0,
    'queue/zoned': 'none',
    'device/model': 'Amazon Elastic Block Store'.padEnd(40),
    'device/serial': serialOf(device.volumeId),
  }
}
