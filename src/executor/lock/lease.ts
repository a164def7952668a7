import type { LockError } from '../../core/errors.js'
import type { LockContent, LockSight } from '../../model/ledger/lock.js'
import { insist } from './insist.js'
import type { LockWorld } from './lock-world.js'
import { broken, expired } from './lock-errors.js'
import { actsForMs } from './lock-times.js'
import { noteEnded } from './ended-here.js'
import type { Moment } from './passed-time.js'

/** A lock that this process holds. It beats until it is released, or lost. */
export interface Lease {
  readonly sight: LockSight
  /** Aborted with a LockError when it is lost. */
  readonly lost: AbortSignal
  /** Whether a reading shows it, which may be seconds after it was taken. */
  shows(): Promise<boolean>
  /** Throws a LockError where nothing may be changed any more. To be asked right before each change. */
  check(): void
  /** As `check`; and where EC2 has not confirmed the lock in the last seconds, asks it to. For what takes something away. */
  verify(): Promise<void>
  /** Gives it back. Never rejects: a lock that could not be given back ends by itself. Resolves with whether it was. */
  release(): Promise<boolean>
  /** Stops beating and leaves it there, for the next run to find what this one was, and that it has ended. Never rejects. */
  abandon(): Promise<void>
}

/** Between two tries to have EC2 confirm a lock that it does not know everywhere yet. */
const confirmationPauseMs = 1_000

interface Held {
  readonly sight: LockSight
  readonly content: LockContent
  /** Right before the call that took it. */
  readonly heldSince: Moment
}

/** Holds a lock from the moment in which it was taken. */
export function createLease(
  { stack, cloud, clock, time, times }: LockWorld,
  { sight, content, heldSince }: Held,
): Lease {
  const { id } = sight
  const losing = new AbortController()
  const ending = new AbortController()
  let confirmedAt = heldSince
  let beating: Promise<void> | undefined
  let wasShown = false

  const lose = (error: LockError): LockError => {
    ending.abort()
    losing.abort(error)
    return error
  }
  const check = () => {
    if (losing.signal.aborted) throw losing.signal.reason as LockError
    const sinceMs = time.since(confirmedAt)
    if (sinceMs >= actsForMs(times)) throw lose(expired(stack, sinceMs))
  }

  /** One beat; the answer of one that was sent later is waited for by all who ask meanwhile. */
  const beat = (): Promise<void> => {
    if (beating) return beating
    const sent = beatOnce().finally(() => {
      if (beating === sent) beating = undefined
    })
    beating = sent
    return sent
  }
  const beatOnce = async () => {
    const sentAt = time.mark()
    if ((await cloud.beatLock({ id, content })) !== undefined) {
      check()
      if (time.since(sentAt) < time.since(confirmedAt)) confirmedAt = sentAt
      return
    }
    const found = await cloud.readLock(stack)
    // Made moments ago, and not everywhere yet: neither lost nor confirmed.
    if (found?.id === id || (found === undefined && !wasShown)) return
    if (!ending.signal.aborted) lose(broken(stack, found))
  }

  const beatOn = async () => {
    let before: Promise<void> | undefined
    for (;;) {
      await sleepUntil(times.beatMs)
      if (ending.signal.aborted) return
      // One that hangs keeps neither the lease from ending nor the next from being sent: that one has a connection of its own.
      if (beating === before) beating = undefined
      before = beat()
      before.catch(() => undefined)
      try {
        check()
      } catch {
        // Whoever changes something next is told; whoever listens has been.
      }
    }
  }
  const shows = async () => {
    const isShown = (await cloud.readLock(stack))?.id === id
    wasShown ||= isShown
    return isShown
  }
  /** What was made moments ago EC2 may not find for a change although it shows it, and may not show although it is there. */
  const seeThatItIsGone = async () => {
    if (!wasShown || (await shows())) throw new Error('the lock may be there')
  }
  const sleepUntil = (durationMs: number) => clock.sleep(durationMs, ending.signal).catch(() => undefined)
  void beatOn()

  return {
    sight,
    lost: losing.signal,
    shows,
    check,
    async verify() {
      check()
      if (time.since(confirmedAt) >= times.confirmedMs) {
        const before = confirmedAt
        await beat()
        // One that was made moments ago may not be everywhere yet.
        for (check(); confirmedAt === before; check()) {
          await sleepUntil(confirmationPauseMs)
          await beat()
        }
      }
    },
    async release() {
      ending.abort()
      const isGone = await insist({ clock, time }, async () => {
        if (!(await cloud.dropLock(id, 'once'))) await seeThatItIsGone()
      })
      if (!isGone) noteEnded(content)
      return isGone
    },
    async abandon() {
      ending.abort()
      const lastWord = { id, content: { ...content, hasEnded: true } } as const
      const isSaid = await insist({ clock, time }, async () => {
        // The last word: one that is on its way must not come after it.
        if (beating) throw new Error('a beat is on its way')
        if ((await cloud.beatLock(lastWord, 'once')) === undefined) await seeThatItIsGone()
      })
      if (!isSaid) noteEnded(content)
    },
  }
}
