import fc from 'fast-check'
import { expect, test } from 'vitest'
import { createNoHosts } from '../../../src/sandbox/hosts-none.js'
import { FaultPlan } from '../../../src/sandbox/faults/fault-plan.js'
import { resolveLatencies } from '../../../src/sandbox/model/latencies.js'
import { regions } from '../../../src/sandbox/model/regions.js'
import type { Volume } from '../../../src/sandbox/model/volume.js'
import { Cloud } from '../../../src/sandbox/world/cloud.js'
import { staleView } from '../../../src/sandbox/world/stale-view.js'
import { afterTests, temporaryDir } from '../support.js'

const lagMs = 1_000

/** A world whose clock stands until it is moved, and whose reads are late. */
function worldWithLag(seed: number, staleReads = { probability: 0.7, describeMs: lagMs, filterMs: 2 * lagMs }) {
  let nowMs = 1_000_000
  const cloud = new Cloud({
    switches: {},
    accountId: '123456789012',
    clock: { now: () => nowMs, sleep: () => Promise.resolve() },
    latencies: resolveLatencies('zero'),
    hosts: createNoHosts(''),
    faults: new FaultPlan(seed, { staleReads }),
    stateDir: temporaryDir(),
    report: () => {},
    onOpen: () => {},
  })
  afterTests(() => cloud.close())
  return { world: cloud.world(regions[0]!), now: () => nowMs, pass: (ms: number) => (nowMs += ms) }
}

const ids = [1, 2, 3].map((number) => `vol-${String(number).repeat(17)}`)
const someId = fc.integer({ min: 0, max: ids.length - 1 })

type Move =
  | { readonly kind: 'put'; readonly which: number; readonly sizeGiB: number; readonly server: string }
  | { readonly kind: 'delete'; readonly which: number }
  | { readonly kind: 'tag'; readonly which: number; readonly value: string }
  | { readonly kind: 'pass'; readonly ms: number }

const moves: fc.Arbitrary<Move[]> = fc.array(
  fc.oneof(
    fc.record({
      kind: fc.constant('put' as const),
      which: someId,
      sizeGiB: fc.integer({ min: 1, max: 9 }),
      server: fc.constantFrom('i-a', 'i-b'),
    }),
    fc.record({ kind: fc.constant('delete' as const), which: someId }),
    fc.record({ kind: fc.constant('tag' as const), which: someId, value: fc.constantFrom('', 'a', 'b') }),
    fc.record({ kind: fc.constant('pass' as const), ms: fc.integer({ min: 0, max: 1_500 }) }),
  ),
  { maxLength: 40 },
)

interface Was {
  readonly sizeGiB: number | undefined
  readonly server: string | undefined
  readonly tag: string | undefined
}

test('a stale read is a state that the object had, no longer ago than the fault says, and the same in the whole answer', () => {
  let stale = 0
  fc.assert(
    fc.property(moves, fc.nat(), (list, seed) => {
      const { world, now, pass } = worldWithLag(seed)
      /** Every state of every object, with the time from which on it was. */
      const was = new Map(
        ids.map((id) => [
          id,
          [
            {
              from: 0,
              size: undefined as Was['sizeGiB'],
              tag: undefined as Was['tag'],
              server: undefined as Was['server'],
            },
          ],
        ]),
      )
      const present = (id: string) => {
        const volume = world.volumes.get(id)
        return {
          from: now(),
          size: volume?.sizeGiB,
          server: volume?.attachment?.instanceId,
          tag: world.tags.get(id)['t'],
        }
      }
      for (const move of list) {
        if (move.kind === 'pass') pass(move.ms)
        else {
          const id = ids[move.which]!
          if (move.kind === 'put') {
            const attachment = { instanceId: move.server }
            world.volumes.put({ id, sequence: move.which, sizeGiB: move.sizeGiB, attachment } as Volume)
          } else if (move.kind === 'delete') {
            world.volumes.delete(id)
            world.tags.delete(id)
          } else world.tags.put(id, move.value === '' ? {} : { t: move.value })
          was.get(id)!.push(present(id))
        }
        for (const [purpose, limitMs] of [
          ['describe', lagMs],
          ['filter', 2 * lagMs],
        ] as const) {
          const view = staleView(world, 'DescribeVolumes', purpose)
          for (const id of ids) {
            const states = was.get(id)!
            // Those that began in time to be seen, and had not ended before the earliest moment that is.
            const possible = states.filter((_, index) => (states[index + 1]?.from ?? Infinity) >= now() - limitMs)
            const volume = view.volumes.get(id)
            const tag = view.tags.get(id)['t']
            expect(possible.map(({ size }) => size)).toContain(volume?.sizeGiB)
            expect(possible.map(({ tag: had }) => had)).toContain(tag)
            if (volume?.sizeGiB !== world.volumes.get(id)?.sizeGiB) stale += 1
            expect(view.volumes.get(id)).toBe(volume)
            expect(view.volumes.values().includes(volume!)).toBe(volume !== undefined)
            for (const server of ['i-a', 'i-b']) {
              expect(view.volumes.withKey(server).includes(volume!)).toBe(volume?.attachment?.instanceId === server)
            }
            for (const value of ['a', 'b']) expect(view.tags.idsWith('t', value).has(id)).toBe(tag === value)
          }
        }
      }
    }),
    { numRuns: 60 },
  )
  expect(stale).toBeGreaterThan(100)
})

test('what is remembered for stale reads is dropped when no read looks back so far', () => {
  const { world, pass } = worldWithLag(1)
  for (let change = 0; change < 5_000; change += 1) {
    world.tags.put(ids[0]!, { t: String(change) })
    pass(100)
  }
  // 2 s of the longest lag, and as much again until it is worth the work.
  expect(world.history.size).toBeLessThanOrEqual(41)
  expect(worldWithLag(1, { probability: 0, describeMs: 0, filterMs: 0 }).world.history.size).toBe(0)
})
