import { seededRandom } from '../seeded-random.js'
import { hostDeaths, type HostDeath } from './host-operations.js'
import type { OperationName } from './operation-names.js'

/** Where which run is cut in a world with hosts. */
export interface HostPoint {
  readonly caseName: string
  /** The operation at which it ends, counted from 1. */
  readonly request: number
  readonly how: HostDeath
  /** When in the middle, and when what was begun goes on. */
  readonly seed: number
}

/** What each case has servers do, in order. */
export type OperationsOfCases = ReadonlyMap<string, readonly OperationName[]>

/** Every point: each operation of each case, and each way to die at it. What only reads has one: it goes on beside the next run. */
export function everyHostPoint(cases: OperationsOfCases, seed: number): readonly HostPoint[] {
  return [...cases].flatMap(([caseName, operations]) =>
    operations.flatMap((operation, index) => {
      const ways = operation.of === 'writes' ? hostDeaths : (['middle'] as const)
      return ways.map((how): HostPoint => ({ caseName, request: index + 1, how, seed }))
    }),
  )
}

/** Whether something stands still in a server at it. */
export function isHeld({ how }: HostPoint): boolean {
  return how === 'middle' || how === 'late'
}

/** So many of them, the same for the same seed, and more of them begin with the same. */
export function drawnByChance(points: readonly HostPoint[], count: number, seed: number): readonly HostPoint[] {
  const random = seededRandom(seed)
  const rest = [...points]
  return Array.from(
    { length: Math.min(count, points.length) },
    () => rest.splice(Math.floor(random() * rest.length), 1)[0],
  ).filter((point) => point !== undefined)
}

/** The command that does one point again. */
export function hostReplayLine({ caseName, request, how, seed }: HostPoint): string {
  return `npm run crash-test -- --world hosts --only ${caseName} --point ${request}:${how} --seed ${seed}`
}

/** Throws a RangeError for what is no point. */
export function parseHostPoint(caseName: string, text: string, seed: number): HostPoint {
  const [, request, word] = /^(\d+):(\w+)$/.exec(text) ?? []
  const how = hostDeaths.find((death) => death === word)
  if (request === undefined || how === undefined)
    throw new RangeError(`no point: '${text}'; it is NUMBER:${hostDeaths.join('|')}`)
  return { caseName, request: Number(request), how, seed }
}
