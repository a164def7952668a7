import { randomUUID } from 'node:crypto'
import { systemClock, type Clock } from '../../core/clock.js'
import { Cancelled } from '../../core/errors.js'
import type { ApplyResult } from '../../executor/outcome.js'
import type { CloudPort } from '../../executor/ports.js'
import { acquireLock, type Claim } from '../../executor/lock/acquire-lock.js'
import type { Fence } from '../../executor/lock/fence.js'
import { lockTimes, type LockTimes } from '../../executor/lock/lock-times.js'
import { passedTime, type Moment } from '../../executor/lock/passed-time.js'
import { livenessOf as livenessHere, livenessOfLock, thisHolder } from '../../executor/lock/process-facts.js'
import type { Liveness } from '../../executor/lock/contention.js'
import { continued, runsOf, type Epoch, type LockContent, type LockHolder } from '../../model/ledger/lock.js'

/** For tests, which have neither a minute nor a laptop to put to sleep. */
export interface LockSettings {
  readonly times?: Partial<LockTimes>
  readonly clock?: Clock
  readonly uptimeMs?: () => number
  /** Who this is, where processes are not what the system calls so. */
  readonly holder?: LockHolder
  readonly livenessOf?: (holder: LockHolder) => Liveness
}

/** The stack's lock as a session holds it. */
export interface SessionLock {
  readonly isHeld: boolean
  /** Aborted when it is lost. */
  readonly lost: AbortSignal | undefined
  /** What is to be written down of the run where it ends without a word; undefined while nothing is held. */
  readonly epoch: Epoch | undefined
  /** Of a run that ended without a word and whose lock was taken over, as it was written down; until a plan was carried out. */
  readonly left: Epoch | undefined
  /** How long that run has been known to do nothing, in milliseconds; undefined where there was none. */
  quietMs(): number | undefined
  take(claim: Pick<Claim, 'patienceMs' | 'onWait' | 'signal'> & { readonly epoch: Epoch }): Promise<void>
  /** Notes how a plan ended that was carried out under it. */
  note(result: ApplyResult): void
  /** Gives it back, or leaves it for the next run to find; who still waits for it waits no more. Resolves with whether it is gone. */
  release(): Promise<boolean>
}

interface Held {
  readonly epoch: Epoch
  readonly since: Moment
  /** Of a run before, when this began. */
  readonly silentMs: number | undefined
  left: Epoch | undefined
  isUnsettled: boolean
}

/** While it is being taken. */
interface Taking {
  readonly end: () => void
  readonly over: Promise<void>
}

export function createSessionLock(
  stack: string,
  cloud: CloudPort,
  fence: Fence,
  { times, clock = systemClock, uptimeMs, holder = thisHolder(), livenessOf = livenessHere }: LockSettings = {},
): SessionLock {
  const time = passedTime(clock, uptimeMs)
  const world = {
    stack,
    cloud,
    clock,
    time,
    times: { ...lockTimes, ...times },
    livenessOf: (content: LockContent) => livenessOfLock(content, livenessOf),
  }
  let held: Held | undefined
  let taking: Taking | undefined

  async function takeNow({ epoch, ...claim }: Parameters<SessionLock['take']>[0], signal: AbortSignal): Promise<void> {
    const content = {
      nonce: randomUUID(),
      holder,
      epoch,
      since: new Date(clock.now()).toISOString(),
    }
    let left: Epoch | undefined
    const keepEpoch = async (ended: Epoch) => {
      left = await keepInLedger(cloud, stack, ended)
    }
    const { lease, silentMs } = await acquireLock(world, { ...claim, content, keepEpoch, signal })
    held = { epoch, since: time.mark(), silentMs, left, isUnsettled: false }
    fence.hold(lease)
    // What was on its way has come all the same: whoever ends the session gives it back.
    if (signal.aborted) throw new Cancelled(`nobody waits any more for the lock of ${stack}`)
  }

  return {
    get isHeld() {
      return fence.lease !== undefined
    },
    get lost() {
      return fence.lease?.lost
    },
    get epoch() {
      return held?.epoch
    },
    get left() {
      return held?.left
    },
    quietMs: () =>
      held?.left === undefined || held.silentMs === undefined ? undefined : held.silentMs + time.since(held.since),
    async take(claim) {
      const ending = new AbortController()
      const ends = claim.signal ? AbortSignal.any([claim.signal, ending.signal]) : ending.signal
      const taken = takeNow(claim, ends)
      taking = { end: () => ending.abort(), over: taken.catch(() => undefined) }
      await taken.finally(() => {
        taking = undefined
      })
    },
    note({ isUnsettled }) {
      if (!held) return
      held.left = undefined
      held.isUnsettled ||= isUnsettled === true
    },
    async release() {
      taking?.end()
      await taking?.over
      const { lease } = fence
      if (!lease) return true
      fence.hold(undefined)
      // Lost, or of a run of which not everything is known: who comes next reads in it what this one was.
      if (lease.lost.aborted || held?.isUnsettled === true) {
        await lease.abandon()
        return lease.lost.aborted
      }
      return lease.release()
    },
  }
}

/**
 * Writes down the epoch of a run that is known to have ended, or is ended by an explicit word, beside what the ledger says. From
 * then on that run writes nothing into the ledger, should it live; what it has written in the meantime is kept.
 */
export async function keepInLedger(cloud: CloudPort, stack: string, left: Epoch): Promise<Epoch> {
  const ledger = await cloud.readLedger(stack)
  const epoch = ledger?.epoch ? runsOf(left).reduce(continued, ledger.epoch) : left
  const { id, addresses = [], wishes } = ledger ?? {}
  await cloud.writeLedger({ stack, id, addresses, ...(wishes && { wishes }), epoch, isForLock: true })
  return epoch
}
