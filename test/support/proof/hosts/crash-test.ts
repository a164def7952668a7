import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { added, noPoints, shareText, sumText } from '../crash-sums.js'
import { projectRoot } from '../project-root.js'
import { commitOf, recordProof } from '../record-proof.js'
import { runInWorkers, serveWorker } from '../workers.js'
import { hostCases } from './host-cases.js'
import { drawnByChance, everyHostPoint, hostReplayLine, parseHostPoint, type HostPoint } from './host-plan.js'
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
type Answer = HostVerdict | { readonly operations: readonly string[] }

async function answer({ caseName, point }: Question): Promise<Answer> {
  const prepared = await preparedOnDisk(caseName)
  return point
    ? tryHostPoint(prepared, point)
    : { operations: prepared.operations.map(({ what, reads }) => (reads ? `read: ${what}` : what)) }
}

const ask = (questions: readonly Question[], onAnswer: (question: Question, answer: Answer) => void) =>
  runInWorkers(questions, Number(values.workers), onAnswer)

async function main(): Promise<void> {
  buildDoomedRun()
  const names = values.only === undefined ? hostCases.map(({ name }) => name) : [values.only]
  if (values.point !== undefined) return report([parseHostPoint(names[0] ?? '', values.point, seed)], undefined)
  const all = everyHostPoint(await operationsOf(names), seed)
  const points = values.sample === undefined ? all : drawnByChance(all, Number(values.sample), seed)
  const [shard = 1, of = 1] = values.shard.split('/').map(Number)
  const mine = points.filter((_point, index) => index % of === shard - 1)
  await report(mine, all.length)
}

async function operationsOf(names: readonly string[]): Promise<ReadonlyMap<string, readonly string[]>> {
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

function operationsBefore(): Map<string, readonly string[]> {
  if (!values.resume || !existsSync(operationsPath)) return new Map()
  return new Map(JSON.parse(readFileSync(operationsPath, 'utf8')) as [string, readonly string[]][])
}

/** `of`: how many there are. */
async function report(points: readonly HostPoint[], of: number | undefined): Promise<void> {
  const done = doneBefore()
  let sum = noPoints
  let beside = 0
  let failed = 0
  const note = (verdict: HostVerdict) => {
    sum = added(sum, verdict)
    beside += verdict.held > 0 ? 1 : 0
  }
  for (const point of points) {
    const known = done.get(hostReplayLine(point))
    if (known) note({ ...passed, ...known })
  }
  const todo = points.filter((point) => !done.has(hostReplayLine(point)))
  await ask(
    todo.map((point) => ({ caseName: point.caseName, point })),
    ({ point }, verdict) => {
      if (!point || !('problems' in verdict)) return
      note(verdict)
      const line = hostReplayLine(point)
      if (verdict.problems.length === 0) noteProgress({ line, held: verdict.held, reached: verdict.reached })
      else {
        failed += 1
        process.stdout.write(`${[line, ...verdict.problems.map((text) => `    ${text}`)].join('\n')}\n`)
      }
      process.stderr.write(`${sum.points} of ${points.length} points, ${failed} failed\n`)
    },
  )
  const lines = [
    `hosts (${shareText(sum, of)}): ${sumText(sum)}`,
    `${beside} of the runs that were cut left something that went on in a server beside the next`,
  ]
  process.stdout.write(`${lines.join('\n')}\n`)
  if (values.record) recordProof('crash-test-hosts', seed, lines)
  process.exitCode = failed === 0 ? 0 : 1
}

const passed = { converged: true, duplicates: [], orphans: [], lost: [], problems: [] }

interface Progress {
  readonly line: string
  readonly held: number
  readonly reached: boolean
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
