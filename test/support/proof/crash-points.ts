import { faultsOfProfile } from '../../../src/sandbox/faults/profiles.js'
import type { Faults } from '../../../src/sandbox/sandbox.js'
import { takeCensus, compareCensus, type Found } from './account-census.js'
import type { CrashCase } from './crash-cases.js'
import type { CrashPoint, WorldKind } from './crash-plan.js'
import {
  openProofWorld,
  type CarriedOut,
  type Command,
  type CommandEnd,
  type ProofWorld,
  type SavedWorld,
} from './proof-world.js'
import { standstill, type Looks } from './standstill.js'

/** A case with its world before the run, and what an undisturbed run makes of it. */
export interface PreparedCase {
  readonly of: CrashCase
  readonly world: SavedWorld
  readonly before: readonly Found[]
  readonly after: readonly Found[]
  /** The requests of the run, in order. */
  readonly requests: readonly string[]
  remove(): void
}

/** What came of one point. */
export interface PointVerdict {
  /** False: a run was over before it could be cut. */
  readonly reached: boolean
  readonly converged: boolean
  readonly duplicates: readonly string[]
  readonly orphans: readonly string[]
  readonly lost: readonly string[]
  /** Everything that is wrong, for people; empty when all is as it should be. */
  readonly problems: readonly string[]
}

/** What follows a run takes at most so long: volumes that are deleted, instances that end. */
const settleMs = 5 * 60_000

export async function prepareCase(crash: CrashCase): Promise<PreparedCase> {
  const first = await openProofWorld()
  for (const command of crash.before) await runWhole(first, command, crash.name)
  await first.clock.sleep(settleMs)
  const before = await takeCensus(first.client)
  const saved = await first.save()
  const world = await openProofWorld({ from: saved, ...(crash.faults && { faults: crash.faults }) })
  try {
    const process = await world.process()
    const { converged, problems } = await world.run(process, crash.work)
    if (!converged) throw new Error(`${crash.name} does not converge undisturbed: ${problems.join('; ')}`)
    const requests = [...process.requests]
    if (crash.after) await runWhole(world, crash.after, crash.name)
    await world.clock.sleep(settleMs)
    return { of: crash, world: saved, before, after: await takeCensus(world.client), requests, remove: saved.remove }
  } finally {
    await world.close()
  }
}

/** What these make of a case's world, each whole and one after another. */
export async function censusInTurn({ of, world: from }: PreparedCase, commands: readonly Command[]) {
  const world = await openProofWorld({ from })
  try {
    for (const command of commands) await runWhole(world, command, of.name)
    await world.clock.sleep(settleMs)
    return await takeCensus(world.client)
  } finally {
    await world.close()
  }
}

async function runWhole(world: ProofWorld, command: Command, name: string): Promise<void> {
  const process = await world.process()
  const { converged, problems } = await world.run(process, command)
  if (!converged) throw new Error(`${name}: what comes before does not converge: ${problems.join('; ')}`)
}

/** What befalls the worlds that are not calm, from before the run that is cut. */
const faultsOf: Readonly<Record<WorldKind, Faults>> = {
  calm: {},
  lag: { visibilityDelayMs: { filter: 10_000 } },
  chaos: faultsOfProfile('rough', 'real'),
}

/** In chaos a run may fail for good reasons; so many in a row are tried before the world is calm again. */
const chaosRunsMax = 6

/** A point hangs when its clock and its requests stand still for two minutes in which this process was not held up itself. */
const looks: Looks = { everyMs: 5_000, same: 24 }

/** Or when its clock is far beyond what its runs can take, and goes on: somebody waits for what never comes. */
const hangsAfterMs = 48 * 3_600_000

/** Cuts the run at each of the point's places in turn, each in a process of its own, and runs the next one whole. */
export async function tryPoint(prepared: PreparedCase, point: CrashPoint): Promise<PointVerdict> {
  // Every other one is followed by a run on another machine, which cannot know that this one is dead.
  const isElsewhere = (point.dooms[0]?.request ?? 0) % 2 === 1
  const world = await openProofWorld({
    from: prepared.world,
    seed: point.seed,
    faults: { ...faultsOf[point.world], ...prepared.of.faults },
    isElsewhere,
  })
  const ended = new AbortController()
  try {
    const moves = () => {
      const isLate = world.clock.now() > prepared.world.nowMs + hangsAfterMs
      return isLate ? 'late' : `${world.clock.now()} ${world.carriedOut().length}`
    }
    const hung = standstill(moves, looks, ended.signal).then(() => hangs)
    return await Promise.race([cutAndGoOn(prepared, point, world), hung])
  } finally {
    ended.abort()
    await world.close()
  }
}

const hangs: PointVerdict = {
  reached: true,
  converged: false,
  duplicates: [],
  orphans: [],
  lost: [],
  problems: ['it hangs'],
}

async function cutAndGoOn(prepared: PreparedCase, point: CrashPoint, world: ProofWorld): Promise<PointVerdict> {
  const { of: crash } = prepared
  const next = crash.after ?? crash.work
  let reached = true
  let isAsked = crash.asked === undefined
  for (const [index, doom] of point.dooms.entries()) {
    const doomed = await world.process({ doom })
    await Promise.race([world.run(doomed, index === 0 ? crash.work : next), doomed.died])
    reached &&= doomed.isDead
    doomed.kill()
    // What was on its way arrives.
    await world.clock.sleep(1_000)
    isAsked ||= index === 0 && isAskedBy(prepared, world.carriedOut())
  }
  const last = await goOn(world, next, point.world, crash.faults ?? {})
  const end = last.problems.some((text) => crash.refusal?.test(text)) ? { ...last, converged: true } : last
  const left = next.kind === 'destroy' ? [] : await world.leftToDo(next.text)
  await world.clock.sleep(settleMs)
  const after = await takeCensus(world.client)
  const { duplicates, orphans, missing, lost } = compareCensus(
    { before: prepared.before, after },
    isAsked ? prepared : { ...prepared, after: prepared.before },
  )
  const problems = [
    ...(end.converged ? [] : ['the next run did not converge', ...end.problems]),
    ...left.map((text) => `left to do: ${text}`),
    ...missing,
    ...duplicates,
    ...orphans.map((text) => `orphan: ${text}`),
    ...lost.map((text) => `lost: ${text}`),
  ]
  const converged = end.converged && left.length === 0 && missing.length === 0
  return { reached, converged, duplicates, orphans, lost, problems }
}

/** Whether these requests ask for what the case is about. */
export function isAskedBy(
  { of: { asked }, before }: Pick<PreparedCase, 'of' | 'before'>,
  requests: readonly CarriedOut[],
): boolean {
  const id = before.find(({ says }) => says === asked?.of)?.id
  return requests.some(
    ({ action, parameters }) =>
      action === asked?.action && (id === undefined || Object.values(parameters).includes(id)),
  )
}

/** Runs what comes next until it converges: at once in a calm world, where faults go on at last when they have ended. */
async function goOn(world: ProofWorld, next: Command, kind: WorldKind, of: Faults): Promise<CommandEnd> {
  for (let runs = 0; kind === 'chaos' && runs < chaosRunsMax; runs += 1) {
    const end = await world.run(await world.process(), next)
    if (end.converged) break
  }
  if (kind === 'chaos') world.setFaults(of)
  return world.run(await world.process(), next)
}
