import { mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { EC2Client } from '@aws-sdk/client-ec2'
import { expect } from 'vitest'
import { runInRunner } from './command-runners.js'
import {
  cleanEnvironment,
  runEvenkeel,
  temporaryDirectory,
  type CommandOptions,
  type CommandResult,
} from './evenkeel.js'

export { noHostsBecause } from './hosts-missing.js'

/** A sandbox daemon of a test file's own, and stack files beside it. */
export interface SandboxWorld {
  readonly directory: string
  readonly endpoint: string
  readonly client: EC2Client
  /** For the environment of a command whose target is the endpoint itself. */
  readonly credentials: Readonly<Record<string, string>>
  /** What the commands of this world have in their environment. */
  readonly env: Readonly<Record<string, string>>
  /** Writes files below the directory, by relative path; returns the directory. */
  write(files: Readonly<Record<string, string>>): string
  run(args: readonly string[], options?: CommandOptions): Promise<CommandResult>
  /** Ends the daemon and removes everything; also after a failure. */
  remove(): Promise<void>
}

interface SandboxStatus {
  readonly endpoint: string
  readonly region: string
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Starts a daemon in a directory of its own; `up` are further words of `sandbox up`. */
export async function startSandboxWorld(name: string, up: readonly string[] = []): Promise<SandboxWorld> {
  const { path: directory, remove } = temporaryDirectory(name)
  const env = {
    EVENKEEL_SANDBOX_DIR: join(directory, 'sandbox'),
    HOME: directory,
    XDG_STATE_HOME: join(directory, 'state'),
  }
  const run = (args: readonly string[], options: CommandOptions = {}) => {
    const whole = { cwd: directory, ...options, env: { ...env, ...options.env } }
    // What is to be seen while it runs, or to be killed, needs a process of its own.
    const { onStdout, onStderr, asGroup } = options
    if (onStdout || onStderr || asGroup === true) return runEvenkeel(args, whole)
    return runInRunner({ args, cwd: whole.cwd, env: cleanEnvironment(whole.env) })
  }
  try {
    await expectSuccess(run(['sandbox', 'up', ...up]))
    const status = JSON.parse((await expectSuccess(run(['sandbox', 'status', '--json']))).stdout) as SandboxStatus
    const { endpoint, region, accessKeyId, secretAccessKey } = status
    const client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
    return {
      directory,
      endpoint,
      client,
      credentials: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      env,
      run,
      write(files) {
        for (const [path, text] of Object.entries(files)) {
          mkdirSync(dirname(join(directory, path)), { recursive: true })
          writeFileSync(join(directory, path), text)
        }
        return directory
      },
      async remove() {
        client.destroy()
        await run(['sandbox', 'down'])
        remove()
      },
    }
  } catch (error) {
    await run(['sandbox', 'down']).catch(() => undefined)
    remove()
    throw error
  }
}

/** The result of a command that must exit with 0; what it printed is in the failure's message. */
export async function expectSuccess(running: Promise<CommandResult>): Promise<CommandResult> {
  return expectExit(running, 0)
}

export async function expectExit(running: Promise<CommandResult>, exitCode: number): Promise<CommandResult> {
  const result = await running
  expect(result.exitCode, `${result.stdout}\n${result.stderr}`).toBe(exitCode)
  return result
}
