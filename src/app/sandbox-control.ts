import { messageOf, UsageError } from '../core/errors.js'
import {
  ensureSandbox,
  resetSandbox,
  RunsOtherwise,
  sandboxStatus,
  stopSandbox,
  type EnsureOptions,
  type SandboxEndpoint,
} from '../sandbox/daemon-client.js'
import { switchText } from '../sandbox/switches.js'

/** The sandbox of a directory, started when it does not run; throws a UsageError when the one that runs has other switches. */
export async function upSandbox(directory: string, options: EnsureOptions = {}): Promise<SandboxEndpoint> {
  try {
    return await told('started', directory, () => ensureSandbox(directory, options))
  } catch (error) {
    if (!(error instanceof UsageError && error.cause instanceof RunsOtherwise)) throw error
    throw new UsageError('SANDBOX_RUNS_OTHERWISE', `the sandbox in ${directory}: ${error.cause.message}`, {
      hint: 'end it with `evenkeel sandbox down`, which keeps its world, and say the same again; or take another directory with --sandbox-dir',
    })
  }
}

/** Ends the daemon; its world stays. False: none was running. */
export function downSandbox(directory: string): Promise<boolean> {
  return told('stopped', directory, () => stopSandbox(directory))
}

/** Ends the daemon and removes its world. */
export function wipeSandbox(directory: string): Promise<void> {
  return told('reset', directory, () => resetSandbox(directory))
}

/** What `sandbox status --json` prints: one flat, versioned object; everything but the first three only while it runs. */
export async function statusMembers(directory: string): Promise<Readonly<Record<string, unknown>>> {
  const { stateDir, running, endpoint, status } = await sandboxStatus(directory)
  return {
    formatVersion: 1,
    stateDir,
    running,
    ...endpoint,
    ...(endpoint && { start: startLine(endpoint) }),
    ...(status && { limits: status.hosts.limits, regions: status.regions }),
  }
}

/** The command line that starts a sandbox that behaves as this one. */
function startLine({ switches = {} }: SandboxEndpoint): string {
  return `evenkeel sandbox up ${switchText(switches)}`.trimEnd()
}

/** The sandbox that runs in a directory; throws a UsageError when none does. */
export async function runningSandbox(directory: string): Promise<SandboxEndpoint> {
  const { endpoint } = await sandboxStatus(directory)
  if (endpoint) return endpoint
  throw new UsageError('SANDBOX_START_FAILED', `no sandbox runs in ${directory}`, {
    hint: 'start it with `evenkeel sandbox up`',
  })
}

async function told<Result>(what: string, directory: string, work: () => Promise<Result>): Promise<Result> {
  try {
    return await work()
  } catch (error) {
    throw new UsageError(
      'SANDBOX_START_FAILED',
      `the sandbox in ${directory} could not be ${what}: ${messageOf(error)}`,
      { cause: error, hint: 'see daemon.log there, or take another directory with --sandbox-dir' },
    )
  }
}
