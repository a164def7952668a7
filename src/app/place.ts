import { homedir } from 'node:os'
import { join } from 'node:path'
import type { StackSpec } from '../model/stack-spec.js'
import type { Ec2Target } from '../providers/ec2/wire/ec2-target.js'
import { sandboxStatus } from '../sandbox/daemon-client.js'
import { upSandbox } from './sandbox-control.js'
import { sandboxDirectory } from './sandbox-directory.js'

/** Where a stack is. */
export interface Place {
  readonly target: Ec2Target
  /** The directory in which generated key pairs are kept. */
  readonly keys: string
  /** Why no server can be entered there: a sandbox without hosts. */
  readonly hostsImpossible: string | undefined
}

/** Where a stack file says that its stack is; starts the sandbox when that is there. */
export async function placeOfStack({ stack, target }: StackSpec, sandboxDir: string | undefined): Promise<Place> {
  if (target.kind === 'ec2') {
    const { region, profile, account, endpoint } = target
    // One stack name may stand for different stacks in different accounts and regions: their keys must not mix.
    const owner = [account ?? profile ?? 'default', region ?? 'default']
    const isSandbox = endpoint !== undefined && (await isRunningSandbox(endpoint, sandboxDir))
    return {
      target: { region, profile, account, endpoint, isSandbox },
      keys: join(stateDirectory(), 'keys', ...owner, stack),
      hostsImpossible: undefined,
    }
  }
  const directory = sandboxDirectory(sandboxDir)
  const sandbox = await upSandbox(directory)
  const { endpoint, accessKeyId, secretAccessKey } = sandbox
  return {
    target: { region: target.region, endpoint, isSandbox: true, credentials: { accessKeyId, secretAccessKey } },
    keys: join(directory, 'keys', target.region, stack),
    hostsImpossible: sandbox.hosts === 'none' ? (sandbox.hostsUnavailableBecause ?? 'its hosts are off') : undefined,
  }
}

/** Whether an endpoint that the file names is that of the sandbox on this machine, as `evenkeel sandbox env` prints it. */
async function isRunningSandbox(endpoint: string, sandboxDir: string | undefined): Promise<boolean> {
  const running = (await sandboxStatus(sandboxDirectory(sandboxDir))).endpoint?.endpoint
  return running !== undefined && running === endpoint.replace(/\/+$/, '')
}

/** Where this machine keeps what is its own: https://specifications.freedesktop.org/basedir-spec, XDG_STATE_HOME. */
function stateDirectory(): string {
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'evenkeel')
}
