import childProcess from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { syncBuiltinESMExports } from 'node:module'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Writable } from 'node:stream'
import ssh2 from 'ssh2'
import { HeldGroup } from './held-processes.js'
import { nameOperation, type OperationName } from './operation-names.js'

/**
 * How a process ends at something that it has a server do: `before` it is sent; in the `middle` and `late`, once it has begun
 * in the server, where it stands still and goes on by itself, beside the same of the next run or behind it; `after` it has
 * ended there, and nobody has heard how.
 */
export const hostDeaths = ['before', 'middle', 'late', 'after'] as const
export type HostDeath = (typeof hostDeaths)[number]

export interface HostDoom {
  /** The operation at which it ends, counted from 1. */
  readonly request: number
  readonly how: HostDeath
  /** Of `middle` and `late`: so long after it has begun. */
  readonly afterMs: number
}

/** Something that was done in a server, or by a program of this machine with one. */
export interface HostOperation extends OperationName {
  /** How long it took since it had what it works with; undefined while it goes on. */
  readonly ms: number | undefined
}

/** What a process is told of the hosts below another one, so that it can hold what goes on in them. */
export interface HostsBelow {
  readonly above: number
  /** Of the cgroups in which it is held. */
  readonly groupName: string
  /** Where it writes down what it has held, which is nothing where the operation is this machine's alone. */
  readonly heldPath: string
}

interface Begun {
  what: string
  of: OperationName['of']
  ms: number | undefined
  /** Calls back in the moment of its end, before anybody else hears of it. */
  ended(): void
  /** It has begun, where it is: from now on it is in the middle. */
  begun(): void
  /** Resolves when whoever is to read its input there does. */
  isRead(): Promise<void>
}

/**
 * Watches what this process has servers do: commands on its own SSH connections, and rsync and ssh as programs. At the doom
 * this process kills itself. With `below`, scripts are given to servers when they wait for them, so that what an operation
 * takes is its own time and its middle the script's.
 */
export function watchHostOperations(doom: HostDoom | undefined, below?: HostsBelow): readonly HostOperation[] {
  const operations: Begun[] = []
  const group = below && new HeldGroup(below.groupName)

  function begin(command: string): Begun {
    const { how, afterMs } = doom?.request === operations.length + 1 ? doom : notHere
    if (how === 'before') die()
    const isCut = how === 'middle' || how === 'late'
    const isLookedAt = isCut || doom === undefined
    if (isLookedAt && below) group?.gather(below.above)
    let start = performance.now()
    const operation: Begun = {
      ...nameOperation(command, ''),
      ms: undefined,
      ended() {
        if (operation.ms !== undefined) return
        operation.ms = performance.now() - start
        if (how !== undefined) die()
      },
      begun() {
        start = performance.now()
        if (isCut && group) setTimeout(cut, Math.max(0, afterMs - timerMs))
      },
      async isRead() {
        const end = performance.now() + hesitateMs
        while (isLookedAt && group && performance.now() < end && !group.started().some(({ isReading }) => isReading))
          await sleep(1)
      },
    }
    const cut = () => {
      while (performance.now() < start + afterMs);
      const held = operation.of === 'here' ? [] : (group?.hold() ?? [])
      // Nothing is there yet: it is on its way, or over, which is heard soon.
      if (operation.of !== 'here' && held.length === 0 && performance.now() < start + arrivesMs) setTimeout(cut, 1)
      else {
        if (below && (operation.of === 'here' || held.length > 0)) writeFileSync(below.heldPath, JSON.stringify(held))
        die()
      }
    }
    operations.push(operation)
    return operation
  }

  watchCommands(begin)
  watchPrograms(begin)
  return operations
}

const notHere = { how: undefined, afterMs: 0 }

/** Chosen: a command is started within it, also on a machine with fifteen times more to do than it can. */
const hesitateMs = 2_000

/** Chosen: what begins with a login of its own, and an agent for its key, is in the server within it on such a machine. */
const arrivesMs = 20_000

/** Timers are late by a millisecond or two. */
const timerMs = 3

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
        feedWhenRead(channel, command, operation)
      }
      callback(error, channel)
    }
    return exec.call(this, command, ...given, opened)
  }
}

/** A script is its command's last words, and written when there is somebody to read it. */
function feedWhenRead(channel: Writable, command: string, operation: Begun): void {
  const end = channel.end.bind(channel) as (...words: unknown[]) => Writable
  let isFed = false
  channel.end = ((...words: unknown[]) => {
    if (typeof words[0] !== 'string') return end(...words)
    isFed = true
    Object.assign(operation, nameOperation(command, words[0]))
    void operation.isRead().then(() => {
      end(...words)
      operation.begun()
    })
    return channel
  }) as typeof channel.end
  setImmediate(() => {
    if (!isFed) operation.begun()
  })
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
