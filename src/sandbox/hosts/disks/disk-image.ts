import { existsSync } from 'node:fs'
import { appendFile, mkdir, open, readdir, rename, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { messageOf } from '../../../core/errors.js'
import { run, runBound } from '../commands.js'
import type { HostsDirectory } from '../directory.js'
import type { Switch } from '../network/switch.js'
import { loopsOver, waitUntilReleased } from './loop-device.js'
import { partialSuffix } from './volume-files.js'

/** Where the files of volumes and snapshots are in this run. */
export interface Disks {
  readonly directory: HostsDirectory
  /** Why a snapshot is a plain copy here; absent where it is what had reached the disk, as EC2's. */
  readonly copiesBecause?: string
  /** Lets go of the image, once no host and no device uses it any more. */
  close(): Promise<void>
}

/**
 * Opens the image on which volumes and snapshots lie: an XFS filesystem with shared extents, of the sandbox's own, sparse,
 * as large as there is room. There a snapshot shares its volume's extents: it is taken in milliseconds while a host has the
 * volume mounted, and it is what had reached the device, as EC2 takes it (EBS User Guide, "Create snapshots"). Made at the
 * first start; where it cannot be had, and in worlds whose volumes are plain files already, snapshots are plain copies.
 *
 * It is mounted where the switch lives and nowhere else, so that it goes with that by itself.
 */
export async function openDisks(directory: HostsDirectory, network: Switch): Promise<Disks> {
  const isNew = !existsSync(directory.disksImage)
  const because = isNew ? await makeImage(directory) : undefined
  if (because !== undefined) return plain(directory, because)
  try {
    await mount(directory, network)
  } catch (error) {
    // What is on it is the world's: it goes on with it or not at all.
    if (!isNew) throw error
    await rm(directory.disksImage, { force: true })
    return plain(directory, `an image with XFS cannot be mounted here (${messageOf(error)})`)
  }
  const base = `/proc/${network.pid}/root${directory.disks}`
  for (const folder of ['volumes', 'snapshots']) {
    await mkdir(join(base, folder), { recursive: true, mode: 0o700 })
    for (const name of await readdir(join(base, folder))) {
      if (name.endsWith(partialSuffix)) await rm(join(base, folder, name), { force: true })
    }
  }
  await clearBlanks(base)
  return {
    directory: directory.withDisks({ base, namespace: `/proc/${network.pid}/ns/mnt` }),
    close: () => unmount(directory, network),
  }
}

async function plain(directory: HostsDirectory, copiesBecause: string): Promise<Disks> {
  await clearBlanks(directory.root)
  return { directory, copiesBecause, close: () => Promise.resolve() }
}

/** Blank root disks are as this version makes them. */
async function clearBlanks(base: string): Promise<void> {
  await rm(join(base, 'blanks'), { recursive: true, force: true })
  await mkdir(join(base, 'blanks'), { mode: 0o700 })
}

/** XFS takes no less than 300 MiB, of which 64 MiB are its log; chosen, with room for some data. */
const roomMinimumBytes = 2 ** 30

/** Resolves why there can be none, or undefined when it is there. */
async function makeImage(directory: HostsDirectory): Promise<string | undefined> {
  for (const folder of [directory.volume(''), directory.snapshot('')].map((path) => join(path, '..'))) {
    if ((await readdir(folder)).length > 0) return 'its volumes are plain files since an earlier version'
  }
  const { bavail, bsize } = await statfs(directory.root)
  const roomBytes = bavail * bsize
  if (roomBytes < roomMinimumBytes) return 'its disk has less than 1 GiB free'
  const partial = `${directory.disksImage}${partialSuffix}`
  await rm(partial, { force: true })
  try {
    const handle = await open(partial, 'w', 0o600)
    await handle.truncate(roomBytes)
    await handle.close()
    // Four groups, as for a single disk of any size; no discard, as the file is empty.
    await runBound('mkfs.xfs', ['-q', '-K', '-m', 'reflink=1', '-d', 'agcount=4', partial])
    await rename(partial, directory.disksImage)
    return undefined
  } catch (error) {
    await rm(partial, { force: true })
    return `an image with XFS cannot be made here (${messageOf(error)})`
  }
}

async function mount({ disks, disksImage, loopsFile }: HostsDirectory, network: Switch): Promise<void> {
  // What a killed daemon had mounted is written out by the kernel before it lets go.
  await waitUntilReleased(disksImage)
  const leftBound = await loopsOver(disksImage)
  if (leftBound.length > 0) throw new Error(`${disksImage} is still in use as ${leftBound.join(', ')}`)
  await mkdir(disks, { recursive: true, mode: 0o700 })
  // Freed extents become holes of the image again; a copied state directory has the same UUID as its original.
  await inNamespace(network, 'mount', ['-t', 'xfs', '-o', 'loop,nouuid,discard,noatime', disksImage, disks])
  for (const loop of await loopsOver(disksImage)) await appendFile(loopsFile, `${loop}\n`)
}

async function unmount({ disks, disksImage }: HostsDirectory, network: Switch): Promise<void> {
  await inNamespace(network, 'umount', [disks])
  await waitUntilReleased(disksImage)
}

function inNamespace(network: Switch, program: string, args: readonly string[]): Promise<string> {
  return run('nsenter', [`--mount=/proc/${network.pid}/ns/mnt`, program, ...args])
}
