import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { crashCases } from './crash-cases.js'
import {
  caseNamed,
  everyPoint,
  parsePoint,
  replayLine,
  samplePoints,
  worldKinds,
  type CrashPoint,
} from './crash-plan.js'
import { prepareCase, tryPoint, type PointVerdict, type PreparedCase } from './crash-points.js'
import { added, noPoints, shareText, sumText, type PointsSum } from './crash-sums.js'
import { projectRoot } from './project-root.js'
import { commitOf, recordProof } from './record-proof.js'
import { runInWorkers, serveWorker } from './workers.js'

/** `npm run crash-test`: see docs/reliability.md for its options. */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    point: { type: 'string' },
    seed: { type: 'string', default: '1' },
    world: { type: 'string' },
    shard: { type: 'string', default: '1/1' },
    resume: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
    workers: { type: 'string', default: '2' },
    // How many points each world that is not exhausted is sampled at.
    sample: { type: 'string', default: '100' },
    // Calm points too: a sample of so many instead of all.
    calm: { type: 'string' },
  },
})

const seed = Number(values.seed)
const progressPath = join(
  projectRoot,
  'node_modules/.evenkeel-proof',
  // What passed on another commit has not passed on this one.
  commitOf().replaceAll(' ', '-'),
  `crash-${values.shard.replace('/', '-of-')}.jsonl`,
)

interface Question {
  readonly caseName: string
  /** Left out: how many requests the case has. */
  readonly point?: CrashPoint
}
type Answer = PointVerdict | { readonly requests: readonly string[] }

const prepared = new Map<string, Promise<PreparedCase>>()

function preparedCase(name: string): Promise<PreparedCase> {
  const known = prepared.get(name) ?? prepareCase(caseNamed(name))
  prepared.set(name, known)
  return known
}

async function answer({ caseName, point }: Question): Promise<Answer> {
  const ready = await preparedCase(caseName)
  return point ? tryPoint(ready, point) : { requests: ready.requests }
}

async function ask(questions: readonly Question[], onAnswer: (question: Question, answer: Answer) => void) {
  await runInWorkers(questions, Number(values.workers), onAnswer)
}

async function main(): Promise<void> {
  const cases = values.only === undefined ? crashCases : [caseNamed(values.only)]
  if (values.point !== undefined) {
    const caseName = cases[0]?.name ?? ''
    const world = worldKinds.find((kind) => kind === (values.world ?? 'calm')) ?? 'calm'
    return report([{ world, caseName, dooms: parsePoint(values.point), seed }], new Map())
  }
  const requests = new Map<string, readonly string[]>()
  await ask(
    cases.map(({ name }) => ({ caseName: name })),
    ({ caseName }, found) => void ('requests' in found && requests.set(caseName, found.requests)),
  )
  // In the order of the table, not in that of the answers: a point's number is the same each time.
  const ordered = new Map(cases.map(({ name }) => [name, requests.get(name) ?? []]))
  const count = Number(values.sample)
  const calm =
    values.calm === undefined
      ? everyPoint(ordered)
      : samplePoints(ordered, { world: 'calm', count: Number(values.calm), seed, cuts: 1 })
  const sets = [
    calm,
    samplePoints(ordered, { world: 'calm', count, seed, cuts: 2 }),
    samplePoints(ordered, { world: 'lag', count, seed, cuts: 1 }),
    samplePoints(ordered, { world: 'chaos', count, seed, cuts: 1 }),
  ]
  const points = sets
    .flatMap((set) => set.points)
    .filter(({ world }) => values.world === undefined || world === values.world)
  const [shard = 1, of = 1] = values.shard.split('/').map(Number)
  const mine = points.filter((_point, index) => index % of === shard - 1)
  await report(mine, new Map(sets.flatMap(({ points: [first], of: all }) => (first ? [[kindOf(first), all]] : []))))
}

function kindOf({ world, dooms }: CrashPoint): string {
  return dooms.length > 1 ? `${world}, cut twice` : world
}

/** Tries them all, and prints what came of it; `universes` says out of how many of its kind a point is. */
async function report(points: readonly CrashPoint[], universes: ReadonlyMap<string, number>): Promise<void> {
  const done = doneBefore()
  const todo = points.filter((point) => !done.has(replayLine(point)))
  const sums = new Map<string, PointsSum>()
  const failures: string[] = []
  let last = Date.now()
  let answered = 0
  const note = (point: CrashPoint, verdict: PointVerdict) => {
    for (const key of ['', kindOf(point)]) sums.set(key, added(sums.get(key) ?? noPoints, verdict))
    if (verdict.problems.length === 0) return
    failures.push([replayLine(point), ...verdict.problems.map((text) => `    ${text}`)].join('\n'))
    process.stdout.write(`${failures.at(-1)}\n`)
  }
  for (const point of points) {
    const reached = done.get(replayLine(point))
    if (reached !== undefined) note(point, { ...passed, reached })
  }
  await ask(
    todo.map((point) => ({ caseName: point.caseName, point })),
    ({ point }, found) => {
      if (!point || !('problems' in found)) return
      note(point, found)
      answered += 1
      if (found.problems.length === 0) noteProgress({ line: replayLine(point), reached: found.reached })
      if (Date.now() - last < 10_000) return
      last = Date.now()
      process.stderr.write(`${answered} of ${todo.length} points, ${failures.length} failed\n`)
    },
  )
  const lines = [...sums]
    .filter(([kind]) => kind !== '')
    .map(([kind, sum]) => `${kind} (${shareText(sum, universes.get(kind))}): ${sumText(sum)}`)
  const whole = sumText(sums.get('') ?? noPoints)
  process.stdout.write(`${[...lines, whole].join('\n')}\n`)
  if (values.record) recordProof('crash-test', seed, [...lines, whole])
  process.exitCode = failures.length === 0 ? 0 : 1
}

const passed: PointVerdict = { reached: true, converged: true, duplicates: [], orphans: [], lost: [], problems: [] }

interface Progress {
  readonly line: string
  readonly reached: boolean
}

function noteProgress(progress: Progress): void {
  appendFileSync(progressPath, `${JSON.stringify(progress)}\n`)
}

/** The points that passed before, and whether each was reached. */
function doneBefore(): ReadonlyMap<string, boolean> {
  mkdirSync(dirname(progressPath), { recursive: true })
  if (!values.resume) rmSync(progressPath, { force: true })
  if (!existsSync(progressPath)) return new Map()
  const lines = readFileSync(progressPath, 'utf8').split('\n')
  return new Map(
    lines
      .filter((text) => text !== '')
      .map((text) => JSON.parse(text) as Progress)
      .map(({ line, reached }) => [line, reached]),
  )
}

if (process.send)
  serveWorker(answer, async () => {
    for (const ready of prepared.values()) (await ready.catch(() => undefined))?.remove()
  })
else await main()
