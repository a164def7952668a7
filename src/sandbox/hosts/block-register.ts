import { mkdir, readFile, rename, rm, symlink } from 'node:fs/promises'
import { join } from 'node:path'
import type { HostsDirectory } from './directory.js'

/**
 * Which block is kept for which sandbox, also while none runs: link B of this machine leads to the file in which a
 * state directory remembers its block. It counts as long as that file is there and says B.
 */
const register = '/run/evenkeel/address-blocks'

/** Whether a state directory, running or not, remembers this block as its own. */
export async function isBlockKept(number: number): Promise<boolean> {
  const remembered = await readFile(join(register, String(number)), 'utf8').catch(() => '')
  return remembered.trim() === String(number)
}

/** Keeps the block for this directory, which remembers it and holds its lock. Where /run is read-only, nothing is kept. */
export async function keepBlock(number: number, directory: HostsDirectory): Promise<void> {
  const draft = join(register, `${number}.${directory.identity}`)
  try {
    await mkdir(register, { recursive: true, mode: 0o755 })
    await rm(draft, { force: true })
    await symlink(directory.addressBlockFile, draft)
    await rename(draft, join(register, String(number)))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EROFS') throw error
  }
}
