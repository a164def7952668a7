import { spawn } from 'node:child_process'
import { Cancelled, UsageError } from '../../../core/errors.js'
import { formatDuration } from '../../../core/units.js'

/** Chosen: a repository of gigabytes over a slow link; one that sends nothing ends after a minute (`http.lowSpeedTime`). */
const timeoutDefaultMs = 15 * 60_000

/** Enough for the last words of an error, and for the answer about one branch. */
const outputMax = 64 * 1024

export interface GitResult {
  readonly exitCode: number
  readonly stdout: string
  /** What it said last on standard error, without credentials. */
  readonly why: string
}

/**
 * Runs git without a shell, prompts, hooks, submodules, and over https and ssh alone, whatever the settings of this machine say;
 * credentials, proxies and certificates are those of these settings. Throws Cancelled when the signal is aborted, and a UsageError
 * where there is no git.
 */
export function runGit(
  args: readonly string[],
  cwd: string,
  {
    signal,
    timeoutMs = timeoutDefaultMs,
  }: { readonly signal?: AbortSignal | undefined; readonly timeoutMs?: number } = {},
): Promise<GitResult> {
  if (signal?.aborted) return Promise.reject(new Cancelled())
  // Without a terminal of its own nothing of it can ask there; ssh would, whatever its standard input is.
  const child = spawn('git', [...settings, ...args], {
    cwd,
    env: environment(),
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  const end = () => {
    try {
      if (child.pid !== undefined) process.kill(-child.pid, 'SIGTERM')
    } catch {
      // It has ended by itself.
    }
  }
  let isLate = false
  const timer = setTimeout(() => {
    isLate = true
    end()
  }, timeoutMs)
  signal?.addEventListener('abort', end, { once: true })
  process.once('exit', end)
  let [stdout, stderr] = ['', '']
  child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout = (stdout + text).slice(0, outputMax)))
  child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr = (stderr + text).slice(-outputMax)))
  return new Promise<GitResult>((resolve, reject) => {
    child.on('error', (error) => {
      const isAbsent = 'code' in error && error.code === 'ENOENT'
      const options = { cause: error, hint: 'install it, or set PATH' }
      reject(isAbsent ? new UsageError('GIT_UNUSABLE', 'there is no git on this machine', options) : error)
    })
    child.on('close', (code) => {
      if (signal?.aborted) reject(new Cancelled())
      else resolve({ exitCode: code ?? 1, stdout, why: isLate ? lateWords(timeoutMs) : lastWords(stderr) })
    })
  }).finally(() => {
    clearTimeout(timer)
    signal?.removeEventListener('abort', end)
    process.removeListener('exit', end)
  })
}

const settings = [
  ['core.hooksPath', '/dev/null'],
  ['core.fsmonitor', 'false'],
  ['submodule.recurse', 'false'],
  ['gc.auto', '0'],
  ['maintenance.auto', 'false'],
  ['advice.detachedHead', 'false'],
  ['http.lowSpeedLimit', '1000'],
  ['http.lowSpeedTime', '60'],
  ['protocol.allow', 'never'],
  ['protocol.https.allow', 'always'],
  ['protocol.ssh.allow', 'always'],
].flatMap(([name, value]) => ['-c', `${name}=${value}`])

/** Variables that would make another repository of it, and those that would write what is sent, credentials too. */
const foreign = new Set([
  'GIT_DIR',
  'GIT_WORK_TREE',
  'GIT_INDEX_FILE',
  'GIT_COMMON_DIR',
  'GIT_OBJECT_DIRECTORY',
  'GIT_ALTERNATE_OBJECT_DIRECTORIES',
  'GIT_CONFIG_PARAMETERS',
  'GIT_NAMESPACE',
  'GIT_PREFIX',
  'GIT_SHALLOW_FILE',
  'GIT_TEMPLATE_DIR',
  'GIT_CURL_VERBOSE',
  'SSH_ASKPASS',
])

function environment(): NodeJS.ProcessEnv {
  const own = Object.entries(process.env).filter(([name]) => !foreign.has(name) && !name.startsWith('GIT_TRACE'))
  return {
    ...Object.fromEntries(own),
    GIT_ALLOW_PROTOCOL: 'https:ssh',
    GIT_TERMINAL_PROMPT: '0',
    GIT_LFS_SKIP_SMUDGE: '1',
    SSH_ASKPASS_REQUIRE: 'never',
    LC_ALL: 'C',
  }
}

/** What git says last whatever ssh has said before. */
const echo =
  /^(?:fatal: Could not read from remote repository|Please make sure you have the correct access|and the repository exists)/

function lateWords(timeoutMs: number): string {
  return `it did not answer within ${formatDuration(timeoutMs)}`
}

/** The line that says why; settings may have put credentials into the URL that it names. */
function lastWords(stderr: string): string {
  const all = stderr.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('hint:'))
  const lines = all.some((line) => !echo.test(line)) ? all.filter((line) => !echo.test(line)) : all
  const fatal =
    lines.findLast((line) => /^(?:fatal|error|ERROR|remote): /.test(line)) ?? lines.at(-1) ?? 'it said nothing'
  return fatal.replace(/^(?:fatal|error): /, '').replaceAll(/(?<=:\/\/)[^/@\s]+@/g, '***@')
}
