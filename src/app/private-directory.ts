import { join } from 'node:path'
import { UsageError } from '../core/errors.js'
import { stateHome, unsafeBecause } from '../sandbox/private-directory.js'

/** Where this machine keeps what is evenkeel's own: keys, journals, sandboxes. */
export function stateDirectory(): string {
  return privateDirectory(join(stateHome(), 'evenkeel'))
}

/** The path itself; throws a UsageError where another user of this machine could put files into the directory. */
export function privateDirectory(path: string): string {
  const because = unsafeBecause(path)
  if (because === undefined) return path
  throw new UsageError('STATE_DIRECTORY_UNSAFE', `${path} is no place for keys: ${because}`, {
    hint: `take another directory (XDG_STATE_HOME, --sandbox-dir), or make this one your own: chown and \`chmod go-w ${path}\`, after a look at what is in it`,
  })
}
