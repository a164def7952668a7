import { takeCensus, type Found } from '../account-census.js'
import { seededRandom } from '../seeded-random.js'
import { changed, expectedOf, firstWishes, type StackWish } from './fleet-files.js'
import { makeTrouble, type Troubles } from './fleet-trouble.js'
import { openFleetWorld, type FleetWorld, type Outcomes } from './fleet-world.js'

export interface FleetLife {
  readonly jobs: number
  readonly applies: number
  /** Of the applies: how many said at once that all is as it should be. */
  readonly converged: number
  readonly troubles: Troubles
  /** In words; empty where all went well. */
  readonly problems: readonly string[]
}

export interface FleetLifeOptions {
  readonly seed: number
  /** Applies that are asked for under trouble, at least. */
  readonly applies: number
  readonly workers: number
  /** Left out: all eight. */
  readonly wishes?: readonly StackWish[]
  /** To each other the workers are of other machines: whether one lives is known after the minute of EC2's lease, and trouble comes seldom. */
  readonly isElsewhere: boolean
  readonly say: (text: string) => void
}

/** Chosen: what EC2's faults left of an apply is done within so many rounds when nothing is disturbed any more. */
const calmRoundsMax = 4

/** Nobody but a plan's own run moves anything here: whoever calls it stale has not gone on with the run of its job. */
const neverHere = /^(?:PLAN_|FLEET_|BUG|USAGE)/

/** Applies stacks over and over while workers and Redis die, then lets all come to rest, and counts what is there. */
export async function liveFleet({
  seed,
  applies,
  workers,
  wishes: first = firstWishes,
  isElsewhere,
  say,
}: FleetLifeOptions): Promise<FleetLife> {
  const world = await openFleetWorld(`${seed}:rough`)
  const random = seededRandom(seed)
  const life = { jobs: 0, applies: 0, converged: 0 }
  const problems: string[] = []
  const ids = new Map<string, string>()
  const everSeen = new Map<string, string>()
  let wishes = first

  async function round(): Promise<boolean> {
    const reviewed = wishes.filter(({ isAtOnce }) => !isAtOnce)
    const planned = await asked(world, 'plan', new Map(reviewed.map(({ name }) => [name, undefined])))
    const plans = [...planned].flatMap(([name, [report]]) =>
      report?.plan === undefined ? [] : ([[name, report.plan]] as const),
    )
    const atOnce = wishes.filter(({ isAtOnce }) => isAtOnce).map(({ name }) => [name, undefined] as const)
    const applied = await asked(world, 'apply', new Map([...plans, ...atOnce]))
    const isRest = [...planned, ...applied].every(([, [report]]) => report?.state === 'in-sync')
    life.applies += applied.size
    life.converged += [...applied.values()].filter(([report]) => report?.state === 'in-sync').length
    return isRest
  }

  async function asked(
    where: FleetWorld,
    kind: 'plan' | 'apply',
    jobs: ReadonlyMap<string, string | undefined>,
  ): Promise<Outcomes> {
    life.jobs += jobs.size
    const outcomes = await where.carriedOut(kind, jobs)
    for (const [name, reports] of outcomes) {
      say(
        `${kind} of ${name}: ${reports.map(({ words, errorCode }) => `${words}${errorCode === undefined ? '' : ` (${errorCode})`}`).join(' / ')}`,
      )
      if (reports.length !== 1) problems.push(`${kind} of ${name} was reported ${reports.length} times`)
      const wrong = reports.find(({ errorCode = '' }) => neverHere.test(errorCode))
      if (wrong) problems.push(`${kind} of ${name}: ${wrong.text}`)
    }
    return outcomes
  }

  /** Looks at what holds at any time. */
  async function look(): Promise<readonly Found[]> {
    const found = await takeCensus(world.client)
    for (const volume of found.filter(({ says }) => says.startsWith('volume '))) {
      const { address = 'nobody', id } = volume
      everSeen.set(id, address)
      if (!address.endsWith('/volume.kept')) continue
      const before = ids.get(address)
      if (before !== undefined && before !== id) problems.push(`${address} was ${before}, and is ${id}`)
      ids.set(address, id)
    }
    return found
  }

  try {
    world.write(wishes)
    const startWorker = () => world.worker(isElsewhere)
    const pauseMs = isElsewhere ? 8000 : 1300
    const trouble = makeTrouble({ redis: world.redis, random, startWorker, workers, pauseMs })
    try {
      while (life.applies < applies || isUndisturbed(trouble.done())) {
        await round()
        await look()
        wishes = wishes.map((wish) => changed(wish, random))
        world.write(wishes)
        say(`${life.applies} applies, ${JSON.stringify(trouble.done())}`)
      }
    } finally {
      await trouble.end()
    }
    problems.push(...trouble.problems)
    await world.calm()
    let isRest = false
    for (let calm = 0; calm < calmRoundsMax && !isRest; calm += 1) isRest = await round()
    if (!isRest) problems.push(`not at rest after ${calmRoundsMax} rounds that nobody disturbed`)
    const found = await look()
    problems.push(...wrongIn(found, wishes), ...lostIn(found, everSeen))
    return { ...life, troubles: trouble.done(), problems }
  } finally {
    await world.remove()
  }
}

/** A life in which nothing has happened to an apply proves nothing. */
function isUndisturbed(troubles: Troubles): boolean {
  return Object.values(troubles).every(({ amid }) => amid === 0)
}

/** What is there more or less often than the files say, and what is nobody's. */
function wrongIn(found: readonly Found[], wishes: readonly StackWish[]): readonly string[] {
  const expected = new Map(wishes.flatMap((wish) => [...expectedOf(wish)]))
  const there = new Map<string, number>()
  for (const { says, address } of found) {
    const [kind = ''] = says.split(' ')
    if (kind !== 'instance' && kind !== 'volume') continue
    const name = `${kind} ${address ?? 'of nobody'}`
    there.set(name, (there.get(name) ?? 0) + 1)
  }
  const all = new Set([...expected.keys(), ...there.keys()])
  const wrong = [...all].flatMap((name) => {
    const [is, should] = [there.get(name) ?? 0, expected.get(name) ?? 0]
    return is === should ? [] : [`${is} of ${name}, and should be ${should}`]
  })
  const left = found.filter(({ says }) => /temporary|template evenkeel\.lock\//.test(says))
  return [...wrong, ...left.map(({ says }) => `left behind: ${says}`)]
}

/** Volumes that came and went, and of which no snapshot is there. */
function lostIn(found: readonly Found[], everSeen: ReadonlyMap<string, string>): readonly string[] {
  const kept = new Set(found.flatMap(({ id, volumeId }) => [id, volumeId]))
  return [...everSeen].flatMap(([id, address]) => {
    const mayGo = address.includes('/volume.data[')
    return mayGo || kept.has(id) ? [] : [`lost: ${id}, ${address}`]
  })
}
