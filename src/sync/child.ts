import { spawn, type ChildProcessWithoutNullStreams } from 'node:child_process'
import { endWithThisProcess } from './child-guard.js'

export interface ChildResult {
  readonly exitCode: number
  /** The last 8 KiB of standard error. */
  readonly stderrTail: string
}

export interface ChildRequest {
  readonly argv: readonly string[]
  readonly input?: string
  /** Aborted: it is ended, with all that it has started, and the result is that of its end. */
  readonly signal?: AbortSignal | undefined
}

const stderrTailBytes = 8192

/** As rsync says it of itself. */
const endedBySignal = 20

/**
 * Starts a program of this machine in the C locale. It leads a process group of its own: Ctrl-C on the terminal is for
 * evenkeel, which waits for what is in flight. It does not outlive this process.
 */
export function startChild(argv: readonly string[]): ChildProcessWithoutNullStreams {
  const [program = '', ...args] = argv
  const child = spawn(program, args, {
    stdio: ['pipe', 'pipe', 'pipe'],
    env: { ...process.env, LC_ALL: 'C', TZ: 'UTC', ...withoutRsyncSettings },
    detached: true,
  })
  endWithThisProcess(child)
  // A program that ends before reading its input says more by its exit status.
  child.stdin.on('error', () => {})
  return child
}

/** How a child ends, once its streams have ended too. Rejects when it cannot be started. */
export function endOfChild(child: ChildProcessWithoutNullStreams): Promise<ChildResult> {
  return new Promise((resolve, reject) => {
    let stderrTail = Buffer.alloc(0)
    child.stderr.on('data', (chunk: Buffer) => {
      stderrTail = Buffer.concat([stderrTail, chunk]).subarray(-stderrTailBytes)
    })
    child.on('error', reject)
    child.on('close', (code, signal) => {
      resolve({
        exitCode: code ?? (signal === null ? 1 : endedBySignal),
        stderrTail: stderrTail.toString('utf8').trim(),
      })
    })
  })
}

/** Chosen: rsync takes its temporary files away within it. */
const politeMs = 1_000

/** Ends a child and all that it has started when the signal is aborted: first politely. */
export function endWhenAborted(child: ChildProcessWithoutNullStreams, signal: AbortSignal | undefined): void {
  const { pid } = child
  if (pid === undefined || signal === undefined) return
  let timer: NodeJS.Timeout | undefined
  const end = () => {
    endGroup(pid, 'SIGTERM')
    timer = setTimeout(() => endGroup(pid, 'SIGKILL'), politeMs)
  }
  if (signal.aborted) end()
  else signal.addEventListener('abort', end, { once: true })
  child.once('close', () => {
    signal.removeEventListener('abort', end)
    clearTimeout(timer)
  })
}

function endGroup(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(-pid, name)
  } catch {
    // All of them have ended.
  }
}

/** Runs a program to its end; hands over standard output as it comes. Rejects only when it cannot be started. */
export function runChild(request: ChildRequest, onOutput: (chunk: Buffer) => void): Promise<ChildResult> {
  const child = startChild(request.argv)
  const ended = endOfChild(child)
  endWhenAborted(child, request.signal)
  child.stdout.on('data', onOutput)
  child.stdin.end(request.input ?? '')
  return ended
}

/** Chosen: what is read whole is a few lines. */
const stdoutBytesMax = 16 * 1024 * 1024

/** The same, with standard output as text. One that prints more than anybody reads is ended, which is told as its error. */
export async function readChild(request: ChildRequest): Promise<ChildResult & { readonly stdout: string }> {
  const chunks: Buffer[] = []
  let bytes = 0
  const tooMuch = new AbortController()
  const signal = AbortSignal.any([tooMuch.signal, ...(request.signal ? [request.signal] : [])])
  const result = await runChild({ ...request, signal }, (chunk) => {
    bytes += chunk.length
    if (bytes <= stdoutBytesMax) chunks.push(chunk)
    else tooMuch.abort()
  })
  if (!tooMuch.signal.aborted) return { ...result, stdout: Buffer.concat(chunks).toString('utf8') }
  const stderrTail = `it printed more than ${stdoutBytesMax / 1024 / 1024} MiB, and was ended`
  return { exitCode: endedBySignal, stderrTail, stdout: '' }
}

/** What people set for their own rsync must not change what a plan says. */
const withoutRsyncSettings = {
  RSYNC_RSH: undefined,
  // Some builds do it unless they are told: then the other side expands patterns in its arguments.
  RSYNC_PROTECT_ARGS: '0',
  RSYNC_ICONV: undefined,
  RSYNC_PARTIAL_DIR: undefined,
  RSYNC_OLD_ARGS: undefined,
  CVSIGNORE: undefined,
}
