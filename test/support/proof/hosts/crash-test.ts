import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { added, noPoints, shareText, sumText } from '../crash-sums.js'
import { projectRoot } from '../project-root.js'
import { commitOf, recordProof } from '../record-proof.js'
import { runInWorkers, serveWorker } from '../workers.js'
import { sweepHeldGroups } from './held-processes.js'
import { hostCases } from './host-cases.js'
import {
  drawnByChance,
  everyHostPoint,
  hostReplayLine,
  parseHostPoint,
  type HostPoint,
  type OperationsOfCases,
} from './host-plan.js'
import type { OperationName } from './operation-names.js'
import { preparedOnDisk, tryHostPoint, type HostVerdict } from './host-points.js'
import { buildDoomedRun } from './host-world.js'

/** `npm run crash-test -- --world hosts`: see docs/reliability.md for its options. */
const { values } = parseArgs({
  options: {
    world: { type: 'string' },
    only: { type: 'string' },
    point: { type: 'string' },
    seed: { type: 'string', default: '1' },
    shard: { type: 'string', default: '1/1' },
    resume: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    workers: { type: 'string', default: '2' },
    // How many points are drawn by chance, in place of all; more of them begin with the same.
    sample: { type: 'string' },
    // No point begins later, from the first one on.
    minutes: { type: 'string', default: '120' },
  },
})

const seed = Number(values.seed)
const progressPath = join(
  projectRoot,
  'node_modules/.evenkeel-proof',
  // What passed on another commit has not passed on this one.
  commitOf().replaceAll(' ', '-'),
  `crash-hosts-${values.shard.replace('/', '-of-')}.jsonl`,
)

/** What each case has servers do, so that a run which goes on prepares those cases alone of which a point is left. */
const operationsPath = join(dirname(progressPath), 'host-operations.json')

interface Question {
  readonly caseName: string
  /** Left out: what the case has servers do. */
  readonly point?: HostPoint
}
type Answer = HostVerdict | { readonly operations: readonly OperationName[] }

async function answer({ caseName, point }: Question): Promise<Answer> {
  const prepared = await preparedOnDisk(caseName)
  return point
    ? tryHostPoint(prepared, point)
    : { operations: prepared.operations.map(({ what, of }) => ({ what, of })) }
}

/** What came of it all. */
class Tally {
  sum = noPoints
  failed = 0
  heldPoints = 0
  readonly held = new Map<string, number>()
  readonly unreached: string[] = []

  note(line: string, verdict: HostVerdict): void {
    this.sum = added(this.sum, verdict)
    if (!verdict.reached) this.unreached.push(line)
    if (verdict.held.length > 0) this.heldPoints += 1
    for (const name of new Set(verdict.held)) this.held.set(name, (this.held.get(name) ?? 0) + 1)
    if (verdict.problems.length > 0) this.fail(line, verdict.problems)
  }

  fail(line: string, problems: readonly string[]): void {
    this.failed += 1
    process.stdout.write(`${[line, ...problems.map((text) => `    ${text}`)].join('\n')}\n`)
  }
}

const tally = new Tally()

/** A question that cannot be answered is a failure of its own, and the others go on. */
const ask = (
  questions: readonly Question[],
  onAnswer: (question: Question, answer: Answer) => void,
  isOver?: () => boolean,
) =>
  runInWorkers(
    questions,
    Number(values.workers),
    onAnswer,
    ({ caseName, point }: Question, error) =>
      tally.fail(point ? hostReplayLine(point) : `npm run crash-test -- --world hosts --only ${caseName}`, [
        error.stack ?? error.message,
      ]),
    isOver,
  )

async function main(): Promise<void> {
  sweepHeldGroups()
  buildDoomedRun()
  const names = values.only === undefined ? hostCases.map(({ name }) => name) : [values.only]
  if (values.point !== undefined) return report([parseHostPoint(names[0] ?? '', values.point, seed)], undefined)
  const all = everyHostPoint(await operationsOf(names), seed)
  const points = values.sample === undefined ? all : drawnByChance(all, Number(values.sample), seed)
  const [shard = 1, of = 1] = values.shard.split('/').map(Number)
  const mine = points.filter((_point, index) => index % of === shard - 1)
  await report(mine, all.length)
}

async function operationsOf(names: readonly string[]): Promise<OperationsOfCases> {
  const known = operationsBefore()
  await ask(
    names.filter((name) => !known.has(name)).map((caseName) => ({ caseName })),
    ({ caseName }, found) => {
      if (!('operations' in found)) return
      known.set(caseName, found.operations)
      mkdirSync(dirname(operationsPath), { recursive: true })
      writeFileSync(operationsPath, JSON.stringify([...known]))
    },
  )
  return new Map(names.map((name) => [name, known.get(name) ?? []]))
}

function operationsBefore(): Map<string, readonly OperationName[]> {
  if (!values.resume || !existsSync(operationsPath)) return new Map()
  return new Map(JSON.parse(readFileSync(operationsPath, 'utf8')) as [string, readonly OperationName[]][])
}

/** `of`: how many there are. */
async function report(points: readonly HostPoint[], of: number | undefined): Promise<void> {
  const done = doneBefore()
  for (const point of points) {
    const line = hostReplayLine(point)
    const known = done.get(line)
    if (known) tally.note(line, { ...passed, held: known.held })
  }
  const todo = points.filter((point) => !done.has(hostReplayLine(point)))
  const startMs = Date.now()
  let tried = 0
  await ask(
    todo.map((point) => ({ caseName: point.caseName, point })),
    ({ point }, verdict) => {
      if (!point || !('problems' in verdict)) return
      const line = hostReplayLine(point)
      tally.note(line, verdict)
      if (verdict.reached && verdict.problems.length === 0) noteProgress({ line, held: verdict.held })
      tried += 1
      const minutes = (((Date.now() - startMs) / tried) * (todo.length - tried)) / 60_000
      process.stderr.write(
        `${tried} of ${todo.length} points, ${tally.failed} failed, ${Math.ceil(minutes)} minutes to go\n`,
      )
    },
    () => Date.now() - startMs >= Number(values.minutes) * 60_000,
  )
  const { sum, failed, unreached, heldPoints, held } = tally
  const names = [...held].sort(([, left], [, right]) => right - left).map(([name, count]) => `${name} ${count}`)
  const lines = [
    `hosts (${shareText(sum, of)}): ${sumText(sum)}`,
    `at ${heldPoints} of them something stood still in a server and went on beside the next run: ${names.join(', ')}`,
    ...unreached.map((line) => `not reached: ${line}`),
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  if (values.record) recordProof('crash-test-hosts', seed, lines)
  process.exitCode = failed === 0 ? 0 : 1
}

const passed = { reached: true, converged: true, duplicates: [], orphans: [], lost: [], problems: [] }

interface Progress {
  readonly line: string
  readonly held: readonly string[]
}

function noteProgress(progress: Progress): void {
  appendFileSync(progressPath, `${JSON.stringify(progress)}\n`)
}

/** The points that have passed, by the lines that do them again. */
function doneBefore(): ReadonlyMap<string, Progress> {
  mkdirSync(dirname(progressPath), { recursive: true })
  if (!values.resume) rmSync(progressPath, { force: true })
  if (!existsSync(progressPath)) return new Map()
  const lines = readFileSync(progressPath, 'utf8').split('\n')
  const passedLines = lines.filter((line) => line !== '').map((line) => JSON.parse(line) as Progress)
  return new Map(passedLines.map((progress) => [progress.line, progress]))
}

if (process.send) serveWorker(answer, () => Promise.resolve())
else await main()
