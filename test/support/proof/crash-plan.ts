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

/** Every point of the calm world: each request of each case, and each way to die at it. */
export function everyPoint(requests: RequestsOf): readonly CrashPoint[] {
  return [...requests].flatMap(([caseName, sent]) =>
    sent.flatMap((action, index) =>
      waysToDie(action).map((how): CrashPoint => ({
        world: 'calm',
        caseName,
        dooms: [{ request: index + 1, how }],
        seed: 0,
      })),
    ),
  )
}

/** Whether a read was carried out and whether somebody heard the answer is the same to EC2: it has one way. */
function waysToDie(action: string): readonly Death[] {
  return /^(Describe|Get)/.test(action) ? ['lost'] : deaths
}

/** Some points, spread over the cases by chance; the same for the same seed. */
export function samplePoints(
  requests: RequestsOf,
  { world, count, seed, cuts }: { world: WorldKind; count: number; seed: number; cuts: number },
): readonly CrashPoint[] {
  const random = seededRandom(seed)
  const cases = [...requests]
  const below = (limit: number) => Math.floor(random() * limit)
  return Array.from({ length: count }, (_, index) => {
    const [caseName = '', sent = []] = cases[below(cases.length)] ?? []
    const doom = (): Doom => ({ request: 1 + below(sent.length), how: deaths[below(deaths.length)] ?? 'before' })
    return { world, caseName, dooms: Array.from({ length: cuts }, doom), seed: seed + index }
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
