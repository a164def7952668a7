import type { Epoch, LockContent, LockSight } from '../../model/ledger/lock.js'
import { contend, type Contention } from './contention.js'
import { pause } from '../../core/pause.js'
import { inWorkScope } from '../../core/work-scope.js'
import { createLease, type Lease } from './lease.js'
import { locked, uncertain } from './lock-errors.js'
import type { LockWorld } from './lock-world.js'

export interface Claim {
  readonly content: LockContent
  /** So long is a holder waited for that lives. */
  readonly patienceMs: number
  /** Writes down the epoch of a run that ended without a word; called before its lock goes. */
  readonly keepEpoch: (epoch: Epoch) => Promise<void>
  /** Somebody holds it: told once for each holder and reason. */
  readonly onWait: (sight: LockSight, because: 'alive' | 'silent') => void
  readonly signal?: AbortSignal | undefined
}

/** The lock, and how long the run before was silent when its lock was taken over; undefined where there was none. */
export interface Acquired {
  readonly lease: Lease
  readonly silentMs: number | undefined
}

/** So often, a second apart, is a lock looked for that was just taken. */
const confirmationsMax = 20
const confirmationPauseMs = 1_000

/**
 * Takes the lock of a stack, or ends with Cancelled and without it. What decides is what EC2 answers to writes; readings, which
 * may be old, only say what to try.
 * Rejects with a LockError where somebody else holds it.
 */
export function acquireLock(world: LockWorld, claim: Claim): Promise<Acquired> {
  return inWorkScope({ signal: claim.signal }, () => acquire(world, claim))
}

async function acquire(world: LockWorld, claim: Claim): Promise<Acquired> {
  const { cloud, clock, time, times, stack } = world
  const { content } = claim
  const began = time.mark()
  let contention: Contention = {}
  let told = ''
  let silentMs: number | undefined
  for (;;) {
    const heldSince = time.mark()
    const sight = await (contention.watched ? cloud.readLock(stack) : takeOrFind(world, content))
    if (sight !== undefined && isOwn(sight, content)) {
      const lease = createLease(world, { sight, content, heldSince })
      await confirm(world, lease)
      return { lease, silentMs }
    }
    const passedMs = time.since(began)
    const liveness = sight?.content ? world.livenessOf(sight.content) : 'unknown'
    const look = { sight, liveness, nowMs: passedMs, isPatienceOver: passedMs >= claim.patienceMs }
    const { next, move } = contend(contention, look, times)
    contention = next
    if (sight === undefined || move.kind === 'take') continue
    if (move.kind === 'refuse') throw locked(stack, sight)
    if (move.kind === 'take-over') {
      const isOver = await takeOver(world, claim, sight, move.proof)
      // It beats after all: readings were behind.
      contention = isOver ? {} : { watched: { id: sight.id, beat: -1, sinceMs: passedMs } }
      if (isOver) silentMs = move.proof ? 0 : times.leaseMs
      continue
    }
    const word = `${sight.id} ${move.because}`
    if (word !== told) claim.onWait(sight, move.because)
    told = word
    await pause(clock, times.lookMs)
  }
}

/** The lock that was made, or the one that is in the way; undefined where it went between the two. */
async function takeOrFind({ cloud, stack }: LockWorld, content: LockContent): Promise<LockSight | undefined> {
  try {
    return (await cloud.takeLock({ stack, content })) ?? (await cloud.readLock(stack))
  } catch (error) {
    // Whether a call without an answer has made it is what its nonce says.
    const found = await cloud.readLock(stack)
    if (found === undefined || !isOwn(found, content)) throw error
    return found
  }
}

function isOwn({ content }: LockSight, { nonce }: LockContent): boolean {
  return content?.nonce === nonce
}

/** True: it was taken away from a run that has ended, or somebody else has done so. */
async function takeOver(
  { cloud }: LockWorld,
  { keepEpoch }: Claim,
  { id, beat, content }: LockSight,
  proof: boolean,
): Promise<boolean> {
  if (content === undefined) return false
  if (!proof) {
    // EC2 counts the beats, whatever readings show: one more than was seen means that there was one more.
    const counted = await cloud.beatLock({ id, content })
    if (counted !== undefined && counted !== beat + 1) return false
  }
  await keepEpoch(content.epoch)
  await cloud.dropLock(id)
  return true
}

/** Reads until the lock shows as ours; gives it back and rejects where it does not, or is not waited for. */
async function confirm({ clock, stack }: LockWorld, lease: Lease): Promise<void> {
  try {
    for (let reading = 1; reading <= confirmationsMax; reading += 1) {
      if (await lease.shows()) return
      await pause(clock, confirmationPauseMs)
    }
    throw uncertain(stack)
  } catch (error) {
    // Nobody waits for it any more, nobody answers, or it does not show.
    await lease.release()
    throw error
  }
}
