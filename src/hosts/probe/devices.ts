import type { HostContent, HostDevice, HostMount } from '../../model/inside/host-facts.js'
import { swapPath } from '../../model/kinds/volume.js'
import { filesystemBytes, xfsLogBytes } from './filesystem-size.js'
import type { Block, MountInfo, Probe, Signatures } from './probe-output.js'

/** An EBS volume as its server sees it, with what is needed to work on it. */
export interface VolumeDevice extends HostDevice {
  /** Kernel number of what holds the content: the only partition, or the device itself. */
  readonly contentPath: string
  readonly blocks: readonly Block[]
}

/**
 * The EBS volumes among a server's disks, the root disk left out; sorted by volume id. On Nitro types a disk tells its
 * volume id as serial number; on Xen it tells nothing, and the name under which EC2 attached it leads to it.
 */
export function volumeDevices(
  probe: Probe,
  deviceNames: Readonly<Record<string, string>> = {},
): readonly VolumeDevice[] {
  const rootNumber = probe.mounts.findLast((mount) => mount.path === '/')?.number
  const rootBlock = probe.blocks.find((block) => block.number === rootNumber)
  const devices = probe.blocks.flatMap((disk) => {
    if (disk.parent !== '' || disk.name === (rootBlock?.parent || rootBlock?.name)) return []
    const volumeId = volumeIdOf(disk, probe.links, deviceNames)
    return volumeId === undefined ? [] : [withMountedSize(probe, deviceOf(volumeId, disk, probe.blocks))]
  })
  return devices.sort((a, b) => (a.volumeId < b.volumeId ? -1 : 1))
}

/** What is mounted from `devices`, sorted by path. Bind mounts of parts of them are left out. */
export function volumeMounts(probe: Probe, devices: readonly VolumeDevice[]): readonly HostMount[] {
  const mounts = devices.flatMap((device) =>
    mountsOf(probe, device)
      .filter(({ root, fstype }) => root === '/' || fstype === 'btrfs')
      .map((mount) => {
        const hiddenBy = hiddenByAt(probe, device, mount.path)
        // What the probe looked at is what is seen there.
        const top = hiddenBy === undefined ? probe.tops.get(mount.path) : undefined
        return {
          volumeId: device.volumeId,
          path: mount.path,
          fstype: mountedFstype(mount, device),
          options: [...new Set([...mount.options.split(','), ...mount.superOptions.split(',')])].join(','),
          owner: top ? `${top.user}:${top.group}` : '',
          mode: top?.mode ?? '',
          ...(hiddenBy !== undefined && { hiddenBy }),
        }
      }),
  )
  const swaps = devices.filter((device) => isSwappedOn(probe, device)).map(({ volumeId }) => swapMount(volumeId))
  return [...mounts, ...swaps].sort((a, b) => (a.path < b.path ? -1 : 1))
}

function hiddenByAt(probe: Probe, device: VolumeDevice, path: string): string | undefined {
  const seen = seenAt(path, probe.mounts)
  if (!seen || mountsOf(probe, device).includes(seen)) return undefined
  const source = seen.source === seen.fstype ? seen.fstype : `${seen.source} (${seen.fstype})`
  return `${source} at ${seen.path}`
}

/**
 * The filesystem that is seen at a mount point: what was mounted last on it, or on a directory above it, which hides all
 * that was mounted below before. The root directory is left out: what is mounted over it later hides nothing from anybody.
 */
export function seenAt(mountPath: string, mounts: readonly MountInfo[]): MountInfo | undefined {
  return mounts.findLast(({ path }) => path === mountPath || (path !== '/' && mountPath.startsWith(`${path}/`)))
}

/** Whether the kernel swaps to the device. */
export function isSwappedOn(probe: Pick<Probe, 'swaps' | 'links'>, device: VolumeDevice): boolean {
  return probe.swaps.some((path) => resolveLink(probe, path) === device.contentPath)
}

function swapMount(volumeId: string): HostMount {
  return { volumeId, path: swapPath, fstype: 'swap', options: 'sw', owner: '', mode: '' }
}

/** Every mount of a device, bind mounts included, in the order of mounting. btrfs shows a number of its own, so its source is compared too. */
export function mountsOf(probe: Probe, device: VolumeDevice): readonly MountInfo[] {
  const numbers = new Set(device.blocks.map((block) => block.number))
  const paths = new Set(device.blocks.map((block) => `/dev/${block.name}`))
  return probe.mounts.filter((mount) => numbers.has(mount.number) || paths.has(resolveLink(probe, mount.source)))
}

function resolveLink(probe: Pick<Probe, 'links'>, source: string): string {
  const name = probe.links.get(source.slice(source.lastIndexOf('/') + 1))
  return name === undefined ? source : `/dev/${name}`
}

function volumeIdOf(
  disk: Block,
  links: ReadonlyMap<string, string>,
  deviceNames: Readonly<Record<string, string>>,
): string | undefined {
  const serial = volumeIdFromSerial(disk.serial)
  if (serial !== undefined) return serial
  for (const [link, name] of links) {
    const match = /^nvme-Amazon_Elastic_Block_Store_(vol[0-9a-f]+)(?:_\d+)?$/.exec(link)
    if (match && name === disk.name) return volumeIdFromSerial(match[1] ?? '')
  }
  const attached = Object.entries(deviceNames).find(([, deviceName]) => {
    const short = deviceName.replace(/^\/dev\//, '')
    return disk.name === short || disk.name === short.replace(/^sd/, 'xvd')
  })
  return attached?.[0]
}

function volumeIdFromSerial(serial: string): string | undefined {
  const digits = /^vol-?([0-9a-f]{8,17})$/.exec(serial)?.[1]
  return digits === undefined ? undefined : `vol-${digits}`
}

function deviceOf(volumeId: string, disk: Block, all: readonly Block[]): VolumeDevice {
  const partitions = all.filter((block) => block.parent === disk.name)
  const only = partitions.length === 1 ? partitions[0] : undefined
  const partitionContent = only ? contentOf(only.signatures) : undefined
  const holder = only && partitionContent ? only : disk
  return {
    volumeId,
    path: `/dev/${disk.name}`,
    sizeBytes: disk.sizeBytes,
    content: partitionContent ?? contentOf(disk.signatures),
    partitionPath: holder === disk ? undefined : `/dev/${holder.name}`,
    contentPath: `/dev/${holder.name}`,
    blocks: [disk, ...partitions],
  }
}

/** Mounted, XFS and btrfs write their superblocks late, so that the kernel's word counts. XFS leaves its log out of it. */
function withMountedSize(probe: Probe, device: VolumeDevice): VolumeDevice {
  const { content } = device
  if (content?.fstype !== 'xfs' && content?.fstype !== 'btrfs') return device
  const mount = mountsOf(probe, device).at(-1)
  const total = mount && probe.tops.get(mount.path)?.totalBytes
  if (!total) return device
  const superblock = device.blocks.find((block) => `/dev/${block.name}` === device.contentPath)?.signatures.superblock
  const logBytes = content.fstype === 'xfs' && superblock ? xfsLogBytes(superblock) : 0
  return { ...device, content: { ...content, filesystemBytes: total + logBytes } }
}

/** What the probes found; undefined only when every one of them answered, and found nothing. */
function contentOf(signatures: Signatures): HostContent | undefined {
  const { blkid, blkidExitCode, wipefs, wipefsExitCode } = signatures
  const fstype = blkid['ID_FS_TYPE'] ?? blkid['ID_PART_TABLE_TYPE']
  if (blkidExitCode === 0 && fstype !== undefined) {
    return {
      fstype,
      label: blkid['ID_FS_LABEL_ENC'] ?? blkid['ID_FS_LABEL'],
      uuid: blkid['ID_FS_UUID_ENC'] ?? blkid['ID_FS_UUID'] ?? blkid['ID_PART_TABLE_UUID'],
      filesystemBytes: filesystemBytes(fstype, signatures.superblock),
    }
  }
  const nothing = { label: undefined, uuid: undefined, filesystemBytes: undefined }
  if (wipefs.length > 0) return { fstype: wipefs.join('+'), ...nothing }
  // An empty partition has no signature either, and blkid tells its entry in the table alone.
  if ((blkidExitCode === 2 || blkidExitCode === 0) && wipefsExitCode === 0) return undefined
  return { fstype: 'unknown', ...nothing }
}

/** In the stack file's words: FUSE and the kernel's own driver are both ntfs to it. */
function mountedFstype(mount: MountInfo, device: VolumeDevice): string {
  return ['fuseblk', 'ntfs3', 'msdos'].includes(mount.fstype) ? (device.content?.fstype ?? mount.fstype) : mount.fstype
}
