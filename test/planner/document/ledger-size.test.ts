import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { addressOf, type Address } from '../../../src/model/address.js'
import type { Wish } from '../../../src/model/ledger/wish.js'
import { ledgerProblem } from '../../../src/planner/document/ledger-size.js'
import { plannedProblems } from '../../../src/planner/document/planned-problems.js'
import { worldOf } from '../../../src/planner/world.js'
import { encodeLedger } from '../../../src/providers/ec2/kinds/launch-template/ledger-codec.js'
import { emptyLive, specOf } from '../../support/live-stack.js'
import { withVolume } from '../../support/stack-texts.js'

/** Names as unlike as names can be, in a fixed order. */
function names(count: number, length: number): readonly Address[] {
  let state = 1
  const next = () => {
    state = Math.imul(state ^ (state >>> 15), 2_246_822_519) + 374_761_393
    return (state ^ (state >>> 13)) >>> 1
  }
  const letter = () => 'abcdefghijklmnopqrstuvwxyz0123456789-'.charAt(next() % 37)
  return Array.from({ length: count }, () =>
    addressOf('volume', `x${Array.from({ length: length - 1 }, letter).join('')}`),
  )
}

const ledgerOf = (after: readonly Address[], open: readonly Wish[] = []) => ({
  id: undefined,
  before: [],
  after,
  ...(open.length > 0 && { wishes: { before: [], open } }),
})

describe('the room for a ledger', () => {
  it('is enough for a hundred thousand servers and volumes of different names', () => {
    expect(ledgerProblem('demo', ledgerOf(names(100_000, 40)))).toBeUndefined()
  })

  it('is told before anything is made where it is not, and a count takes no more than one', () => {
    const servers = Array.from({ length: 1_000 }, (_, index) => addressOf('server', 'web', index))
    expect(ledgerProblem('demo', ledgerOf(servers), 100)).toBeUndefined()
    expect(ledgerProblem('demo', ledgerOf(names(10, 40)), 100)).toMatchObject({
      code: 'PLAN_STACK_TOO_LARGE',
      severity: 'error',
      scope: 'plan',
    })
  })

  it('is a problem of the plan', () => {
    const spec = specOf(withVolume('server: web, size: 10'))
    const world = worldOf(spec, emptyLive(spec), {}, undefined)
    const codesFor = (count: number) => plannedProblems(world, [], ledgerOf(names(count, 40))).map(({ code }) => code)
    expect(codesFor(100)).toEqual([])
    expect(codesFor(400_000)).toEqual(['PLAN_STACK_TOO_LARGE'])
  })

  it('is never counted as less than what is written takes', () => {
    const hex = (address: string, salt: string) =>
      `${salt}-${[...(names(1, 17)[0] ?? ''), address].join('').slice(-17)}`
    fc.assert(
      fc.property(fc.integer({ min: 50, max: 2_000 }), fc.integer({ min: 2, max: 40 }), (count, length) => {
        const addresses = names(count, length)
        const wishes = addresses.map((address): Wish => {
          return { kind: 'restore', address, snapshotId: hex(address, 'snap'), replaces: hex(address, 'vol') }
        })
        for (const open of [[], wishes]) {
          const { length: bytes } = encodeLedger({ addresses, wishes: open })
          expect(ledgerProblem('demo', ledgerOf(addresses, open), bytes - 1)).toBeDefined()
        }
      }),
      { numRuns: 20 },
    )
  })
})
