import { chmod, mkdir, rename, rm, stat, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HostError } from '../../../core/errors.js'
import { runBound } from '../commands.js'
import type { HostsDirectory } from '../directory.js'
import type { HostDescription } from '../host-backend.js'
import { LoopDevice } from '../disks/loop-device.js'
import { copyDisk, exists, partialSuffix } from '../disks/volume-files.js'

/**
 * Opens a host's root disk as a block device: a sparse file with an ext4 filesystem of the size asked for, whose directory
 * `upper` lies over the image. Made at the first boot, blank or of a snapshot of another; one that was asked to be larger
 * grows, as cloud-init's growpart and resizefs do at a boot. It has no journal: what a power failure of the machine leaves,
 * and a snapshot taken of a running host, the check repairs.
 */
export async function openRootDisk(
  directory: HostsDirectory,
  { instanceId, rootSizeBytes: sizeBytes, rootSnapshotId }: HostDescription,
): Promise<LoopDevice> {
  const file = directory.rootDisk(instanceId)
  const isNew = !(await exists(file))
  if (isNew) {
    const source =
      rootSnapshotId === undefined ? await blankOf(directory, sizeBytes) : directory.snapshot(rootSnapshotId)
    await copyDisk(directory, source, `${file}${partialSuffix}`)
    await rename(`${file}${partialSuffix}`, file)
  }
  if (!isNew || rootSnapshotId !== undefined) await checkAndGrow(file, sizeBytes)
  return LoopDevice.attach(directory, file)
}

async function checkAndGrow(file: string, sizeBytes: number): Promise<void> {
  const grows = (await stat(file)).size < sizeBytes
  await check(file, grows ? '-fp' : '-p')
  if (!grows) return
  await truncate(file, sizeBytes)
  await runBound('resize2fs', [file])
}

const inTheMaking = new Map<string, Promise<string>>()

/** A root disk of that size on which nothing has been written yet, made once for each size: as of one AMI, all have one UUID. */
async function blankOf(directory: HostsDirectory, sizeBytes: number): Promise<string> {
  const file = directory.blankDisk(sizeBytes)
  if (await exists(file)) return file
  const making = inTheMaking.get(file) ?? makeBlank(file, sizeBytes).finally(() => inTheMaking.delete(file))
  inTheMaking.set(file, making)
  return making
}

/** Directories that the image hides of the machine, as they are on a new root disk: path -> mode. */
const directories: Readonly<Record<string, number>> = {
  ...Object.fromEntries(
    ['', 'home', 'mnt', 'media', 'srv', 'opt', 'run', 'dev', 'proc', 'sys'].map((path) => [path, 0o755]),
  ),
  root: 0o700,
  tmp: 0o1777,
  'var/tmp': 0o1777,
  ...Object.fromEntries(
    ['var', 'var/log', 'var/lib/sudo', 'var/lib/cloud/instances', 'etc/ssh'].map((path) => [path, 0o755]),
  ),
}

async function makeBlank(file: string, sizeBytes: number): Promise<string> {
  const partial = `${file}${partialSuffix}`
  const tree = `${file}.tree`
  for (const path of [partial, tree]) await rm(path, { recursive: true, force: true })
  for (const [path, mode] of Object.entries(directories)) {
    await mkdir(join(tree, 'upper', path), { recursive: true })
    await chmod(join(tree, 'upper', path), mode)
  }
  await mkdir(join(tree, 'work'))
  await symlink('/run', join(tree, 'upper/var/run'))
  await symlink('/run/lock', join(tree, 'upper/var/lock'))
  await writeFile(partial, '', { mode: 0o600 })
  await truncate(partial, sizeBytes)
  // Few tables, and none written that are all zeros anyway: an empty disk of 8 GiB takes 200 kB and 3 ms to copy.
  const features = '^has_journal,^resize_inode,sparse_super2'
  const extras = 'lazy_itable_init=1,nodiscard,num_backup_sb=0,root_owner=0:0'
  // prettier-ignore
  await runBound('mkfs.ext4', ['-q', '-F', '-m', '1', '-i', '16384', '-G', '4096', '-O', features, '-E', extras, '-d', tree, partial])
  await rm(tree, { recursive: true })
  await rename(partial, file)
  return file
}

/**
 * e2fsck(8): 1 is "errors corrected", 4 "left uncorrected". What it leaves for a person to decide is what a journal would
 * have kept from being there, such as blocks that two files claim, because one had just given them up.
 */
async function check(file: string, how: '-p' | '-fp' | '-fy'): Promise<void> {
  try {
    await runBound('e2fsck', [how, file])
  } catch (error) {
    const exitCode = error instanceof HostError ? error.exitCode : undefined
    if (exitCode === 1) return
    if (exitCode !== 4 || how === '-fy') throw error
    await check(file, '-fy')
  }
}
