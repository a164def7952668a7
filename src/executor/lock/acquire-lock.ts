import type { Epoch, LockContent, LockSight } from '../../model/ledger/lock.js'
import { contend, type Contention } from './contention.js'
import { pause } from '../../core/pause.js'
import { Cancelled, ProviderError } from '../../core/errors.js'
import { inWorkScope } from '../../core/work-scope.js'
import { noteEnded } from './ended-here.js'
import { insist } from './insist.js'
import { createLease, type Lease } from './lease.js'
import { hidden, locked, uncertain } from './lock-errors.js'
import type { LockWorld } from './lock-world.js'
import type { Moment } from './passed-time.js'

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

/** So often is a lock looked for that was just taken. */
const confirmationsMax = 20
/** Between two looks for a lock that EC2 knows of, and does not show. */
const unseenPauseMs = 1_000

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
  let unseen = 0
  for (;;) {
    const askedAt = time.mark()
    const isTried = contention.watched === undefined
    const sight = await (isTried ? takeOrFind(world, content) : cloud.readLock(stack))
    if (sight !== undefined && isOwn(sight, content)) {
      const heldSince = await heldFrom(world, sight, content, isTried ? askedAt : undefined)
      if (heldSince) {
        const lease = createLease(world, { sight, content, heldSince })
        await confirm(world, lease)
        return { lease, silentMs }
      }
      contention = { watched: { ...sight, sinceMs: 0 } }
      await pause(clock, times.lookMs)
      continue
    }
    const passedMs = time.since(began)
    const liveness = sight?.content ? world.livenessOf(sight.content) : 'unknown'
    const look = { sight, liveness, nowMs: passedMs, isPatienceOver: passedMs >= claim.patienceMs }
    const { next, move } = contend(contention, look, times)
    contention = next
    unseen = isTried && sight === undefined ? unseen + 1 : 0
    if (sight === undefined || move.kind === 'take') {
      if (unseen > confirmationsMax && look.isPatienceOver) throw hidden(stack)
      if (unseen > 0) await pause(clock, unseenPauseMs)
      continue
    }
    if (move.kind === 'refuse') throw locked(stack, sight)
    if (move.kind === 'take-over') {
      const end = await takeOver(world, claim, sight)
      if (end === 'taken') silentMs = move.proof ? 0 : times.leaseMs
      contention = end === 'alive' ? { watched: { id: sight.id, beat: -1, sinceMs: passedMs } } : {}
      // Readings are behind, or somebody else is at it in this moment.
      if (end !== 'taken') await pause(clock, end === 'gone' ? unseenPauseMs : times.lookMs)
      continue
    }
    const word = `${sight.id} ${move.because}`
    if (word !== told) claim.onWait(sight, move.because)
    told = word
    await pause(clock, times.lookMs)
  }
}

/** The lock that was made, or the one that is in the way; undefined where it is not shown, or went between the two. */
async function takeOrFind(world: LockWorld, content: LockContent): Promise<LockSight | undefined> {
  const { cloud, stack } = world
  const heldSince = world.time.mark()
  try {
    return (await cloud.takeLock({ stack, content })) ?? (await cloud.readLock(stack))
  } catch (error) {
    if (!mayHaveMade(error)) throw error
    const found = await lookForMade(world, content)
    // Of what nobody waits for any more nothing is to stay.
    const isOurs = found !== undefined && isOwn(found, content)
    if (error instanceof Cancelled && isOurs) await createLease(world, { sight: found, content, heldSince }).release()
    if (error instanceof Cancelled || found === undefined) {
      noteEnded(content)
      throw error
    }
    return found
  }
}

/** Whether what a call that ended so came to is not known. */
function mayHaveMade(error: unknown): boolean {
  return error instanceof Cancelled || (error instanceof ProviderError && error.errorClass === 'ambiguous')
}

/**
 * The lock that a call without an answer has made, or another's; undefined where EC2 does not answer for some seconds. The same
 * token again tells, whatever readings show: it is answered with what it has made.
 */
async function lookForMade(
  { cloud, clock, time, stack }: LockWorld,
  content: LockContent,
): Promise<LockSight | undefined> {
  let found: LockSight | undefined
  await insist({ clock, time }, async () => {
    found = (await cloud.takeLock({ stack, content }, 'once')) ?? (await cloud.readLock(stack))
  })
  return found
}

/**
 * Since when a lock of ours is held; undefined where a challenger is taking it away. One that was made longer ago, by a call
 * without an answer, may have been watched: it is held from a beat on that is the very next.
 */
async function heldFrom(
  { cloud, time, times }: LockWorld,
  { id, beat }: LockSight,
  content: LockContent,
  askedAt: Moment | undefined,
): Promise<Moment | undefined> {
  if (askedAt && time.since(askedAt) < times.beatMs) return askedAt
  const sentAt = time.mark()
  return (await cloud.beatLock({ id, content })) === beat + 1 ? sentAt : undefined
}

function isOwn({ content }: LockSight, { nonce }: LockContent): boolean {
  return content?.nonce === nonce
}

/**
 * Takes a lock away from a run that has ended: `gone`, somebody else has done so, or it was given back; `alive`, its holder beats,
 * or another challenger is at it. Of those only one goes on, so that nothing is written into the ledger of who holds it by now.
 */
async function takeOver(
  { cloud }: LockWorld,
  { keepEpoch }: Claim,
  { id, beat, content }: LockSight,
): Promise<'taken' | 'gone' | 'alive'> {
  if (content === undefined) return 'alive'
  // EC2 counts the beats, whatever readings show: one more than was seen means that there was one more.
  const counted = await cloud.beatLock({ id, content })
  if (counted === undefined) return 'gone'
  if (counted !== beat + 1) return 'alive'
  await keepEpoch(content.epoch)
  await cloud.dropLock(id)
  return 'taken'
}

/** Reads until the lock shows as ours; gives it back and rejects where it does not, or is not waited for. */
async function confirm({ clock, stack }: LockWorld, lease: Lease): Promise<void> {
  try {
    for (let reading = 1; reading <= confirmationsMax; reading += 1) {
      if (await lease.shows()) return
      await pause(clock, unseenPauseMs)
    }
    throw uncertain(stack)
  } catch (error) {
    // Nobody waits for it any more, nobody answers, or it does not show.
    await lease.release()
    throw error
  }
}
