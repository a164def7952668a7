import { spawn } from 'node:child_process'

export interface ChildResult {
  readonly exitCode: number
  /** The last 8 KiB of standard error. */
  readonly stderrTail: string
}

export interface ChildRequest {
  readonly argv: readonly string[]
  readonly input?: string
  readonly environment?: Readonly<Record<string, string>>
  readonly signal?: AbortSignal
}

const stderrTailBytes = 8192

/** Runs a program of this machine in the C locale; hands over standard output as it comes. Rejects only when it cannot be started. */
export function runChild(request: ChildRequest, onOutput: (chunk: Buffer) => void): Promise<ChildResult> {
  const [program = '', ...args] = request.argv
  return new Promise((resolve, reject) => {
    const child = spawn(program, args, {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...process.env, LC_ALL: 'C', TZ: 'UTC', ...withoutRsyncSettings, ...request.environment },
      signal: request.signal,
    })
    let stderrTail = Buffer.alloc(0)
    child.stdout.on('data', onOutput)
    child.stderr.on('data', (chunk: Buffer) => {
      stderrTail = Buffer.concat([stderrTail, chunk]).subarray(-stderrTailBytes)
    })
    child.on('error', reject)
    child.stdin.on('error', () => {})
    child.on('close', (code, signal) => {
      resolve({ exitCode: code ?? (signal === null ? 1 : 20), stderrTail: stderrTail.toString('utf8').trim() })
    })
    child.stdin.end(request.input ?? '')
  })
}

/** The same, with standard output as text. */
export async function readChild(request: ChildRequest): Promise<ChildResult & { readonly stdout: string }> {
  const chunks: Buffer[] = []
  const result = await runChild(request, (chunk) => chunks.push(chunk))
  return { ...result, stdout: Buffer.concat(chunks).toString('utf8') }
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
