import { existsSync, readdirSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import type { StackSpec } from '../model/stack-spec.js'
import { scaledClock } from '../core/clock.js'
import type { Ec2Options, Ec2Target } from '../providers/ec2/wire/ec2-target.js'
import { sandboxStatus, type SandboxEndpoint } from '../sandbox/daemon-client.js'
import { stateDirectory } from './private-directory.js'
import { upSandbox } from './sandbox-control.js'
import { sandboxDirectory } from './sandbox-directory.js'

/** Where a stack is. */
export interface Place {
  readonly target: Ec2Target
  /** The directory in which generated key pairs are kept. */
  readonly keys: string
  /** Where they may lie as well: see `otherKeyDirectories`. */
  readonly otherKeys?: readonly string[]
  /** Those of them that may be of the same region: a stack of the same name in another one has keys of its own. */
  readonly sameKeys?: readonly string[]
  /** Why no server can be entered there: a sandbox without hosts. */
  readonly hostsImpossible: string | undefined
  /** How waiting goes there, where that is not as everywhere: a sandbox that was told to be as slow as EC2, or has a clock of its own. */
  readonly pace?: Pick<Ec2Options, 'clock' | 'random' | 'pollScale' | 'timeoutScale'> | undefined
}

/** Where a stack file says that its stack is; starts the sandbox when that is there. */
export async function placeOfStack(
  { stack, target }: Pick<StackSpec, 'stack' | 'target'>,
  sandboxDir: string | undefined,
): Promise<Place> {
  if (target.kind === 'ec2') {
    const { region, profile, account, endpoint } = target
    const root = join(stateDirectory(), 'keys')
    const keys = join(root, 'default', region ?? 'default', stack)
    const otherKeys = otherKeyDirectories(root, stack, keys)
    const sandbox = endpoint === undefined ? undefined : await sandboxAt(endpoint, sandboxDir)
    return {
      target: { region, profile, account, endpoint, isSandbox: sandbox !== undefined },
      pace: sandbox && paceOf(sandbox),
      keys,
      otherKeys,
      sameKeys: otherKeys.filter((other) => mayBeIn(region, other)),
      hostsImpossible: undefined,
    }
  }
  const directory = sandboxDirectory(sandboxDir)
  const sandbox = await upSandbox(directory)
  const { endpoint, accessKeyId, secretAccessKey } = sandbox
  return {
    target: { region: target.region, endpoint, isSandbox: true, credentials: { accessKeyId, secretAccessKey } },
    pace: paceOf(sandbox),
    keys: join(directory, 'keys', target.region, stack),
    hostsImpossible: sandbox.hosts === 'none' ? (sandbox.hostsUnavailableBecause ?? 'its hosts are off') : undefined,
  }
}

/** The sandbox on this machine, when its endpoint is the one that the file names, as `evenkeel sandbox env` prints it. */
async function sandboxAt(endpoint: string, sandboxDir: string | undefined): Promise<SandboxEndpoint | undefined> {
  const { endpoint: running } = await sandboxStatus(sandboxDirectory(sandboxDir))
  return running?.endpoint === endpoint.replace(/\/+$/, '') ? running : undefined
}

/** Where things take as long as on EC2, or a clock is in common, pauses and limits are EC2's too: their proportions count. */
function paceOf({ switches, clock }: SandboxEndpoint): Place['pace'] {
  if (clock) return { clock: scaledClock(clock.factor, clock), pollScale: 1, timeoutScale: 1 }
  return switches?.latencies === 'real' ? { pollScale: 1, timeoutScale: 1 } : undefined
}

/**
 * The directories of the other places below `root` that hold key pairs of a stack of that name. Version 0.1.0 named them by
 * the target's account or profile, and the region is named only since it stands in the file: the words of a target may
 * change, and the key is still the same. Stacks of one name in several accounts are told apart by the key that EC2 has.
 *
 * @internal exported for its test
 */
export function otherKeyDirectories(root: string, stack: string, keys: string): readonly string[] {
  const found: string[] = []
  for (const owner of namesIn(root)) {
    for (const region of namesIn(join(root, owner))) {
      const directory = join(root, owner, region, stack)
      if (directory !== keys && existsSync(directory)) found.push(directory)
    }
  }
  return found
}

/** Whether the keys below `<owner>/<region>/<stack>` may be those of a stack in that region, which one of both may not name. */
function mayBeIn(region: string | undefined, directory: string): boolean {
  const named = basename(dirname(directory))
  return region === undefined || named === 'default' || named === region
}

function namesIn(directory: string): readonly string[] {
  return existsSync(directory) ? readdirSync(directory).sort() : []
}
