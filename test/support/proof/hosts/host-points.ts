import { existsSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { messageOf } from '../../../../src/core/errors.js'
import { seededRandom } from '../seeded-random.js'
import { compareCensus, takeCensus, type CensusDifference, type Found } from '../account-census.js'
import type { PointVerdict } from '../crash-points.js'
import type { Command, CommandEnd } from '../commands.js'
import { asRoot, lookInside, type HostCensus } from './host-census.js'
import { hostCases, type HostCase } from './host-cases.js'
import { goesOn } from './goes-on.js'
import type { HostOperation } from './host-operations.js'
import { isHeld, type HostPoint } from './host-plan.js'
import { openHostWorld, type DoomedRun, type HostWorld, type SavedHosts } from './host-world.js'

/** An account, and what is inside its servers. */
interface Sight {
  readonly after: readonly Found[]
  readonly inside: HostCensus
}

/** A case with its world before the run, and what an undisturbed run makes of it. */
export interface PreparedHosts {
  readonly of: HostCase
  readonly world: SavedHosts
  readonly before: readonly Found[]
  readonly done: Sight
  /** What is there when nothing of the run has happened, or all of it later, where that is as good. */
  readonly undone: Sight | undefined
  /** What the run has servers do, in order. */
  readonly operations: readonly HostOperation[]
  remove(): void
}

/** The same for all processes that share a directory for temporary files: prepared by whoever asks first. */
export async function preparedOnDisk(name: string): Promise<PreparedHosts> {
  const path = join(tmpdir(), `case-${name}.json`)
  if (!existsSync(path)) {
    // Two may ask at once: whose is there last counts, and each is whole.
    const own = `${path}.${process.pid}`
    writeFileSync(own, JSON.stringify(await prepareHosts(name)))
    renameSync(own, path)
  }
  const read = JSON.parse(readFileSync(path, 'utf8')) as Omit<PreparedHosts, 'remove'>
  return { ...read, of: caseNamed(name), remove: () => undefined }
}

export async function prepareHosts(name: string): Promise<PreparedHosts> {
  const of = caseNamed(name)
  const saved = await worldBefore(of)
  const world = await openHostWorld(saved)
  try {
    const before = await takeCensus(world.client)
    const undone = of.isLost === true ? await sightOf(world, of) : of.meanwhile && (await sightOfLater(of, saved))
    const { end, operations } = await world.runApart(of.work)
    expectWhole(end, `${name} undisturbed`)
    if (of.meanwhile) await byHand(world, of, of.meanwhile)
    const after = of.after ?? (of.meanwhile && of.work)
    if (after) expectWhole(await world.run(after), `${name}: what comes after`)
    const done = await sightOf(world, of)
    const wrong = done.inside.state.filter((line) => /^(?:frozen|held|runs) /.test(line))
    if (wrong.length > 0) throw new Error(`${name} undisturbed leaves behind: ${wrong.join('; ')}`)
    return { of, world: saved, before, done, undone, operations, remove: saved.remove }
  } catch (error) {
    throw new Error([messageOf(error), ...world.reports()].join('; '), { cause: error })
  } finally {
    await world.close()
  }
}

/** What is there when all of the run happens after what is done meanwhile: a copy of blocks is made once. */
async function sightOfLater(of: HostCase, saved: SavedHosts): Promise<Sight> {
  const world = await openHostWorld(saved)
  try {
    await byHand(world, of, of.meanwhile)
    expectWhole(await world.run(of.work), `${of.name} later`)
    return await sightOf(world, of)
  } finally {
    await world.close()
  }
}

function caseNamed(name: string): HostCase {
  const found = hostCases.find((known) => known.name === name)
  if (!found) throw new RangeError(`no case '${name}'; there are ${hostCases.map((known) => known.name).join(', ')}`)
  return found
}

async function sightOf(world: HostWorld, { look, after, work }: HostCase): Promise<Sight> {
  const found = await takeCensus(world.client)
  if (look) expectWhole(await world.run(look), 'the look')
  return { after: found, inside: await lookInside(await world.open((look ?? after ?? work).text)) }
}

async function worldBefore(of: HostCase): Promise<SavedHosts> {
  const world = await openHostWorld()
  try {
    for (const command of of.before) expectWhole(await world.run(command), `${of.name}: what comes before`)
    await byHand(world, of, of.data)
    return await world.save()
  } catch (error) {
    await world.close()
    throw error
  }
}

/** Shell commands in servers. */
async function byHand(world: HostWorld, { work }: HostCase, scripts: Readonly<Record<string, string>> = {}) {
  if (Object.keys(scripts).length === 0) return
  const session = await world.open(work.text)
  for (const [server, script] of Object.entries(scripts)) {
    const said = await asRoot(session, `server.${server}`, `set -e; ${script}; sync; echo done by hand`)
    if (said.at(-1) !== 'done by hand') throw new Error(`by hand in ${server}: ${said.join('; ')}`)
  }
}

function expectWhole(
  end: { readonly converged: boolean; readonly problems: readonly string[] } | undefined,
  what: string,
) {
  if (end?.converged !== true) throw new Error(`${what} does not converge: ${end?.problems.join('; ') ?? 'it died'}`)
}

/** What came of one point. */
export interface HostVerdict extends PointVerdict {
  /** Names of the processes that stood still in servers and went on after the death. */
  readonly held: readonly string[]
}

/** A point that takes longer hangs; the longest take 30 s on a busy machine, and a lock is waited for a minute. */
const hangMs = 180_000

/**
 * Chosen: on a busy machine nothing takes as long as it did when it was measured. Each attempt cuts it earlier, the last one
 * as soon as it has its input.
 */
const shares = [0.9, 0.4, 0.1, 0]

/** Cuts the run at the point, in a process of its own, and runs the next one whole; again where it was over before its middle. */
export async function tryHostPoint(prepared: PreparedHosts, point: HostPoint): Promise<HostVerdict> {
  for (const share of isHeld(point) ? shares : [0]) {
    const verdict = await tryOnce(prepared, point, share)
    if (verdict !== 'missed') return verdict
  }
  return { ...unreached, problems: [] }
}

/** `share`: of the operation's usual time, within which it is cut. */
async function tryOnce(prepared: PreparedHosts, point: HostPoint, share: number): Promise<HostVerdict | 'missed'> {
  const world = await openHostWorld(prepared.world)
  let timer: NodeJS.Timeout | undefined
  try {
    const hung = new Promise<HostVerdict>((resolve) => {
      timer = setTimeout(() => resolve(hangs), hangMs)
    })
    const random = seededRandom(point.seed * 1_000 + point.request)
    const usualMs = prepared.operations[point.request - 1]?.ms ?? 0
    const doom = { request: point.request, how: point.how, afterMs: random() * share * usualMs }
    const cut = await world.runApart(prepared.of.work, doom)
    if (cut.end !== undefined || (isHeld(point) && cut.held === undefined)) return 'missed'
    const verdict = await Promise.race([goOnAfter(prepared, point, { world, cut, chance: random() }), hung])
    if (verdict.problems.length === 0) return verdict
    const what = `it was: ${prepared.operations[point.request - 1]?.what}, held: ${verdict.held.join(' ') || 'nothing'}`
    return { ...verdict, problems: [what, ...verdict.problems, ...world.reports()] }
  } finally {
    clearTimeout(timer)
    await world.close()
  }
}

const unreached = { held: [], reached: false, converged: false, duplicates: [], orphans: [], lost: [] }

const hangs: HostVerdict = { ...unreached, reached: true, problems: [`it hangs: nothing for ${hangMs / 1000} s`] }

interface Cut {
  readonly world: HostWorld
  readonly cut: DoomedRun
  readonly chance: number
}

async function goOnAfter(prepared: PreparedHosts, point: HostPoint, { world, cut, chance }: Cut): Promise<HostVerdict> {
  const { of } = prepared
  const next = of.after ?? of.work
  const { held = [] } = cut
  const more = of.isRestoredAgain === true ? snapshotsOfRestored(await takeCensus(world.client)) : []
  await byHand(world, of, of.meanwhile)
  const going = goesOn(world, { operations: prepared.operations, point, isHolding: held.length > 0, chance })
  const end = await goOn(world, next, of.refusal)
  const running = await going.end()
  const left = next.kind === 'destroy' || next.kind === 'put' ? [] : await world.leftToDo(next.text)
  const sight = await sightOf(world, of)
  const unlike = [prepared.done, ...(prepared.undone ? [prepared.undone] : [])].map((wanted) =>
    unlikenessOf(prepared.before, { ...wanted, after: [...wanted.after, ...more] }, sight),
  )
  const { duplicates, orphans, missing, lost } = unlike.reduce((least, other) =>
    countOf(other) < countOf(least) ? other : least,
  )
  const problems = [
    ...(end.converged ? [] : ['the next run did not converge', ...end.problems]),
    ...running.map((name) => `still goes on in a server: ${name}`),
    ...left.map((text) => `left to do: ${text}`),
    ...missing,
    ...duplicates,
    ...orphans.map((text) => `orphan: ${text}`),
    ...lost.map((text) => `lost: ${text}`),
    ...world.leftHere().map((text) => `left on this machine: ${text}`),
  ]
  const converged = end.converged && left.length === 0 && missing.length === 0
  return { held, reached: true, converged, duplicates, orphans, lost, problems }
}

/** How a world differs from what it should be: bytes that are others count as lost, and what else is left in servers as orphans. */
function unlikenessOf(before: readonly Found[], wanted: Sight, { after, inside }: Sight): CensusDifference {
  const { duplicates, orphans, missing, lost } = compareCensus({ before, after }, { before, after: wanted.after })
  return {
    duplicates,
    missing,
    orphans: [...orphans, ...differences(wanted.inside.state, inside.state)],
    lost: [...lost, ...differences(wanted.inside.data, inside.data)],
  }
}

/** What volumes that a restore has made leave when another takes their place: docs/decisions/0016-wishes-in-the-ledger.md. */
function snapshotsOfRestored(census: readonly Found[]): readonly Found[] {
  const made = census.filter(({ says }) => /^volume .* made from a snapshot$/.test(says) && !/ retained /.test(says))
  return made.map(({ id, address }) => ({ id, says: `snapshot ${address} completed`, address }))
}

function countOf({ duplicates, orphans, missing, lost }: CensusDifference): number {
  return duplicates.length + orphans.length + missing.length + lost.length
}

async function goOn(world: HostWorld, next: Command, refusal: RegExp | undefined): Promise<CommandEnd> {
  const end = await world.run(next)
  return end.problems.some((text) => refusal?.test(text)) ? { ...end, converged: true } : end
}

function differences(expected: readonly string[], found: readonly string[]): readonly string[] {
  const without = (lines: readonly string[], others: readonly string[]) => {
    const rest = [...others]
    return lines.filter((line) => {
      const at = rest.indexOf(line)
      if (at >= 0) rest.splice(at, 1)
      return at < 0
    })
  }
  return [
    ...without(expected, found).map((line) => `not there: ${line}`),
    ...without(found, expected).map((line) => `more: ${line}`),
  ]
}
