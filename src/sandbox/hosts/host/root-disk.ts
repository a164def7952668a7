import { rename, rm, stat, truncate, writeFile } from 'node:fs/promises'
import { HostError } from '../../../core/errors.js'
import { runBound } from '../commands.js'
import type { HostsDirectory } from '../directory.js'
import { LoopDevice } from '../disks/loop-device.js'
import { partialSuffix } from '../disks/volume-files.js'

/**
 * Opens a host's root disk as a block device: a sparse file with an ext4 filesystem of the size asked for, whose directory
 * `upper` lies over the image. Made at the first boot; one that was asked to be larger since grows, as cloud-init's growpart
 * and resizefs do at a boot. It has no journal: what a power failure of the machine leaves, the check repairs.
 */
export async function openRootDisk(
  directory: HostsDirectory,
  instanceId: string,
  sizeBytes: number,
): Promise<LoopDevice> {
  const file = directory.rootDisk(instanceId)
  const found = await stat(file).catch(() => undefined)
  if (found === undefined) await make(file, sizeBytes)
  else {
    await check(file, found.size < sizeBytes ? '-fp' : '-p')
    if (found.size < sizeBytes) {
      await truncate(file, sizeBytes)
      await runBound('resize2fs', [file])
    }
  }
  return LoopDevice.attach(directory, file)
}

async function make(file: string, sizeBytes: number): Promise<void> {
  const partial = `${file}${partialSuffix}`
  await rm(partial, { force: true })
  await writeFile(partial, '', { mode: 0o600 })
  await truncate(partial, sizeBytes)
  // The file is all zeros: nothing needs to be written to its inode tables, now or by the kernel later (noinit_itable).
  const features = '^has_journal,^metadata_csum'
  await runBound('mkfs.ext4', ['-q', '-F', '-m', '1', '-O', features, '-E', 'lazy_itable_init=1,nodiscard', partial])
  await rename(partial, file)
}

/** e2fsck(8): 1 is "errors corrected". */
async function check(file: string, how: '-p' | '-fp'): Promise<void> {
  try {
    await runBound('e2fsck', [how, file])
  } catch (error) {
    if (!(error instanceof HostError) || error.exitCode !== 1) throw error
  }
}
