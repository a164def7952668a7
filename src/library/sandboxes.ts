import { sandboxStatus } from '../sandbox/daemon-client.js'
import type { SandboxEndpoint } from '../sandbox/endpoint-file.js'
import type { SandboxSwitches } from '../sandbox/switches.js'
import { downSandbox, upSandbox } from '../app/sandbox-control.js'
import { sandboxDirectory } from '../app/sandbox-directory.js'

/** Which of this user's sandboxes is meant. */
export interface SandboxChoice {
  /** Where it keeps its world; left out: EVENKEEL_SANDBOX_DIR, else below the user's state directory. */
  readonly sandboxDir?: string
}

/** The sandbox that runs: endpoint, region and keys for any EC2 client. Undefined: none does, and none is started. */
export async function findSandbox({ sandboxDir }: SandboxChoice = {}): Promise<SandboxEndpoint | undefined> {
  return (await sandboxStatus(sandboxDirectory(sandboxDir))).endpoint
}

/** As `findSandbox`, and starts it where it does not run; throws a UsageError when it cannot, or runs with other switches. */
export function startSandbox({
  sandboxDir,
  ...options
}: SandboxChoice & {
  /** Only for one that has to be started. Default `auto`: Linux hosts where this machine can have them. */
  readonly hosts?: 'auto' | 'linux' | 'none'
  readonly switches?: SandboxSwitches
} = {}): Promise<SandboxEndpoint> {
  return upSandbox(sandboxDirectory(sandboxDir), options)
}

/** Ends it; its world stays, for the next start. False: none was running. */
export function stopSandbox({ sandboxDir }: SandboxChoice = {}): Promise<boolean> {
  return downSandbox(sandboxDirectory(sandboxDir))
}
