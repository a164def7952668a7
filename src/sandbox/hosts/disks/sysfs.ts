import { join } from 'node:path'
import { serialOf } from './device-names.js'
import type { HostDevice, HostPartition } from './host-device.js'

/** Files below /sys of a host, path -> content; and links, path -> target. */
export interface SysfsEntry {
  readonly directory: string
  readonly files: Readonly<Record<string, string | number>>
  readonly links: Readonly<Record<string, string>>
}

const blockDirectory = 'sys/devices/virtual/block'

/** What lsblk, blkid and the mkfs programs read: a loop device's values with an EBS volume's identity. */
export function sysfsOfDevice(device: HostDevice): SysfsEntry {
  const directory = join(blockDirectory, device.kernelName)
  const target = `../../devices/virtual/block/${device.kernelName}`
  return {
    directory,
    files: { ...filesOf(device, 'disk'), ...deviceFiles(device) },
    links: {
      [`sys/block/${device.kernelName}`]: `../devices/virtual/block/${device.kernelName}`,
      [`sys/class/block/${device.kernelName}`]: target,
      [`sys/dev/block/${device.deviceNumber}`]: target,
      [join(directory, 'subsystem')]: '../../../../class/block',
    },
  }
}

export function sysfsOfPartition(device: HostDevice, partition: HostPartition): SysfsEntry {
  const directory = join(blockDirectory, device.kernelName, partition.kernelName)
  const target = `../../devices/virtual/block/${device.kernelName}/${partition.kernelName}`
  return {
    directory,
    files: {
      ...filesOf(partition, 'partition'),
      partition: partition.number,
      start: partition.startSector,
    },
    links: {
      [`sys/class/block/${partition.kernelName}`]: target,
      [`sys/dev/block/${partition.deviceNumber}`]: target,
      [join(directory, 'subsystem')]: '../../../../../class/block',
    },
  }
}

function filesOf(
  { deviceNumber, kernelName, sizeBytes }: HostDevice | HostPartition,
  type: 'disk' | 'partition',
): Readonly<Record<string, string | number>> {
  const [major, minor] = deviceNumber.split(':')
  return {
    dev: deviceNumber,
    size: sizeBytes / 512,
    ro: 0,
    alignment_offset: 0,
    discard_alignment: 0,
    stat: '0 0 0 0 0 0 0 0 0 0 0',
    uevent: `MAJOR=${major}\nMINOR=${minor}\nDEVNAME=${kernelName}\nDEVTYPE=${type}`,
  }
}

function deviceFiles(device: HostDevice): Readonly<Record<string, string | number>> {
  return {
    removable: 0,
    hidden: 0,
    range: 0,
    ext_range: 256,
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
