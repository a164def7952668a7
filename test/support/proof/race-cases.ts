import { required } from '../../../src/core/assert.js'
import { faultsOfProfile } from '../../../src/sandbox/faults/profiles.js'
import { crashCases } from './crash-cases.js'
import { compareCensus, takeCensus, type CensusDifference, type Found } from './account-census.js'
import { censusInTurn, type PreparedCase } from './crash-points.js'
import { openProofWorld, type Command, type CommandEnd, type ProofWorld } from './proof-world.js'
import { seededRandom } from './seeded-random.js'

/**
 * `together`: several do the same at once. `beside-destroy`: one applies, another destroys. `sleeper`: the one that has begun
 * is held up at a request for minutes, another takes over and ends, and the first one wakes.
 */
export const raceKinds = ['together', 'beside-destroy', 'sleeper'] as const
export type RaceKind = (typeof raceKinds)[number]

export interface Race {
  readonly kind: RaceKind
  readonly caseName: string
  readonly chaos: boolean
  readonly seed: number
}

export interface RaceVerdict {
  readonly converged: boolean
  readonly duplicates: readonly string[]
  readonly orphans: readonly string[]
  readonly lost: readonly string[]
  readonly problems: readonly string[]
}

/** What ends in one and the same way, however often it is asked for: a snapshot that is asked for twice is there twice. */
const raceable = crashCases
  .filter(({ work, after, faults }) => (work.kind === 'apply' || work.kind === 'destroy') && !after && !faults)
  .map(({ name }) => name)

/** The same races for the same seed: kinds, cases, and how many take part. */
export function racesOf(count: number, seed: number): readonly Race[] {
  const random = seededRandom(seed)
  return Array.from({ length: count }, (_, index) => ({
    kind: raceKinds[index % raceKinds.length] ?? 'together',
    caseName: raceable[Math.floor(random() * raceable.length)] ?? '',
    chaos: random() < 0.3,
    seed: seed + index,
  }))
}

export function raceLine({ kind, caseName, chaos, seed }: Race): string {
  return `npm run races -- --only ${caseName} --kind ${kind}${chaos ? ' --chaos' : ''} --seed ${seed}`
}

const settleMs = 5 * 60_000
/** Longer than any lease: whoever sleeps for it has lost what it held. */
const sleepMs = 10 * 60_000

/** Lets them race, then runs the case's command once more, whole: the world must be what one run alone makes of it. */
export async function runRace(prepared: PreparedCase, race: Race): Promise<RaceVerdict> {
  const { work } = prepared.of
  const world = await openProofWorld({
    from: prepared.world,
    seed: race.seed,
    // Nobody takes the lock of a process that can be seen to live.
    isElsewhere: race.kind === 'sleeper',
    ...(race.chaos && { faults: faultsOfProfile('rough', 'real') }),
  })
  try {
    const ends = await contend(world, race, work)
    if (race.chaos) world.setFaults({})
    const last = await world.run(await world.process(), work)
    const left = work.kind === 'destroy' ? [] : await world.leftToDo(work.text)
    await world.clock.sleep(settleMs)
    const difference = nearest(prepared, await takeCensus(world.client), await rightEnds(prepared, race), race)
    const { duplicates, orphans, missing, lost } = difference
    const hasWinner = race.chaos || ends.some(({ converged }) => converged)
    const problems = [
      ...(hasWinner ? [] : ['none of them converged', ...ends.flatMap((end) => end.problems)]),
      ...(last.converged ? [] : ['the run after it did not converge', ...last.problems]),
      ...left.map((text) => `left to do: ${text}`),
      ...missing,
      ...duplicates,
      ...orphans.map((text) => `orphan: ${text}`),
      ...lost.map((text) => `lost: ${text}`),
    ]
    const converged = hasWinner && last.converged && left.length === 0 && missing.length === 0
    return { converged, duplicates, orphans, lost, problems }
  } finally {
    await world.close()
  }
}

/** What a race may come to: what its runs make of the world one after another, whoever is first. */
async function rightEnds(prepared: PreparedCase, { kind }: Race): Promise<readonly (readonly Found[])[]> {
  const { work } = prepared.of
  if (kind !== 'beside-destroy') return [prepared.after]
  const destroy: Command = { kind: 'destroy', text: work.text }
  return [await censusInTurn(prepared, [work, destroy, work]), await censusInTurn(prepared, [destroy, work, work])]
}

/** How a world differs from that one of the ends which it is nearest to. */
function nearest(
  { before }: PreparedCase,
  after: readonly Found[],
  ends: readonly (readonly Found[])[],
  race: Race,
): CensusDifference {
  const differences = ends.map((end) => ({
    ...compareCensus({ before, after: comparable(after, race) }, { before, after: comparable(end, race) }),
    lost: compareCensus({ before, after }, { before, after: end }).lost,
  }))
  const extent = (difference: CensusDifference) => Object.values(difference).flat().length
  return required(differences.sort((one, other) => extent(one) - extent(other))[0], 'the end of a race')
}

/**
 * What a destroy leaves behind on purpose, snapshots and retained volumes, depends in chaos on how far a run that failed had come. No volume
 * has a second snapshot, though.
 */
function comparable(census: readonly Found[], { kind, chaos }: Race): readonly Found[] {
  if (kind !== 'beside-destroy' || !chaos) return census
  const isSecond = ({ volumeId }: Found, index: number) =>
    volumeId !== undefined && census.findIndex((found) => found.volumeId === volumeId) < index
  return census.filter((found, index) => !/^snapshot| retained /.test(found.says) || isSecond(found, index))
}

async function contend(world: ProofWorld, { kind, seed }: Race, work: Command): Promise<readonly CommandEnd[]> {
  const random = seededRandom(seed)
  const others = 1 + Math.floor(random() * 7)
  const start = async (command: Command) => {
    await world.clock.sleep(random() * 5_000)
    return world.run(await world.process(), command)
  }
  switch (kind) {
    case 'together':
      return Promise.all(Array.from({ length: 1 + others }, () => start(work)))
    case 'beside-destroy':
      return Promise.all([start(work), start({ kind: 'destroy', text: work.text })])
    case 'sleeper': {
      const holder = await world.process()
      const first = world.run(holder, work)
      // Reading comes first; what is held up is to be in the middle of its writing.
      await world.clock.sleep(random() * 30_000)
      holder.pause()
      const second = await world.run(await world.process(), work)
      await world.clock.sleep(sleepMs)
      const third = await world.run(await world.process(), work)
      holder.resume()
      return [await first, second, third]
    }
  }
}
