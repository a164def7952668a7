import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { contend, type Contention, type Look } from '../../../src/executor/lock/contention.js'
import { actsForMs } from '../../../src/executor/lock/lock-times.js'
import type { LockSight } from '../../../src/model/ledger/lock.js'

const times = { leaseMs: 60_000, beatMs: 15_000, lookMs: 5_000, confirmedMs: 5_000 }
const content = {
  nonce: 'n',
  holder: { user: 'anna', host: 'here', pid: 1 },
  epoch: { run: 'run-1' },
  since: '2026-11-21T12:00:00.000Z',
}
const sight = (id: string, beat: number): LockSight => ({ id, beat, content })
const look = (given: Partial<Look>): Look => ({
  sight: sight('lt-1', 1),
  liveness: 'unknown',
  nowMs: 0,
  isPatienceOver: true,
  ...given,
})
const movesOf = (looks: readonly Look[]) => {
  let state: Contention = {}
  return looks.map((one) => {
    const { next, move } = contend(state, one, times)
    state = next
    return move.kind === 'take-over' ? `take-over ${move.proof ? 'dead' : 'silent'}` : move.kind
  })
}

describe('a challenger', () => {
  it('takes what nobody holds', () => {
    expect(movesOf([look({ sight: undefined })])).toEqual(['take'])
  })

  it('takes over at once from a holder that is known to be dead', () => {
    expect(movesOf([look({ liveness: 'dead' })])).toEqual(['take-over dead'])
  })

  it('is refused at once by one that is known to live, and after its patience', () => {
    expect(movesOf([look({ liveness: 'alive' })])).toEqual(['refuse'])
    const patient = look({ liveness: 'alive', isPatienceOver: false })
    expect(movesOf([patient, patient, look({ liveness: 'alive' })])).toEqual(['look-again', 'look-again', 'refuse'])
  })

  it('watches one of which nothing is known for a whole lease, and is refused by its first beat', () => {
    const at = (nowMs: number, beat = 1) => look({ nowMs, sight: sight('lt-1', beat) })
    expect(movesOf([at(0), at(30_000), at(59_999), at(60_000)])).toEqual([
      'look-again',
      'look-again',
      'look-again',
      'take-over silent',
    ])
    expect(movesOf([at(0), at(30_000), at(35_000, 2)])).toEqual(['look-again', 'look-again', 'refuse'])
  })

  it('begins anew with another holder, and never takes over what it cannot read', () => {
    const other = (nowMs: number) => look({ nowMs, sight: sight('lt-2', 1), isPatienceOver: false })
    expect(movesOf([look({ nowMs: 0 }), other(59_000), other(61_000), other(119_000)])).toEqual([
      'look-again',
      'look-again',
      'look-again',
      'take-over silent',
    ])
    const foreign = (nowMs: number) => look({ nowMs, sight: { id: 'lt-1', beat: 1, content: undefined } })
    expect(movesOf([foreign(0), foreign(60_000)])).toEqual(['look-again', 'refuse'])
  })
})

describe('two that act at once', () => {
  /**
   * A holder that beats when its machine lets it, and challengers with clocks of their own, which look now and then and see
   * what was there a while ago. All in one true time, of which nobody knows.
   */
  const worlds = fc.record({
    /** True milliseconds between beats: a machine that is busy, or asleep. */
    pauses: fc.array(fc.integer({ min: 1_000, max: 200_000 }), { minLength: 1, maxLength: 8 }),
    /** How long a beat is on its way. */
    flightMs: fc.integer({ min: 0, max: 3_000 }),
    challengers: fc.array(
      fc.record({
        /** Of its clock against the true one; a challenger's may be slow by any factor, and fast by a little. */
        rate: fc.double({ min: 0.2, max: 1.05, noNaN: true }),
        startMs: fc.integer({ min: 0, max: 120_000 }),
        lookMs: fc.integer({ min: 1_000, max: 20_000 }),
        staleMs: fc.integer({ min: 0, max: 8_000 }),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  })

  it('do not exist, however slow clocks are, however old readings, and whoever sleeps', () => {
    fc.assert(
      fc.property(worlds, ({ pauses, flightMs, challengers }) => {
        // The holder's half: it beats until its own lease says that it must not, and acts for so long after each beat.
        const beats: number[] = [0]
        let actsUntil = actsForMs(times)
        let at = 0
        for (const pause of pauses) {
          at += pause
          if (at >= actsUntil) break
          beats.push(at + flightMs)
          actsUntil = at + actsForMs(times)
        }
        const beatAt = (trueMs: number) => beats.filter((beat) => beat <= trueMs).length
        for (const { rate, startMs, lookMs, staleMs } of challengers) {
          let state: Contention = {}
          for (let now = startMs; now < 2_000_000; now += lookMs / rate) {
            const seen = Math.max(1, beatAt(now - staleMs))
            const { next, move } = contend(
              state,
              look({ nowMs: (now - startMs) * rate, sight: sight('lt-1', seen), isPatienceOver: false }),
              times,
            )
            state = next
            if (move.kind !== 'take-over') continue
            // As the executor does: EC2 counts its beats, so a reading that is behind is found out.
            if (beatAt(now) !== seen) {
              state = {}
              continue
            }
            expect(now, 'a takeover while the holder acts').toBeGreaterThanOrEqual(actsUntil)
            break
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})
