import { systemClock, type Clock } from '../core/clock.js'
import { UsageError } from '../core/errors.js'
import { hearingWaits, waitText } from '../core/wait-sink.js'
import { observeStack, type ObserveOptions } from '../executor/observe/observe-stack.js'
import type { Ports } from '../executor/ports.js'
import { createFence, fencedHosts, fencedSync } from '../executor/lock/fence.js'
import { createHosts } from '../hosts/hosts.js'
import { createLocalKeys } from '../hosts/keys/local-keys.js'
import type { LiveStack } from '../model/live-stack.js'
import type { Epoch } from '../model/ledger/lock.js'
import type { StackSpec } from '../model/stack-spec.js'
import { createEc2Cloud } from '../providers/ec2/cloud.js'
import { createSync } from '../sync/sync.js'
import { createPasses } from './servers/passes.js'
import { createInstanceConnect } from '../providers/instance-connect/instance-connect.js'
import { placeOfStack, type Place } from './place.js'
import { createSecrets, type Secrets } from './input/secrets.js'
import { findRevision, newRunId } from './revision.js'
import { createSessionLock, type LockSettings, type SessionLock } from './lock/session-lock.js'
import { directoriesOf, type StackFile } from './stack-file.js'

export interface SessionOptions {
  /** Where the sandbox keeps its world; left out: EVENKEEL_SANDBOX_DIR, else below the user's state directory. */
  readonly sandboxDir?: string | undefined
  /** Where the stack is, in place of what its file says: for whoever runs a sandbox of their own. */
  readonly place?: Place
  /** The run whose plan is carried out; left out: a new one. */
  readonly run?: string | undefined
  /** Of the stack's lock, for tests. */
  readonly lock?: LockSettings
  /** One line for people about what is being read; undefined: reading is over. */
  readonly onActivity?: (text: string | undefined) => void
  /** A sentence for people about something that is no error. */
  readonly onNotice?: (text: string) => void
}

/** A stack file with everything that is needed to read and change its world, for one run. Close it when done. */
export interface Session {
  readonly file: StackFile
  readonly spec: StackSpec
  readonly ports: Ports
  /** The values of its sensitive variables. */
  readonly secrets: Secrets
  /** Where it acts; undefined: the AWS configuration of this machine says it. */
  readonly region: string | undefined
  /** Whose account that is, as the last observation told; undefined: it did not, or none was made yet. */
  readonly account: string | undefined
  /** Where this machine keeps the stack's keys. */
  readonly keysDirectory: string
  /** Why no server can be entered: a sandbox without hosts. */
  readonly hostsImpossible: string | undefined
  /** The run whose tokens are used: this one, or under the lock one that ended without a word and that this one goes on with. */
  readonly run: string
  /** This one, whatever it goes on with. */
  readonly ownRun: string
  /** What the run that this one goes on with recorded as its revision, where it applied the same file. */
  readonly inheritedRevision: string | undefined
  /** The stack's lock; see `withLock`. */
  readonly lock: SessionLock
  /** The clock of where it acts: the machine's, but for a sandbox that has its own. */
  readonly clock: Clock
  /** `hosts`: whether to look inside the servers; `left-out`: nor to plan anything there. */
  observe(
    options: Pick<ObserveOptions, 'snapshotsOf' | 'snapshotRegions' | 'forNew' | 'volumeTroubles'> & {
      readonly hosts: boolean | 'left-out'
    },
  ): Promise<LiveStack>
  notice(text: string): void
  /** Says that the run begins; throws the second time: what is made in a run is told from another's by the run's id. */
  begin(): void
  close(): Promise<void>
}

/** Composes the ports for a stack file's target; starts the sandbox when that is the target. Sends nothing to EC2 yet. */
export async function openSession(file: StackFile, options: SessionOptions = {}): Promise<Session> {
  const { spec, directory } = file
  const place = options.place ?? (await placeOfStack(spec, options.sandboxDir))
  const { hostsImpossible, pace } = place
  const clock = pace?.clock ?? systemClock
  const { onActivity = () => undefined, onNotice = () => undefined } = options
  const fence = createFence(spec.stack)
  const cloud = createEc2Cloud(place.target, { ...pace, guard: fence.guard })
  const secrets = createSecrets(file, (names) => cloud.secureParameters(names))
  const passes = createPasses(createInstanceConnect(place.target), clock)
  const ports: Ports = {
    cloud,
    passes,
    hosts: fencedHosts(createHosts(), fence),
    keys: createLocalKeys({
      stack: spec.stack,
      keyPairs: spec.keyPairs,
      baseDirectory: directory,
      directory: place.keys,
      otherDirectories: place.otherKeys ?? [],
      ...(place.sameKeys && { sameDirectories: place.sameKeys }),
    }),
    sync: fencedSync(createSync({ baseDirectory: directory }), fence),
    isOutside: place.target.isSandbox === true,
  }
  const lock = createSessionLock(spec.stack, ports.cloud, fence, options.lock)
  const ownRun = options.run ?? newRunId(clock.now())
  let inherited: Epoch | undefined
  let isBegun = false
  let account: string | undefined
  return {
    file,
    spec,
    ports,
    secrets,
    region: place.target.region,
    get account() {
      return account
    },
    keysDirectory: place.keys,
    hostsImpossible,
    get run() {
      return inherited?.run ?? ownRun
    },
    ownRun,
    get inheritedRevision() {
      const { specDigest, revision } = inherited ?? {}
      return specDigest !== undefined && specDigest === lock.epoch?.specDigest ? revision : undefined
    },
    lock,
    clock,
    async observe({ hosts: enter, snapshotsOf = [], snapshotRegions = [], forNew = true, volumeTroubles = false }) {
      try {
        const leftOut = enter === 'left-out' && hostsImpossible === undefined
        const asked = {
          hosts: enter === true,
          hostsImpossible: leftOut ? '--no-hosts leaves out what happens inside servers' : hostsImpossible,
          hostsLeftOut: leftOut,
          snapshotsOf,
          snapshotRegions,
          forNew,
          volumeTroubles,
          quietMs: lock.quietMs(),
          byTagsAlone: file.isFromTags === true,
          onActivity: (text: string | undefined) => onActivity(text && secrets.mask().text(text)),
        }
        const seen = await hearingWaits(
          (wait) => onActivity(secrets.mask().text(waitText(wait))),
          () => observeStack(spec, ports, asked),
        )
        account = seen.account
        // A reading may be older than what was written a moment ago, when the lock was taken over.
        const epoch = seen.ledger?.epoch ?? lock.left
        if (lock.isHeld) inherited = epoch
        return epoch === undefined ? seen : { ...seen, ledger: { id: undefined, addresses: [], ...seen.ledger, epoch } }
      } finally {
        onActivity(undefined)
      }
    },
    notice: (text) => onNotice(secrets.mask().text(text)),
    begin() {
      if (isBegun) {
        throw new UsageError('USAGE', 'this session has carried out a plan already', {
          hint: 'a session is one run: open another',
        })
      }
      isBegun = true
    },
    async close() {
      await lock.release()
      ports.cloud.close()
      ports.hosts.close()
      await ports.sync.close()
      await passes.close()
    },
  }
}

/** What planning records beside the stack file's wishes. */
interface PlanningFacts {
  readonly run: string
  readonly revision: string | undefined
  readonly now: string
}

/** What was observed, and what planning records with it: which run it is, the ledger tells. */
export async function observedWithFacts(
  session: Session,
  observation: Promise<LiveStack>,
  options: { readonly revision?: string | undefined },
): Promise<readonly [LiveStack, PlanningFacts]> {
  const [live, found] = await Promise.all([observation, findRevision(options.revision, directoriesOf(session.file))])
  const revision = options.revision ?? session.inheritedRevision ?? found
  return [live, { run: session.run, revision, now: new Date(session.clock.now()).toISOString() }]
}
