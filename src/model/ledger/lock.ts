import { membersOf } from './members.js'

/**
 * What stands in a stack's lock (docs/decisions/0017-the-lock-is-a-launch-template.md): who holds it, for which run, and by which facts another process on
 * the same machine can tell whether that process still lives.
 */
export interface LockContent {
  /** Of the process that holds it; made at random for each contender, and never kept in a file. */
  readonly nonce: string
  readonly holder: LockHolder
  /** The epoch: from it tokens and nonces of what the holder makes are derived. */
  readonly epoch: Epoch
  /** By the holder's clock, ISO 8601: for people, and compared with nothing. */
  readonly since: string
  /** The run has ended, and not all that came of it is known: the lock stays for the next one to read, whoever may live. */
  readonly hasEnded?: true
}

export interface LockHolder {
  readonly user: string
  readonly host: string
  readonly pid: number
  /** What tells this process from all others on this machine since it booted; undefined where the system does not say it. */
  readonly process?: ProcessFacts
}

/** See proc(5): each of the three is another one where `pid` may mean another process. */
export interface ProcessFacts {
  /** `/proc/sys/kernel/random/boot_id`. */
  readonly bootId: string
  /** The inode of `/proc/self/ns/pid`. */
  readonly pidNamespace: string
  /** Field 22 of `/proc/PID/stat`, in clock ticks since the boot. */
  readonly startTime: string
}

/** The run from which ClientTokens and nonces derive. It survives a crash, so that whoever goes on asks for the same things. */
export interface Epoch {
  readonly run: string
  /** Runs that went on with it and did not end well either, oldest first. */
  readonly later?: readonly string[]
  /** What the run recorded as the applied revision, and the digest of the file that it applied. */
  readonly revision?: string
  readonly specDigest?: string
}

/** A lock as one reading shows it. */
export interface LockSight {
  /** Launch template id. Another holder has another one. */
  readonly id: string
  /** Grows with each beat; the numbers are EC2's. */
  readonly beat: number
  /** Undefined: what stands in it cannot be read (somebody else wrote it, or a newer evenkeel). */
  readonly content: LockContent | undefined
}

/** `anna@build-7 (pid 4711)`. */
export function holderText({ holder }: LockContent): string {
  return `${holder.user}@${holder.host} (pid ${holder.pid})`
}

/** Who holds it, for which run, since when. */
export function lockText({ content, id }: LockSight): string {
  if (!content) return `somebody (the launch template ${id} says nothing that can be read)`
  return `${holderText(content)}, run ${content.epoch.run}, since ${content.since}`
}

/** What an unknown value says; undefined where it is no lock. */
export function parseLockContent(value: unknown): LockContent | undefined {
  const { nonce, holder, epoch, since, hasEnded } = membersOf(value)
  const { user, host, pid, process } = membersOf(holder)
  const parsed = parseEpoch(epoch)
  if (!isText(nonce) || !isText(user) || !isText(host) || !isText(since) || typeof pid !== 'number' || !parsed) {
    return undefined
  }
  const { bootId, pidNamespace, startTime } = membersOf(process)
  const facts = isText(bootId) && isText(pidNamespace) && isText(startTime) && { bootId, pidNamespace, startTime }
  const known = { nonce, holder: { user, host, pid, ...(facts && { process: facts }) }, epoch: parsed, since }
  return hasEnded === true ? { ...known, hasEnded } : known
}

/** What an unknown value says; undefined where it is no epoch. */
export function parseEpoch(value: unknown): Epoch | undefined {
  const { run, later, revision, specDigest } = membersOf(value)
  if (!isText(run)) return undefined
  const runs = Array.isArray(later) ? later.filter(isText) : []
  return {
    run,
    ...(runs.length > 0 && { later: runs }),
    ...(isText(revision) && { revision }),
    ...(isText(specDigest) && { specDigest }),
  }
}

/** So many are remembered: each is one more value of a filter. */
const laterRunsMax = 20

/** The epoch as the next run goes on with it. */
export function continued(epoch: Epoch, run: string): Epoch {
  if (run === epoch.run || epoch.later?.includes(run) === true) return epoch
  return { ...epoch, later: [...(epoch.later ?? []), run].slice(-laterRunsMax) }
}

/** All runs that may have made something in it, oldest first. */
export function runsOf({ run, later = [] }: Epoch): readonly string[] {
  return [run, ...later]
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== ''
}
