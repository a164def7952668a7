import { randomBytes } from 'node:crypto'
import { chmodSync, realpathSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs'
import { messageOf, UsageError } from '../../core/errors.js'

/**
 * Writes a file whole or not at all; what is there and is no plain file (a pipe, a terminal, /dev/stdout) is written into, and
 * stays what it is. `what` names the content to people; the mode `kept` is that of the file that is there. Throws a UsageError where it cannot.
 */
export function writeWhole(
  path: string,
  text: string,
  { what, mode = 0o666 }: { readonly what: string; readonly mode?: number | 'kept' },
): void {
  try {
    write(path, text, mode)
  } catch (error) {
    throw new UsageError('FILE_UNWRITABLE', `${what} cannot be written to ${path}: ${messageOf(error)}`, {
      cause: error,
    })
  }
}

function write(path: string, text: string, mode: number | 'kept'): void {
  const found = statSync(path, { throwIfNoEntry: false })
  if (found && !found.isFile()) {
    writeFileSync(path, text)
    return
  }
  const target = found ? realpathSync(path) : path
  const temporary = `${target}.${randomBytes(4).toString('hex')}`
  try {
    writeFileSync(temporary, text, { mode: mode === 'kept' ? 0o600 : mode, flag: 'wx' })
    if (mode === 'kept') chmodSync(temporary, found ? found.mode & 0o7777 : 0o666 & ~process.umask())
    renameSync(temporary, target)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw error
  }
}
