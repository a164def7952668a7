import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname, basename } from 'node:path'

/**
 * Opens a file or directory of a running host, whose PID 1 is `pid`, by a path below its root. What is, or lies behind, a
 * symbolic link is not opened: from here an absolute one leads to a file of this machine, not of the host. Undefined
 * for such a path, and for what is not there.
 */
export async function openInside(
  pid: number,
  path: string,
  flags: number,
  mode?: number,
): Promise<FileHandle | undefined> {
  const base = dirname(path)
  const parent = base === '.' ? await open(`/proc/${pid}/root`, constants.O_DIRECTORY) : await folder(pid, base)
  try {
    return parent && (await open(`/proc/self/fd/${parent.fd}/${basename(path)}`, flags | constants.O_NOFOLLOW, mode))
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException
    if (['ELOOP', 'ENOENT', 'ENOTDIR'].includes(code)) return undefined
    throw error
  } finally {
    await parent?.close()
  }
}

function folder(pid: number, path: string): Promise<FileHandle | undefined> {
  return openInside(pid, path, constants.O_RDONLY | constants.O_DIRECTORY)
}
