import { connect, createServer, type NetConnectOpts, type Server } from 'node:net'
import { systemClock } from '../../core/clock.js'
import { UsageError } from '../../core/errors.js'
import type { HostsDirectory } from './directory.js'

/** A listener that is held as a lock: the kernel frees it when this process ends, however it ends. */
export interface HeldLock {
  release(): Promise<void>
}

/** A path of a socket, or a port of an address of this machine. */
export type LockPlace = { readonly path: string } | { readonly host: string; readonly port: number }

/** Chosen: a living holder answers in milliseconds, a killed one is gone in a tenth of a second on a busy machine. */
const holdWithinMs = 5_000
const retryMs = 10

/**
 * Resolves the lock, or undefined when a living process holds it. A killed process keeps its listeners until the last
 * of its threads has ended, and until a child that it was just making has become another program: that is awaited.
 */
export async function holdListener(place: LockPlace): Promise<HeldLock | undefined> {
  const deadline = Date.now() + holdWithinMs
  for (;;) {
    const lock = await tryListener(place)
    if (lock !== undefined) return lock
    const waitMs = deadline - Date.now()
    if (waitMs <= 0 || (await isAnswered(place, waitMs))) return undefined
    await systemClock.sleep(retryMs)
  }
}

/** Resolves the lock, or undefined when anybody listens there now, also one that is about to end. */
export function tryListener(place: LockPlace): Promise<HeldLock | undefined> {
  return new Promise((resolve, reject) => {
    const server: Server = createServer((socket) => {
      socket.on('error', () => {}) // whoever asked has gone, and needs no answer
      socket.end('held\n', () => socket.destroy())
    })
    server.once('error', (error: NodeJS.ErrnoException) =>
      error.code === 'EADDRINUSE' ? resolve(undefined) : reject(error),
    )
    server.listen({ ...place }, () => {
      server.unref()
      resolve({ release: () => new Promise((released) => server.close(() => released())) })
    })
  })
}

/** Whether the holder says that it lives. The kernel ends the connection when the listener goes without a word. */
function isAnswered(place: LockPlace, withinMs: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...place } satisfies NetConnectOpts)
    const timer = setTimeout(() => socket.destroy(), withinMs)
    socket.on('data', () => {
      resolve(true)
      socket.destroy()
    })
    socket.on('error', () => {}) // 'close' follows
    socket.on('close', () => {
      clearTimeout(timer)
      resolve(false)
    })
  })
}

/** Whether the sandbox of the directory of this identity runs; one that is too busy to answer does. */
export function isLocked(identity: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ ...placeOf(identity) })
    socket.on('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.on('error', () => resolve(false))
  })
}

/** An abstract socket (leading NUL) leaves no file behind. */
function placeOf(identity: string): { readonly path: string } {
  return { path: `\0evenkeel-sandbox-hosts-${identity}` }
}

/** One process at a time may run a sandbox in a state directory. Throws a UsageError when another does. */
export async function lockDirectory(directory: HostsDirectory): Promise<HeldLock> {
  const lock = await holdListener(placeOf(directory.identity))
  if (lock !== undefined) return lock
  throw new UsageError('SANDBOX_IN_USE', `another process runs a sandbox in ${directory.root}`, {
    hint: 'use that sandbox, stop it with `evenkeel sandbox down`, or choose another directory with --sandbox-dir',
  })
}
