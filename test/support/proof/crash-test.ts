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
import { projectRoot } from './project-root.js'
import { recordProof } from './record-proof.js'
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
  const all = everyPoint(ordered)
  const calm =
    values.calm === undefined
      ? all
      : samplePoints(ordered, { world: 'calm', count: Number(values.calm), seed, cuts: 1 })
  const count = Number(values.sample)
  const points = [
    ...calm,
    ...samplePoints(ordered, { world: 'calm', count, seed, cuts: 2 }),
    ...samplePoints(ordered, { world: 'lag', count, seed, cuts: 1 }),
    ...samplePoints(ordered, { world: 'chaos', count, seed, cuts: 1 }),
  ].filter(({ world }) => values.world === undefined || world === values.world)
  const [shard = 1, of = 1] = values.shard.split('/').map(Number)
  const mine = points.filter((_point, index) => index % of === shard - 1)
  await report(mine, shareOf(mine, all.length))
}

/** What a world's points are a share of. */
function shareOf(points: readonly CrashPoint[], all: number): ReadonlyMap<string, string> {
  const counts = new Map<string, number>()
  for (const point of points) counts.set(kindOf(point), (counts.get(kindOf(point)) ?? 0) + 1)
  return new Map(
    [...counts].map(([kind, count]) => [kind, `${((100 * Math.min(count, all)) / all).toFixed(1)} % of ${all}`]),
  )
}

function kindOf({ world, dooms }: CrashPoint): string {
  return dooms.length > 1 ? `${world}, cut twice` : world
}

async function report(points: readonly CrashPoint[], shares: ReadonlyMap<string, string>): Promise<void> {
  const done = doneBefore()
  const todo = points.filter((point) => !done.has(replayLine(point)))
  const sums = new Map<string, Sum>()
  const failures: string[] = []
  let last = Date.now()
  let answered = 0
  const note = (point: CrashPoint, verdict: PointVerdict) => {
    for (const key of ['', kindOf(point)]) sums.set(key, added(sums.get(key) ?? nothing, verdict))
    if (verdict.problems.length === 0) return
    failures.push([replayLine(point), ...verdict.problems.map((text) => `    ${text}`)].join('\n'))
    process.stdout.write(`${failures.at(-1)}\n`)
  }
  for (const point of points) if (done.has(replayLine(point))) note(point, passed)
  await ask(
    todo.map((point) => ({ caseName: point.caseName, point })),
    ({ point }, found) => {
      if (!point || !('problems' in found)) return
      note(point, found)
      answered += 1
      if (found.problems.length === 0) appendFileSync(progressPath, `${JSON.stringify(replayLine(point))}\n`)
      if (Date.now() - last < 10_000) return
      last = Date.now()
      process.stderr.write(`${answered} of ${todo.length} points, ${failures.length} failed\n`)
    },
  )
  const lines = [...sums]
    .filter(([kind]) => kind !== '')
    .map(([kind, sum]) => `${kind} (${shares.get(kind) ?? 'one point'}): ${sumText(sum)}`)
  const whole = sumText(sums.get('') ?? nothing)
  process.stdout.write(`${[...lines, whole].join('\n')}\n`)
  if (values.record) recordProof('crash-test', seed, [...lines, whole])
  process.exitCode = failures.length === 0 ? 0 : 1
}

const passed: PointVerdict = { reached: true, converged: true, duplicates: [], orphans: [], lost: [], problems: [] }

interface Sum {
  readonly points: number
  readonly converged: number
  readonly duplicates: number
  readonly orphans: number
  readonly lost: number
}
const nothing: Sum = { points: 0, converged: 0, duplicates: 0, orphans: 0, lost: 0 }

function added(sum: Sum, verdict: PointVerdict): Sum {
  return {
    points: sum.points + 1,
    converged: sum.converged + (verdict.converged ? 1 : 0),
    duplicates: sum.duplicates + verdict.duplicates.length,
    orphans: sum.orphans + verdict.orphans.length,
    lost: sum.lost + verdict.lost.length,
  }
}

/** Without hosts no volume has content: bytes are lost when a volume that held some is gone, and no snapshot of it is there. */
function sumText({ points, converged, duplicates, orphans, lost }: Sum): string {
  return `${points} points, ${converged} converged, ${duplicates} duplicates, ${orphans} orphans, ${lost} bytes lost`
}

function doneBefore(): ReadonlySet<string> {
  mkdirSync(dirname(progressPath), { recursive: true })
  if (!values.resume) rmSync(progressPath, { force: true })
  if (!existsSync(progressPath)) return new Set()
  const lines = readFileSync(progressPath, 'utf8').split('\n')
  return new Set(lines.filter((line) => line !== '').map((line) => JSON.parse(line) as string))
}

if (process.send)
  serveWorker(answer, async () => {
    for (const ready of prepared.values()) (await ready.catch(() => undefined))?.remove()
  })
else await main()
