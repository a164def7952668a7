import { randomUUID } from 'node:crypto'
import { linkSync, readdirSync, readFileSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'

/** Who holds a state directory: a process id may be used again, its start time and boot make it unique. */
interface Holder {
  readonly pid: number
  readonly startedAt: string
  /** Where its id, and its socket's name, mean something; absent: the system has no such places. */
  readonly place?: Place
  /** Whether it is a sandbox and nothing else: then to end it is to stop the sandbox. */
  readonly isDaemon?: boolean
  /** The name of an abstract socket at which it listens as long as it lives; the kernel frees it. */
  readonly socket?: string
}

/** `/proc/sys/kernel/random/boot_id`, and what `/proc/self/ns` says. */
interface Place {
  readonly boot: string
  readonly pidNamespace: string
  readonly netNamespace: string
}

export interface StateLock {
  release(): void
}

export class StateDirBusy extends Error {
  readonly pid: number

  constructor(stateDir: string, pid: number) {
    super(`another sandbox (process ${pid}) runs in ${stateDir}`)
    this.name = 'StateDirBusy'
    this.pid = pid
  }
}

/**
 * Takes the state directory for this process. Each taker writes the next free `lock.N`, which one of them wins, and
 * looks once more whether a living process holds another: a lock of a dead process is passed by, never broken up.
 * Throws StateDirBusy.
 */
export function lockStateDir(stateDir: string, { isDaemon = false } = {}): StateLock {
  const busy = livingHolder(stateDir)
  if (busy) throw new StateDirBusy(stateDir, busy.holder.pid)
  const number = Math.max(0, ...locksIn(stateDir).map((lock) => lock.number)) + 1
  const path = join(stateDir, `lock.${number}`)
  const draft = join(stateDir, `lock.draft.${randomUUID()}`)
  const socket = `evenkeel-sandbox-${randomUUID()}`
  const sign = listenAt(socket)
  try {
    writeFileSync(draft, JSON.stringify({ ...ownIdentity(socket), isDaemon }), { mode: 0o600 })
    linkSync(draft, path)
  } catch (error) {
    sign?.close()
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
    throw new StateDirBusy(stateDir, livingHolder(stateDir)?.holder.pid ?? 0)
  } finally {
    rmSync(draft, { force: true })
  }
  const rival = livingHolder(stateDir, number)
  if (rival) {
    rmSync(path, { force: true })
    sign?.close()
    throw new StateDirBusy(stateDir, rival.holder.pid)
  }
  for (const lock of locksIn(stateDir))
    if (lock.number !== number) rmSync(join(stateDir, `lock.${lock.number}`), { force: true })
  return {
    release: () => {
      rmSync(path, { force: true })
      sign?.close()
    },
  }
}

/** Whether the living holder's id means nothing here: it runs in a container, or this does. It is signalled to by no number. */
export function isHeldElsewhere(stateDir: string): boolean {
  const held = livingHolder(stateDir)?.holder.place
  return held !== undefined && held.pidNamespace !== placeHere()?.pidNamespace
}

/** Whether the living holder is a daemon; one that is just starting has said so before it has an endpoint. */
export function isHeldByDaemon(stateDir: string): boolean {
  return livingHolder(stateDir)?.holder.isDaemon === true
}

/** The process id of a living holder of the directory, or undefined. */
export function holderOf(stateDir: string): number | undefined {
  return livingHolder(stateDir)?.holder.pid
}

interface LockFile {
  readonly number: number
  readonly holder: Holder
}

function livingHolder(stateDir: string, except?: number): LockFile | undefined {
  return locksIn(stateDir).find((lock) => lock.number !== except && isAlive(lock.holder))
}

function locksIn(stateDir: string): LockFile[] {
  let names: string[]
  try {
    names = readdirSync(stateDir)
  } catch {
    return []
  }
  return names.flatMap((name) => {
    const number = /^lock\.(\d+)$/.exec(name)?.[1]
    if (number === undefined) return []
    try {
      return [{ number: Number(number), holder: JSON.parse(readFileSync(join(stateDir, name), 'utf8')) as Holder }]
    } catch {
      return []
    }
  })
}

function isAlive(holder: Holder): boolean {
  const { place, socket } = holder
  const here = placeHere()
  if (!place || !here || socket === undefined || place.pidNamespace === here.pidNamespace) return isRunning(holder)
  if (place.boot !== here.boot) return false
  // Nobody can tell from here: two sandboxes must not write to one directory.
  return place.netNamespace !== here.netNamespace || isListenedAt(socket)
}

function isRunning({ pid, startedAt }: Holder): boolean {
  try {
    process.kill(pid, 0)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return false
  }
  const now = startOf(pid)
  return now === undefined || startedAt === '' || now === startedAt
}

function ownIdentity(socket: string): Holder {
  const place = placeHere()
  return { pid: process.pid, startedAt: startOf(process.pid) ?? '', ...(place && { place, socket }) }
}

/** Undefined where there is no /proc. */
function placeHere(): Place | undefined {
  try {
    return {
      boot: readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim(),
      pidNamespace: readlinkSync('/proc/self/ns/pid'),
      netNamespace: readlinkSync('/proc/self/ns/net'),
    }
  } catch {
    return undefined
  }
}

/** An abstract socket (leading NUL), which leaves no file behind and has no bound on its path; it is seen at once. */
function listenAt(socket: string): Server | undefined {
  if (!placeHere()) return undefined
  const server = createServer((visitor) => visitor.destroy())
  server.on('error', () => {}) // then only processes of the same namespace can tell whether this one lives
  return server.listen({ path: `\0${socket}` }).unref()
}

/** See unix(7) and proc(5): `@` stands for each NUL, of which Node may put more behind the name. */
function isListenedAt(socket: string): boolean {
  return readFileSync('/proc/net/unix', 'utf8').includes(`@${socket}`)
}

/** The boot and the clock tick at which a process began (proc(5), field 22 of stat); undefined where there is no /proc. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8')
    // The second field, the name, may hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ')
    const state = fields[0]
    if ((state === 'Z' || state === 'X') && !hasThreads(pid)) return 'dead'
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()} ${fields[19]}`
  } catch {
    return undefined
  }
}

/**
 * A killed process is a zombie as soon as its first thread has ended: the others still hold its ports and write its
 * files, on a busy machine for a tenth of a second.
 */
function hasThreads(pid: number): boolean {
  return readdirSync(`/proc/${pid}/task`).length > 1
}
