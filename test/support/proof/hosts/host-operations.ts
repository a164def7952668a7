import childProcess from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import type { Writable } from 'node:stream'
import ssh2 from 'ssh2'
import { holdSince, processesInHosts } from './held-processes.js'
import { nameOperation, type OperationName } from './operation-names.js'

/**
 * How a process ends at something that it has a server do: `before` it is sent; in the `middle`, so that what was begun in
 * the server goes on there by itself, later; `after` it has ended there, and nobody has heard how.
 */
export const hostDeaths = ['before', 'middle', 'after'] as const
export type HostDeath = (typeof hostDeaths)[number]

export interface HostDoom {
  /** The operation at which it ends, counted from 1. */
  readonly request: number
  readonly how: HostDeath
  /** Of `middle`: so long after it has begun. */
  readonly afterMs: number
}

/** Something that was done in a server, or by a program of this machine with one. */
export interface HostOperation extends OperationName {
  /** How long it took; undefined while it goes on. */
  readonly ms: number | undefined
}

interface Begun {
  what: string
  reads: boolean
  ms: number | undefined
  /** Calls back in the moment of its end, before anybody else hears of it. */
  ended(): void
  /** It has begun, where it is: from now on it is in the middle. */
  begun(): void
}

/**
 * Watches what this process has servers do: commands on its own SSH connections, and rsync and ssh as programs. At the doom
 * this process kills itself; whom it leaves stopped in the servers below `above` it writes down at `heldPath` first.
 */
export function watchHostOperations(
  doom: HostDoom | undefined,
  { above = 0, heldPath = '' }: { readonly above?: number; readonly heldPath?: string } = {},
): readonly HostOperation[] {
  const operations: Begun[] = []

  function begin(command: string): Begun {
    const number = operations.length + 1
    const how = doom?.request === number ? doom.how : undefined
    if (how === 'before') die()
    const before = how === 'middle' ? processesInHosts(above) : new Set<number>()
    const start = performance.now()
    const operation: Begun = {
      ...nameOperation(command, ''),
      ms: undefined,
      ended() {
        if (operation.ms !== undefined) return
        operation.ms = performance.now() - start
        if (how !== undefined) die()
      },
      begun() {
        if (how === 'middle') setTimeout(cut, doom?.afterMs ?? 0)
      },
    }
    const cut = () => {
      const held = holdSince(above, before)
      // Nothing is there yet: it is on its way.
      if (held.length === 0 && performance.now() - start < (doom?.afterMs ?? 0) + hesitateMs) {
        setTimeout(cut, 1)
        return
      }
      writeFileSync(heldPath, JSON.stringify(held))
      die()
    }
    operations.push(operation)
    return operation
  }

  watchCommands(begin)
  watchPrograms(begin)
  return operations
}

/**
 * Chosen: a command is started within it, also on a machine with fifteen times more to do than it can; with 300 ms nothing was
 * held there. One that a server has nothing of (ssh-agent) waits for it in vain, or ends before.
 */
const hesitateMs = 2_000

function die(): never {
  process.kill(process.pid, 'SIGKILL')
  // The signal comes before anything else of this process does.
  for (;;);
}

type Begin = (command: string) => Begun

/** Commands on connections of this process. */
function watchCommands(begin: Begin): void {
  const { prototype } = ssh2.Client
  const exec = prototype.exec as (...given: unknown[]) => ssh2.Client
  prototype.exec = function (this: ssh2.Client, command: string, ...given: unknown[]): ssh2.Client {
    const operation = begin(command)
    const callback = given.pop() as ssh2.ClientCallback
    const opened: ssh2.ClientCallback = (error, channel) => {
      if (error) operation.ended()
      else {
        channel.on('exit', operation.ended)
        channel.on('close', operation.ended)
        hearInput(channel, (input) => Object.assign(operation, nameOperation(command, input)))
      }
      callback(error, channel)
      if (!error) operation.begun()
    }
    return exec.call(this, command, ...given, opened)
  }
}

/** rsync and ssh, and whatever else works with servers: not what watches over them (src/sync/child-guard.ts). */
function watchPrograms(begin: Begin): void {
  const { spawn } = childProcess
  childProcess.spawn = ((program: string, args: readonly string[], options: object) => {
    if (args.includes('evenkeel-guard')) return spawn(program, args, options)
    const command = [program, ...args].join(' ')
    const operation = begin(command)
    const child = spawn(program, args, options)
    if (child.stdin) hearInput(child.stdin, (input) => Object.assign(operation, nameOperation(command, input)))
    child.on('exit', operation.ended)
    operation.begun()
    return child
  }) as typeof spawn
  syncBuiltinESMExports()
}

/** Calls back with what is written to it as its last words. */
function hearInput(stream: Writable, onInput: (text: string) => void): void {
  const end = stream.end.bind(stream) as (...words: unknown[]) => Writable
  stream.end = ((...words: unknown[]) => {
    if (typeof words[0] === 'string') onInput(words[0])
    return end(...words)
  }) as typeof stream.end
}
