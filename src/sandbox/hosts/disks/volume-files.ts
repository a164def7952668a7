import { constants, copyFile, open, rename, rm, stat } from 'node:fs/promises'
import { HostError, messageOf } from '../../../core/errors.js'
import { runBound } from '../commands.js'
import type { HostsDirectory } from '../directory.js'

/** The suffix of a file that is still being written; swept at the next start. */
export const partialSuffix = '.partial'

/** Makes a volume's file, blank or from a snapshot; does nothing when it is there. */
export async function createVolumeFile(
  directory: HostsDirectory,
  volumeId: string,
  sizeBytes: number,
  fromSnapshotId: string | undefined,
): Promise<void> {
  const file = directory.volume(volumeId)
  if (await exists(file)) return
  const partial = `${file}${partialSuffix}`
  if (fromSnapshotId === undefined) {
    await rm(partial, { force: true })
  } else {
    const snapshot = directory.snapshot(fromSnapshotId)
    if (!(await exists(snapshot))) throw missing(`snapshot ${fromSnapshotId}`)
    await copyDisk(directory, snapshot, partial)
  }
  await extend(partial, sizeBytes)
  await rename(partial, file)
}

/** Extends a volume's file; never makes it smaller. */
export async function growVolumeFile(directory: HostsDirectory, volumeId: string, sizeBytes: number): Promise<void> {
  const file = directory.volume(volumeId)
  if (!(await exists(file))) throw missing(`volume ${volumeId}`)
  await extend(file, sizeBytes)
}

/** Copies a volume's file as it is now into a snapshot's; where that is no clone, whoever calls it has frozen what writes. */
export async function copyToSnapshot(directory: HostsDirectory, volumeId: string, snapshotId: string): Promise<void> {
  const file = directory.volume(volumeId)
  if (!(await exists(file))) throw missing(`volume ${volumeId}`)
  const snapshot = directory.snapshot(snapshotId)
  await copyDisk(directory, file, `${snapshot}${partialSuffix}`)
  await rename(`${snapshot}${partialSuffix}`, snapshot)
}

/** As `copyToSnapshot`, of a host's root disk: what was written to it since it was made from its image. */
export async function copyRootToSnapshot(
  directory: HostsDirectory,
  instanceId: string,
  snapshotId: string,
): Promise<void> {
  const file = directory.rootDisk(instanceId)
  if (!(await exists(file))) throw missing(`the root disk of ${instanceId}`)
  const snapshot = directory.snapshot(snapshotId)
  await copyDisk(directory, file, `${snapshot}${partialSuffix}`)
  await rename(`${snapshot}${partialSuffix}`, snapshot)
}

/**
 * Gives the volume a new file with the content that it has now. Whoever still holds the old one, by a device that it
 * was forced off, goes on writing into a file that has no name any more.
 */
export async function replaceVolumeFile(directory: HostsDirectory, volumeId: string): Promise<void> {
  const file = directory.volume(volumeId)
  await copyDisk(directory, file, `${file}${partialSuffix}`)
  await rename(`${file}${partialSuffix}`, file)
}

export async function exists(file: string): Promise<boolean> {
  return (await stat(file).catch(() => undefined)) !== undefined
}

/** Returns the volume's size in bytes. */
export async function volumeSize(directory: HostsDirectory, volumeId: string): Promise<number> {
  const found = await stat(directory.volume(volumeId)).catch(() => undefined)
  if (found === undefined) throw missing(`volume ${volumeId}`)
  return found.size
}

/** Copies a disk's file as it is now: by sharing its extents where both lie on such a filesystem, else what is no hole of it. */
export async function copyDisk({ snapshotsBy }: HostsDirectory, source: string, target: string): Promise<void> {
  await rm(target, { force: true })
  if (snapshotsBy === 'copy') {
    await runBound('cp', ['--sparse=always', '--reflink=auto', source, target])
    return
  }
  try {
    await copyFile(source, target, constants.COPYFILE_FICLONE_FORCE)
  } catch (cause) {
    throw new HostError('SANDBOX_HOST_FAILED', `a disk was not copied: ${messageOf(cause)}`, {
      host: 'this machine',
      cause,
    })
  }
}

async function extend(file: string, sizeBytes: number): Promise<void> {
  const handle = await open(file, 'a', 0o600)
  try {
    if ((await handle.stat()).size < sizeBytes) await handle.truncate(sizeBytes)
  } finally {
    await handle.close()
  }
}

function missing(what: string): HostError {
  return new HostError('SANDBOX_HOST_FAILED', `${what} has no file in the sandbox`, { host: 'this machine' })
}
