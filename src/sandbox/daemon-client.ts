import { spawn } from 'node:child_process'
import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  truncateSync,
} from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { exitCodes } from './daemon-exit.js'
import { readEndpoint, removeEndpoint, type SandboxEndpoint } from './endpoint-file.js'
import { askJson } from './loopback.js'
import { stateHome } from './private-directory.js'
import { holderOf, isHeldByDaemon, isHeldElsewhere } from './state-lock.js'
import { switchText, type SandboxSwitches } from './switches.js'
import type { ControlStatus } from './control.js'

export type { SandboxEndpoint } from './endpoint-file.js'

/** A daemon runs already, with other switches than were asked for; what a running one has does not change. */
export class RunsOtherwise extends Error {
  constructor(running: SandboxSwitches, wanted: SandboxSwitches) {
    const named = (switches: SandboxSwitches) => switchText(switches) || 'no switches'
    super(`it runs with ${named(running)}, and ${named(wanted)} was asked for`)
  }
}

export interface EnsureOptions {
  /** Only for a daemon that has to be started. Default `auto`. */
  readonly hosts?: 'auto' | 'linux' | 'none'
  /** Left out: those of its last start, or whichever the running one has. */
  readonly switches?: SandboxSwitches | undefined
  /** How long a daemon may take to answer. Default 60 s. */
  readonly timeoutMs?: number
}

const pollMs = 25
const startTimeoutMs = 60_000
const stopTimeoutMs = 30_000
const cancelTimeoutMs = 5_000
const logMaximumBytes = 1 << 20

/** EVENKEEL_SANDBOX_DIR, else `evenkeel/sandbox/default` below XDG_STATE_HOME or ~/.local/state. */
export function defaultSandboxDir(environment: NodeJS.ProcessEnv = process.env): string {
  const named = environment['EVENKEEL_SANDBOX_DIR']
  if (named) return named
  return join(stateHome(environment), 'evenkeel', 'sandbox', 'default')
}

/**
 * The daemon that runs in this state directory, or undefined.
 *
 * @internal exported for its test
 */
export async function findSandbox(stateDir: string): Promise<SandboxEndpoint | undefined> {
  const endpoint = readEndpoint(stateDir)
  return endpoint && holderOf(stateDir) === endpoint.pid ? endpoint : undefined
}

/**
 * The daemon of this state directory, started when there is none. Safe to call from several processes at once: one of
 * their daemons gets the lock, and all return its endpoint. Throws RunsOtherwise when the one that runs has other switches
 * than were asked for, and an Error with the end of the log when it cannot start.
 */
export async function ensureSandbox(stateDir: string, options: EnsureOptions = {}): Promise<SandboxEndpoint> {
  const deadline = Date.now() + (options.timeoutMs ?? startTimeoutMs)
  let started: StartedDaemon | undefined
  for (;;) {
    const found = await findSandbox(stateDir)
    if (found && (await answers(found))) {
      if (started && started.pid !== found.pid) await started.cancel()
      const { switches = {} } = found
      if (options.switches && switchText(options.switches) !== switchText(switches)) {
        throw new RunsOtherwise(switches, options.switches)
      }
      return found
    }
    if (started?.exitCode() === exitCodes.full) throw new Error('its disk is full; make room there')
    if (started?.exitCode() !== undefined && started.exitCode() !== exitCodes.busy) {
      throw new Error(
        `the sandbox's daemon ended with code ${started.exitCode()}; the end of ${logPath(stateDir)}:\n${logTail(stateDir)}`,
      )
    }
    const lost = started?.exitCode() === exitCodes.busy
    if (holderOf(stateDir) === undefined && (started === undefined || lost)) started = startDaemon(stateDir, options)
    if (Date.now() > deadline) {
      throw new Error(
        `the sandbox's daemon did not answer in time; the end of ${logPath(stateDir)}:\n${logTail(stateDir)}`,
      )
    }
    await sleep(pollMs)
  }
}

interface StartedDaemon {
  readonly pid: number | undefined
  readonly exitCode: () => number | undefined
  /** Ends a daemon that came too late, and waits for its end: else it would take the directory when the other leaves it. */
  readonly cancel: () => Promise<void>
}

function startDaemon(stateDir: string, { hosts = 'auto', switches }: EnsureOptions): StartedDaemon {
  mkdirSync(stateDir, { recursive: true, mode: 0o700 })
  const path = logPath(stateDir)
  if (existsSync(path) && statSync(path).size > logMaximumBytes) truncateSync(path)
  const log = openSync(path, 'a', 0o600)
  const told = switches === undefined ? [] : ['--switches', JSON.stringify(switches)]
  // Its working directory must not keep somebody's directory busy.
  const child = spawn(process.execPath, [daemonPath(), '--state-dir', stateDir, '--hosts', hosts, ...told], {
    cwd: '/',
    detached: true,
    env: withoutCredentials(process.env),
    stdio: ['ignore', log, log],
  })
  closeSync(log)
  let code: number | undefined
  const ended = new Promise<void>((resolve) => {
    const end = (exitCode: number) => {
      code = exitCode
      resolve()
    }
    child.on('exit', (exitCode) => end(exitCode ?? exitCodes.failed))
    child.on('error', () => end(exitCodes.failed))
  })
  child.unref()
  const cancel = async () => {
    if (code !== undefined) return
    child.kill('SIGTERM')
    await Promise.race([ended, sleep(cancelTimeoutMs)])
  }
  return { pid: child.pid, exitCode: () => code, cancel }
}

/** It outlives the shell that it is started from, and needs none of the keys that are in that one's environment. */
function withoutCredentials(environment: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(environment).filter(([name]) => !name.startsWith('AWS_')))
}

/** The daemon beside this file; of the sources, the one that was built last. */
function daemonPath(): string {
  const beside = fileURLToPath(new URL('./daemon.js', import.meta.url))
  return existsSync(beside) ? beside : fileURLToPath(new URL('../../dist/sandbox/daemon.js', import.meta.url))
}

async function answers({ endpoint }: SandboxEndpoint): Promise<boolean> {
  try {
    return (await askJson(`${endpoint}/_evenkeel/status`, 5_000)).status === 200
  } catch {
    return false
  }
}

/**
 * Ends the daemon of this state directory and waits until nothing of it is left; its world stays on disk. Resolves to
 * false when none was running. Throws when the directory is held by a process that is no daemon, e.g. a test.
 */
export async function stopSandbox(stateDir: string): Promise<boolean> {
  const pid = holderOf(stateDir)
  if (pid === undefined) return false
  await waitForEndpoint(stateDir, pid)
  if (readEndpoint(stateDir)?.pid !== pid && !isHeldByDaemon(stateDir)) {
    throw new Error(`process ${pid} holds ${stateDir} and is no sandbox daemon: end it by its own means`)
  }
  if (isHeldElsewhere(stateDir)) {
    // It ends by itself when its directory is no longer its own.
    removeEndpoint(stateDir)
    if (await isFreed(stateDir, stopTimeoutMs)) return true
    throw new Error(`the daemon of ${stateDir} runs in another container and does not end: end it there`)
  }
  signal(pid, 'SIGTERM')
  if (await isFreed(stateDir, stopTimeoutMs)) return true
  // Hosts, loop devices and mounts go with the process; the next start sweeps the rest.
  signal(pid, 'SIGKILL')
  await isFreed(stateDir, 5_000)
  removeEndpoint(stateDir)
  return true
}

/** A daemon of an earlier version has the lock before it says, by its endpoint, that it is one. */
async function waitForEndpoint(stateDir: string, pid: number): Promise<void> {
  const deadline = Date.now() + 5_000
  const isUnknown = () => readEndpoint(stateDir)?.pid !== pid && !isHeldByDaemon(stateDir)
  while (isUnknown() && holderOf(stateDir) === pid && Date.now() < deadline) await sleep(pollMs)
}

async function isFreed(stateDir: string, timeoutMs: number): Promise<boolean> {
  const deadline = Date.now() + timeoutMs
  while (holderOf(stateDir) !== undefined) {
    if (Date.now() > deadline) return false
    await sleep(pollMs)
  }
  return true
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
  }
}

/** What a sandbox keeps in its state directory; `keys` are the private keys of its stacks. */
const ownEntries =
  /^(?:sandbox\.json|endpoint\.json|daemon\.log|requests\.jsonl(?:\.old)?|worlds|hosts|keys|lock\..*|.*\.new)$/

/** Ends the daemon and removes its world, its disks and its keys. What is not the sandbox's own stays in the directory. */
export async function resetSandbox(stateDir: string): Promise<void> {
  await stopSandbox(stateDir)
  if (!existsSync(stateDir)) return
  const entries = readdirSync(stateDir)
  for (const name of entries.filter((entry) => ownEntries.test(entry))) {
    rmSync(join(stateDir, name), { recursive: true, force: true })
  }
  if (entries.every((entry) => ownEntries.test(entry))) rmdirSync(stateDir)
}

export interface SandboxStatus {
  readonly stateDir: string
  readonly running: boolean
  /** While it runs. */
  readonly endpoint?: SandboxEndpoint
  /** What the daemon says of itself; absent while it does not answer. */
  readonly status?: ControlStatus
}

/** Whether a daemon runs in this state directory, and what is in it. Starts nothing. */
export async function sandboxStatus(stateDir: string): Promise<SandboxStatus> {
  const endpoint = await findSandbox(stateDir)
  if (!endpoint) return { stateDir, running: false }
  try {
    const { body } = await askJson(`${endpoint.endpoint}/_evenkeel/status`, 5_000)
    return { stateDir, running: true, endpoint, status: body as ControlStatus }
  } catch {
    return { stateDir, running: true, endpoint }
  }
}

function logPath(stateDir: string): string {
  return join(stateDir, 'daemon.log')
}

function logTail(stateDir: string): string {
  try {
    return readFileSync(logPath(stateDir), 'utf8').trimEnd().split('\n').slice(-5).join('\n')
  } catch {
    return '(no log)'
  }
}
