import { createServer, type Server } from 'node:net'
import type { ListenOptions } from 'node:net'
import { UsageError } from '../../core/errors.js'
import type { HostsDirectory } from './directory.js'

/** A listener that is held as a lock: the kernel frees it when this process ends, however it ends. */
export interface HeldLock {
  release(): Promise<void>
}

/** Resolves the lock, or undefined when somebody else listens there. */
export function holdListener(where: ListenOptions): Promise<HeldLock | undefined> {
  return new Promise((resolve, reject) => {
    const server: Server = createServer((socket) => socket.destroy())
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen(where, () => {
      server.unref()
      resolve({ release: () => new Promise((released) => server.close(() => released())) })
    })
  })
}

/** One process at a time may run a sandbox in a state directory. Throws a UsageError when another does. */
export async function lockDirectory(directory: HostsDirectory): Promise<HeldLock> {
  // An abstract socket (leading NUL) leaves no file behind.
  const lock = await holdListener({ path: `\0evenkeel-sandbox-hosts-${directory.identity}` })
  if (lock !== undefined) return lock
  throw new UsageError('SANDBOX_IN_USE', `another process runs a sandbox in ${directory.root}`, {
    hint: 'use that sandbox, stop it with `evenkeel sandbox down`, or choose another directory with --sandbox-dir',
  })
}
