import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { parseArgs } from 'node:util'
import { projectRoot } from '../project-root.js'
import { recordProof } from '../record-proof.js'
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
  `crash-hosts-${values.shard.replace('/', '-of-')}.jsonl`,
)

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
  if (values.point !== undefined) return report([parseHostPoint(names[0] ?? '', values.point, seed)], 'one point')
  const operations = new Map<string, readonly string[]>(names.map((name) => [name, []]))
  await ask(
    names.map((caseName) => ({ caseName })),
    ({ caseName }, found) => void ('operations' in found && operations.set(caseName, found.operations)),
  )
  const all = everyHostPoint(operations, seed)
  const points = values.sample === undefined ? all : drawnByChance(all, Number(values.sample), seed)
  const [shard = 1, of = 1] = values.shard.split('/').map(Number)
  const mine = points.filter((_point, index) => index % of === shard - 1)
  await report(mine, `${((100 * mine.length) / all.length).toFixed(1)} % of ${all.length}`)
}

async function report(points: readonly HostPoint[], share: string): Promise<void> {
  const done = doneBefore()
  const sum = { points: 0, converged: 0, duplicates: 0, orphans: 0, lost: 0, held: 0 }
  let failed = 0
  const note = (verdict: HostVerdict) => {
    sum.points += 1
    sum.converged += verdict.converged ? 1 : 0
    sum.duplicates += verdict.duplicates.length
    sum.orphans += verdict.orphans.length
    sum.lost += verdict.lost.length
    sum.held += verdict.held > 0 ? 1 : 0
  }
  for (const point of points) {
    const held = done.get(hostReplayLine(point))
    if (held !== undefined) note({ ...passed, held })
  }
  const todo = points.filter((point) => !done.has(hostReplayLine(point)))
  await ask(
    todo.map((point) => ({ caseName: point.caseName, point })),
    ({ point }, verdict) => {
      if (!point || !('problems' in verdict)) return
      note(verdict)
      const line = hostReplayLine(point)
      if (verdict.problems.length === 0) appendFileSync(progressPath, `${JSON.stringify([line, verdict.held])}\n`)
      else {
        failed += 1
        process.stdout.write(`${[line, ...verdict.problems.map((text) => `    ${text}`)].join('\n')}\n`)
      }
      process.stderr.write(`${sum.points} of ${points.length} points, ${failed} failed\n`)
    },
  )
  const { points: count, converged, duplicates, orphans, lost, held } = sum
  const text = `hosts (${share}): ${count} points, ${converged} converged, ${duplicates} duplicates, ${orphans} orphans, ${lost} bytes lost`
  const beside = `${held} runs left something that went on beside the next`
  process.stdout.write(`${text}\n${beside}\n`)
  if (values.record) recordProof('crash-test-hosts', seed, [text, beside])
  process.exitCode = failed === 0 ? 0 : 1
}

const passed = { reached: true, converged: true, duplicates: [], orphans: [], lost: [], problems: [] }

/** The points that have passed, and what was held at each. */
function doneBefore(): ReadonlyMap<string, number> {
  mkdirSync(dirname(progressPath), { recursive: true })
  if (!values.resume) rmSync(progressPath, { force: true })
  if (!existsSync(progressPath)) return new Map()
  const lines = readFileSync(progressPath, 'utf8').split('\n')
  return new Map(lines.filter((line) => line !== '').map((line) => JSON.parse(line) as [string, number]))
}

if (process.send) serveWorker(answer, () => Promise.resolve())
else await main()
