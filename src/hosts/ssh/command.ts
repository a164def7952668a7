import { systemClock } from '../../core/clock.js'
import { HostError } from '../../core/errors.js'
import { lineReader } from '../../core/line-reader.js'
import { shellWord } from '../../core/shell-words.js'
import { newMark, signalMarked, variableOf } from './marked.js'
import { commandText, scriptText } from './script.js'
import type { SshSession } from './ssh-session.js'

export interface CommandResult {
  readonly exitCode: number
  readonly stdout: Buffer
  /** The last 4 KiB of standard error. */
  readonly stderrTail: string
}

export interface ScriptRequest {
  /** For messages: what is being done, e.g. `mkfs.ext4 on vol-…`. */
  readonly title: string
  readonly body: string
  readonly args?: readonly string[]
  /** Default: root, through `sudo -n`. */
  readonly as?: 'root' | 'user'
  readonly timeoutMs?: number
}

const stderrTailBytes = 4096

/** Chosen: many times what the largest server has in its mounts, its fstab and its keys. It is read whole, into memory. */
const stdoutBytesMax = 16 * 1024 * 1024

/**
 * Chosen: what a command leaves running in the background may hold its streams open for ever; once the command has
 * ended and its streams have been quiet for so long, nobody waits for more.
 */
const quietAfterExitMs = 500

/** Runs a script and returns how it ended, whatever its exit status. */
export function runScript(session: SshSession, request: ScriptRequest): Promise<CommandResult> {
  const { user } = session.access
  const asRoot = (request.as ?? 'root') === 'root' && user !== 'root'
  const input = scriptText(request.body, request.args ?? [])
  // sudo's own messages in English: by them it is known whether it refused.
  const command = asRoot ? 'env LC_ALL=C sudo -n sh -s' : 'sh -s'
  return runCommand(session, { ...request, command, input }).then((result) => {
    if (asRoot && result.exitCode === 1 && isRefusedBySudo(result.stderrTail)) throw noRoot(session, result)
    return result
  })
}

/**
 * Whether sudo ran nothing, by what it says then (plugins/sudoers/auth and logging.c in its sources). Its warnings, e.g.
 * "unable to resolve host", stand there while the script runs all the same.
 *
 * @internal exported for its test
 */
export function isRefusedBySudo(stderr: string): boolean {
  return /^sudo: (?:a password is required|a terminal is required|no tty present|sorry, |interactive authentication is required|account |PAM |you do not exist|unknown user|unable to (?:initialize policy|open audit|setuid|change to root)|no valid sudoers|.*(?:must be owned by|must be setuid|effective uid))|is not in the sudoers file|is not allowed to (?:execute|run sudo)/im.test(
    stderr,
  )
}

/** Runs a script that must end with exit status 0, and returns its standard output. */
export async function runScriptOrFail(session: SshSession, request: ScriptRequest): Promise<Buffer> {
  const result = await runScript(session, request)
  if (result.exitCode !== 0) throw commandFailed(session, request.title, result)
  return result.stdout
}

/**
 * Runs a shell command of the stack file in the login user's shell; output of both streams line by line. With the signal it is
 * ended on the server as Ctrl-C ends it there, and rejects with the signal's reason, which says nothing of what it had done.
 */
export async function runShellCommand(
  session: SshSession,
  text: string,
  onOutput: (line: string) => void,
  options: { readonly timeoutMs?: number | undefined; readonly shown?: string; readonly signal?: AbortSignal } = {},
): Promise<void> {
  const { timeoutMs, signal } = options
  signal?.throwIfAborted()
  const mark = signal && newMark()
  const title = firstLine(options.shown ?? text)
  // Sent on standard input: it may hold secrets, and argv can be read by everybody on the server.
  const limited = timeoutMs === undefined ? '' : limitedBy(Math.ceil(timeoutMs / 1000))
  const shell = `${limited}case "$SHELL" in */bash|*/zsh|*/ksh) exec $limit "$SHELL" -s ;; *) exec $limit sh -s ;; esac`
  const running = runCommand(session, {
    title,
    command: `${mark === undefined ? '' : `env ${variableOf(mark)} `}sh -c ${shellWord(shell)}`,
    input: commandText(text),
    onOutput,
    // The server ends it; where it does not, nobody waits for it here either.
    ...(timeoutMs !== undefined && { timeoutMs: timeoutMs + afterLimitMs }),
  })
  const result = await (signal && mark !== undefined ? endedBy(signal, session, mark, running) : running)
  if (timeoutMs !== undefined && endedByLimit.has(result.exitCode)) throw timedOut(session, title, timeoutMs)
  if (result.exitCode !== 0) throw commandFailed(session, title, result)
}

/** The command's end, or the signal's reason: it is told to end on the server, and again less politely, and not waited for longer. */
async function endedBy<Result>(
  signal: AbortSignal,
  session: SshSession,
  mark: string,
  running: Promise<Result>,
): Promise<Result> {
  const aborted = new AbortController()
  const isOver = new Promise<'over'>((resolve) => {
    const onAbort = async () => {
      for (const name of ['INT', 'TERM'] as const) {
        await signalMarked(session, mark, name)
        await systemClock.sleep(untilToldAgainMs, aborted.signal).catch(() => undefined)
        if (aborted.signal.aborted) return
      }
      resolve('over')
    }
    const listener = () => void onAbort()
    signal.addEventListener('abort', listener, { once: true })
    aborted.signal.addEventListener('abort', () => signal.removeEventListener('abort', listener), { once: true })
  })
  try {
    const end = await Promise.race([running, isOver])
    if (end === 'over') throw signal.reason
    signal.throwIfAborted()
    return end
  } catch (error) {
    throw signal.aborted ? signal.reason : error
  } finally {
    aborted.abort()
    running.catch(() => undefined)
  }
}

/** Chosen: what ends by itself does so at once. */
const untilToldAgainMs = 3_000

/** Chosen: two seconds to end by itself, and the way here. */
const afterLimitMs = 5_000

/** timeout(1): 124, and 137 for what had to be killed. */
const endedByLimit: ReadonlySet<number> = new Set([124, 137])

/** Sets `limit` to a command that ends what it runs, and all that belongs to it, after so many seconds. */
function limitedBy(seconds: number): string {
  return `limit=; if timeout -k 2 1 true 2> /dev/null; then limit="timeout -k 2 ${Math.max(1, seconds)}"; fi; `
}

/** The error of a command that ended with a wrong exit status. */
export function commandFailed(session: SshSession, title: string, result: CommandResult): HostError {
  const said = result.stderrTail.trim().split('\n').slice(-3).join('; ')
  return new HostError(
    'HOST_COMMAND_FAILED',
    `on ${session.access.address}, \`${title}\` ended with exit status ${result.exitCode}${said === '' ? '' : `: ${said}`}`,
    {
      host: session.access.address,
      command: title,
      exitCode: result.exitCode,
      stderrTail: result.stderrTail,
    },
  )
}

interface CommandRequest {
  readonly title: string
  readonly command: string
  readonly input: string
  readonly timeoutMs?: number
  readonly onOutput?: (line: string) => void
}

function runCommand(session: SshSession, request: CommandRequest): Promise<CommandResult> {
  return session.withChannel(
    request.command,
    (channel) =>
      new Promise<CommandResult>((resolve, reject) => {
        const host = session.access.address
        const stdout: Buffer[] = []
        let stdoutBytes = 0
        let stderrTail = Buffer.alloc(0)
        let exitCode: number | undefined
        let signal: string | undefined
        const lines =
          request.onOutput === undefined ? undefined : [lineReader(request.onOutput), lineReader(request.onOutput)]
        const timer =
          request.timeoutMs === undefined
            ? undefined
            : setTimeout(() => {
                channel.close()
                reject(timedOut(session, request.title, request.timeoutMs ?? 0))
              }, request.timeoutMs)
        let quiet: NodeJS.Timeout | undefined
        channel.on('data', (chunk: Buffer) => {
          quiet?.refresh()
          if (lines) {
            lines[0]?.write(chunk)
            return
          }
          stdoutBytes += chunk.length
          if (stdoutBytes <= stdoutBytesMax) stdout.push(chunk)
          else {
            stdout.length = 0
            channel.close()
            reject(saidTooMuch(session, request.title))
          }
        })
        channel.stderr.on('data', (chunk: Buffer) => {
          quiet?.refresh()
          lines?.[1]?.write(chunk)
          stderrTail = Buffer.concat([stderrTail, chunk]).subarray(-stderrTailBytes)
        })
        channel.on('exit', (code: number | null, name?: string) => {
          exitCode = code ?? undefined
          signal = name
          quiet = setTimeout(() => channel.close(), quietAfterExitMs)
        })
        channel.on('error', () => {})
        channel.on('close', () => {
          clearTimeout(timer)
          clearTimeout(quiet)
          for (const reader of lines ?? []) reader.end()
          if (exitCode === undefined && signal !== undefined) exitCode = exitCodeOfSignal(signal)
          if (exitCode === undefined) {
            // It may have been carried out in part, so it is for the caller to know whether it can be done again.
            reject(
              new HostError('HOST_CONNECTION_LOST', `the connection to ${host} ended during \`${request.title}\``, {
                host,
                command: request.title,
              }),
            )
            return
          }
          resolve({ exitCode, stdout: Buffer.concat(stdout), stderrTail: stderrTail.toString('utf8') })
        })
        channel.end(request.input)
      }),
  )
}

/** 128 and the signal's number, as a shell says it. `name` without SIG, as SSH sends it. */
export function exitCodeOfSignal(name: string): number {
  return 128 + (signalNumbers[name.replace(/^SIG/, '')] ?? 0)
}

const signalNumbers: Readonly<Record<string, number>> = {
  HUP: 1,
  INT: 2,
  QUIT: 3,
  ILL: 4,
  ABRT: 6,
  FPE: 8,
  KILL: 9,
  USR1: 10,
  SEGV: 11,
  USR2: 12,
  PIPE: 13,
  ALRM: 14,
  TERM: 15,
}

function firstLine(text: string): string {
  const [line = '', ...others] = text.trim().split('\n')
  return others.length > 0 ? `${line} …` : line
}

function timedOut(session: SshSession, title: string, timeoutMs: number): HostError {
  const host = session.access.address
  const message = `on ${host}, \`${title}\` did not end within ${Math.round(timeoutMs / 1000)} s`
  return new HostError('HOST_TIMED_OUT', message, { host, command: title, retryable: true })
}

function saidTooMuch({ access: { address: host } }: SshSession, title: string): HostError {
  const message = `on ${host}, \`${title}\` printed more than ${stdoutBytesMax / 1024 / 1024} MiB, and was ended`
  return new HostError('HOST_COMMAND_FAILED', message, {
    host,
    command: title,
    hint: 'look at what is in the way on the server: a program, a mount or a file there is not what it should be',
  })
}

function noRoot(session: SshSession, result: CommandResult): HostError {
  const { address, user } = session.access
  return new HostError('HOST_NO_ROOT', `${user} on ${address} may not use sudo without a password`, {
    host: address,
    command: 'sudo -n',
    exitCode: result.exitCode,
    stderrTail: result.stderrTail,
    hint: `allow it in /etc/sudoers.d: ${user} ALL=(ALL) NOPASSWD:ALL`,
  })
}
