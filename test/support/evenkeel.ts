import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** The built command line; test/support/build-once.ts has built it. */
export const mainPath = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url))

export interface CommandResult {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface CommandOptions {
  readonly cwd?: string
  readonly env?: Readonly<Record<string, string | undefined>>
  /** As at a terminal: `kill` reaches the whole process group that the command is started in. */
  readonly asGroup?: boolean
  /** Sees standard error as it comes. */
  readonly onStderr?: (text: string, kill: (signal: NodeJS.Signals) => void) => void
  /** Sees standard output as it comes. */
  readonly onStdout?: (text: string, kill: (signal: NodeJS.Signals) => void) => void
}

/** Runs the built command line without a terminal; resolves with how it ended, whatever that was. */
export function runEvenkeel(args: readonly string[], options: CommandOptions = {}): Promise<CommandResult> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [mainPath, ...args], {
      cwd: options.cwd,
      env: cleanEnvironment(options.env),
      stdio: ['ignore', 'pipe', 'pipe'],
      detached: options.asGroup === true,
    })
    const { pid = 0 } = child
    const kill = (signal: NodeJS.Signals) => {
      if (options.asGroup === true) process.kill(-pid, signal)
      else child.kill(signal)
    }
    let stdout = ''
    let stderr = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text
      options.onStdout?.(text, kill)
    })
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text
      options.onStderr?.(text, kill)
    })
    child.on('error', reject)
    child.on('close', (exitCode, signal) => {
      resolve({ exitCode: exitCode ?? (signal === 'SIGINT' ? 130 : 1), stdout, stderr })
    })
  })
}

/** A directory of this test's own, and its removal. */
export function temporaryDirectory(name: string): { readonly path: string; remove: () => void } {
  const path = mkdtempSync(join(tmpdir(), `evenkeel-${name}-`))
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) }
}

/** The environment without anything that would change what the command says: CI's commit, colours, AWS. */
export function cleanEnvironment(extra: CommandOptions['env'] = {}): NodeJS.ProcessEnv {
  const environment: NodeJS.ProcessEnv = {}
  for (const [name, value] of Object.entries(process.env)) {
    // Hosts boot systemd where it is the point alone (vitest.config.ts).
    if (
      name !== 'EVENKEEL_SANDBOX_INIT' &&
      /^(AWS_|GITHUB_|CI|FORCE_COLOR$|NO_COLOR$|EVENKEEL_|VITEST|NODE_OPTIONS$)/.test(name)
    )
      continue
    environment[name] = value
  }
  return { ...environment, ...extra }
}
