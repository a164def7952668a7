import { crashCases } from './crash-cases.js'
import { deaths, type Death, type Doom } from './doomed-process.js'
import { seededRandom } from './seeded-random.js'

/** `calm`: nothing fails but the process. `lag`: filters show what is new up to 10 s late. `chaos`: the sandbox's rough profile. */
export const worldKinds = ['calm', 'lag', 'chaos'] as const
export type WorldKind = (typeof worldKinds)[number]

/** One point: where which run is cut, in which world; cut twice, the run after it is cut too. */
export interface CrashPoint {
  readonly world: WorldKind
  readonly caseName: string
  readonly dooms: readonly Doom[]
  readonly seed: number
}

/** The requests of each case, by name, as a run that nobody cut has sent them. */
export type RequestsOf = ReadonlyMap<string, readonly string[]>

/** Points, and how many there are of their kind. */
export interface PointSet {
  readonly points: readonly CrashPoint[]
  readonly of: number
}

/** Every point of the calm world. */
export function everyPoint(requests: RequestsOf): PointSet {
  const points = placesOf(requests).map((place): CrashPoint => ({ ...place, world: 'calm', seed: 0 }))
  return { points, of: points.length }
}

/**
 * So many different points by chance, all where there are no more; the same for the same seed, and more of them begin with the same. Cut
 * twice, what there is to draw from is every pair of places of one case.
 */
export function samplePoints(
  requests: RequestsOf,
  { world, count, seed, cuts }: { world: WorldKind; count: number; seed: number; cuts: 1 | 2 },
): PointSet {
  const once = placesOf(requests)
  const places = cuts === 1 ? once : pairsOf(once)
  const points = drawn(places, count, seed).map((place, index): CrashPoint => ({ ...place, world, seed: seed + index }))
  return { points, of: places.length }
}

type Place = Pick<CrashPoint, 'caseName' | 'dooms'>

/** Each request of each case, and each way to die at it. */
function placesOf(requests: RequestsOf): readonly Place[] {
  return [...requests].flatMap(([caseName, sent]) =>
    sent.flatMap((action, index) =>
      waysToDie(action).map((how): Place => ({ caseName, dooms: [{ request: index + 1, how }] })),
    ),
  )
}

function pairsOf(places: readonly Place[]): readonly Place[] {
  return places.flatMap(({ caseName, dooms }) =>
    places
      .filter((second) => second.caseName === caseName)
      .map((second) => ({ caseName, dooms: [...dooms, ...second.dooms] })),
  )
}

/** Whether a read was carried out and whether somebody heard the answer is the same to EC2: it has one way. */
function waysToDie(action: string): readonly Death[] {
  return /^(Describe|Get)/.test(action) ? ['lost'] : deaths
}

function drawn<Item>(items: readonly Item[], count: number, seed: number): readonly Item[] {
  const random = seededRandom(seed)
  const left = [...items]
  return Array.from({ length: Math.min(count, items.length) }, () => {
    const place = Math.floor(random() * left.length)
    const item = left[place] as Item
    left[place] = left.at(-1) as Item
    left.pop()
    return item
  })
}

/** `12:lost`, and `12:lost,3:sent` for a run that is cut and then cut again. */
export function pointText(dooms: readonly Doom[]): string {
  return dooms.map(({ request, how }) => `${request}:${how}`).join(',')
}

/** Throws a RangeError for what is no point. */
export function parsePoint(text: string): readonly Doom[] {
  return text.split(',').map((part) => {
    const [, request, how = 'lost'] = /^(\d+)(?::(\w+))?$/.exec(part) ?? []
    if (request === undefined || !isDeath(how))
      throw new RangeError(`no point: '${part}'; it is NUMBER:${deaths.join('|')}`)
    return { request: Number(request), how }
  })
}

/** The command that does one point again. */
export function replayLine({ world, caseName, dooms, seed }: CrashPoint): string {
  const more = world === 'calm' ? '' : ` --world ${world}`
  return `npm run crash-test -- --only ${caseName} --point ${pointText(dooms)}${more} --seed ${seed}`
}

export function caseNamed(name: string): (typeof crashCases)[number] {
  const found = crashCases.find((known) => known.name === name)
  if (!found) throw new RangeError(`no case '${name}'; there are ${crashCases.map((known) => known.name).join(', ')}`)
  return found
}

function isDeath(word: string): word is Death {
  return (deaths as readonly string[]).includes(word)
}
