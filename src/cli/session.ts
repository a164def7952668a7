import { homedir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../core/clock.js'
import { defaultConcurrency, type ApplyOptions } from '../executor/apply-plan.js'
import { observeStack } from '../executor/observe/observe-stack.js'
import type { Ports } from '../executor/ports.js'
import { createHosts } from '../hosts/hosts.js'
import { createLocalKeys } from '../hosts/local-keys.js'
import type { LiveStack } from '../model/live-stack.js'
import { createEc2Cloud } from '../providers/ec2/cloud.js'
import type { Ec2Target } from '../providers/ec2/target.js'
import type { StackSpec } from '../model/stack-spec.js'
import { createSync } from '../sync/sync.js'
import { exitCodes } from './exit-codes.js'
import { onInterrupt } from './interruption.js'
import type { RunOptions, StackOptions } from './options.js'
import { findRevision, newRunId } from './revision.js'
import { upSandbox } from './sandbox-control.js'
import { sandboxDirectory } from './sandbox-directory.js'
import type { StackFile } from './stack-file.js'
import { activityLine } from './terminal.js'

/** A stack file with everything that is needed to read and change its world. Close it when done. */
export interface Session {
  readonly file: StackFile
  readonly spec: StackSpec
  readonly ports: Ports
  /** Why no server can be entered: a sandbox without hosts. */
  readonly hostsImpossible: string | undefined
  readonly run: string
  observe(options: { readonly hosts: boolean; readonly snapshotsOf?: readonly string[] }): Promise<LiveStack>
  close(): Promise<void>
}

/** Composes the ports for a stack file's target; starts the sandbox when that is the target. Sends nothing to EC2 yet. */
async function openSession(file: StackFile, options: StackOptions): Promise<Session> {
  const { spec, directory } = file
  const place = await resolveTarget(spec, options)
  const hosts = createHosts()
  const ports: Ports = {
    cloud: createEc2Cloud(place.target),
    hosts,
    keys: createLocalKeys({
      stack: spec.stack,
      keyPairs: spec.keyPairs,
      baseDirectory: directory,
      directory: place.keys,
    }),
    sync: createSync({ baseDirectory: directory }),
  }
  return {
    file,
    spec,
    ports,
    hostsImpossible: place.hostsImpossible,
    run: newRunId(systemClock.now()),
    async observe({ hosts: enter, snapshotsOf = [] }) {
      const activity = activityLine()
      try {
        return await observeStack(spec, ports, {
          hosts: enter,
          hostsImpossible: place.hostsImpossible,
          snapshotsOf,
          onActivity: activity.say,
        })
      } finally {
        activity.clear()
      }
    },
    async close() {
      ports.cloud.close()
      ports.hosts.close()
      await ports.sync.close()
    },
  }
}

/** Runs `work` with a session, and closes it whatever happens; also on Ctrl-C, where `work` does not see to that itself. */
export async function withSession<Result>(
  file: StackFile,
  options: StackOptions,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = await openSession(file, options)
  let leaving = false
  const release = onInterrupt(() => {
    if (leaving) process.exit(exitCodes.interrupted)
    leaving = true
    void session.close().finally(() => process.exit(exitCodes.interrupted))
  })
  try {
    return await work(session)
  } finally {
    await session.close()
    release()
  }
}

/** What planning records beside the stack file's wishes. */
export async function planningFacts(
  session: Session,
  options: RunOptions,
): Promise<{ readonly run: string; readonly revision: string | undefined; readonly now: string }> {
  const revision = await findRevision(options.revision, session.file.directory)
  return { run: session.run, revision, now: new Date(systemClock.now()).toISOString() }
}

/** What every apply of a session is given. */
export function applyOptions(session: Session, options: RunOptions): Pick<ApplyOptions, 'run' | 'concurrency'> {
  return {
    run: session.run,
    concurrency: options.concurrency ?? defaultConcurrency,
  }
}

interface Place {
  readonly target: Ec2Target
  /** Where generated key pairs are kept. */
  readonly keys: string
  readonly hostsImpossible: string | undefined
}

async function resolveTarget({ stack, target }: StackSpec, options: StackOptions): Promise<Place> {
  if (target.kind === 'ec2') {
    const { region, profile, account, endpoint } = target
    // One stack name may stand for different stacks in different accounts and regions: their keys must not mix.
    const owner = [account ?? profile ?? 'default', region ?? 'default']
    return {
      target: { region, profile, account, endpoint },
      keys: join(stateDirectory(), 'keys', ...owner, stack),
      hostsImpossible: undefined,
    }
  }
  const directory = sandboxDirectory(options)
  const sandbox = await upSandbox(directory)
  const { endpoint, accessKeyId, secretAccessKey } = sandbox
  return {
    target: { region: target.region, endpoint, credentials: { accessKeyId, secretAccessKey } },
    keys: join(directory, 'keys', target.region, stack),
    hostsImpossible: sandbox.hosts === 'none' ? (sandbox.hostsUnavailableBecause ?? 'its hosts are off') : undefined,
  }
}

/** Where this machine keeps what is its own: https://specifications.freedesktop.org/basedir-spec, XDG_STATE_HOME. */
function stateDirectory(): string {
  return join(process.env['XDG_STATE_HOME'] ?? join(homedir(), '.local', 'state'), 'evenkeel')
}
