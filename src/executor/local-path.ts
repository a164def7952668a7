import { homedir } from 'node:os'
import { isAbsolute, join } from 'node:path'

/**
 * A path of the stack file on this machine: `~` is the home directory, everything else is relative to the directory of
 * the stack file. A trailing slash stays, because rsync gives it a meaning.
 */
export function localPath(path: string, baseDirectory: string): string {
  if (path === '~') return homedir()
  if (path.startsWith('~/')) return join(homedir(), path.slice(2))
  return isAbsolute(path) ? path : join(baseDirectory, path)
}
