import { type ChildProcess, execFile, spawn, type StdioOptions } from 'node:child_process'
import { HostError } from '../../core/errors.js'

/**
 * The environment of every program that the hosts' side starts: the machine's own mkfs and mount tools, never those on
 * the user's PATH, and nothing of the user's variables.
 */
export const systemEnvironment: Readonly<Record<string, string>> = {
  PATH: '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin',
  LANG: 'C.UTF-8',
}

/** Runs a program to its end; resolves its standard output, rejects with a HostError that carries its last words. */
export function run(program: string, args: readonly string[], input?: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [...args],
      { env: systemEnvironment, maxBuffer: 16 * 2 ** 20 },
      (error, stdout, stderr) => {
        if (error === null) resolve(stdout)
        else reject(commandFailed(program, args, stderr, error))
      },
    )
    child.stdin?.on('error', () => {}) // a program that ends before reading its input says more by its exit status
    child.stdin?.end(input ?? '')
  })
}

/** As `run`, but dies with this process: for work that must not outlive a killed daemon, such as copies. */
export function runBound(program: string, args: readonly string[]): Promise<string> {
  return run('setpriv', ['--pdeathsig', 'KILL', program, ...args])
}

/**
 * Starts a long-lived child, the program being the first of `args`. It gets a session of its own, so that Ctrl-C at the
 * daemon's terminal reaches the daemon alone. What must die with a killed daemon starts by `setpriv --pdeathsig KILL`.
 */
export function spawnChild(
  args: readonly string[],
  options: { readonly stdio: StdioOptions; readonly environment?: Readonly<Record<string, string>> },
): ChildProcess {
  const [program = '', ...rest] = args
  const env = { ...systemEnvironment, ...options.environment }
  const child = spawn(program, rest, { stdio: options.stdio, env, detached: true })
  child.stdin?.on('error', () => {}) // whoever writes to it learns of its end by its exit
  return child
}

function commandFailed(program: string, args: readonly string[], stderr: string, cause: Error): HostError {
  const code = (cause as { code?: unknown }).code
  const words = stderr.trim().split('\n').at(-1) ?? ''
  return new HostError('SANDBOX_HOST_FAILED', `${program} failed: ${words === '' ? cause.message : words}`, {
    host: 'this machine',
    command: [program, ...args].join(' '),
    exitCode: typeof code === 'number' ? code : undefined,
    stderrTail: stderr.slice(-4096),
    cause,
  })
}
