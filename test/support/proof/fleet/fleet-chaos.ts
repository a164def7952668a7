import { parseArgs } from 'node:util'
import { recordProof } from '../record-proof.js'
import { liveFleet } from './fleet-life.js'
import { troublesOf, type Troubles } from './fleet-trouble.js'

/** `npm run fleet-chaos`: workers and Redis die while stacks are applied; see docs/reliability.md for its options. */
const { values } = parseArgs({
  options: {
    /** The first; the others follow it. */
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '3' },
    applies: { type: 'string', default: '70' },
    workers: { type: 'string', default: '4' },
    /** The last seed's workers are of other machines, with so many applies. */
    elsewhere: { type: 'string', default: '0' },
    verbose: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
})

const first = Number(values.seed)
const seeds = Array.from({ length: Number(values.count) }, (_, index) => first + index)
const say = (text: string) => void (values.verbose && process.stderr.write(`${text}\n`))
let failed = 0
let jobs = 0
let applies = 0
let converged = 0
let done = troublesOf(() => ({ all: 0, amid: 0 }))
for (const seed of seeds) {
  const isElsewhere = Number(values.elsewhere) > 0 && seed === seeds.at(-1)
  const appliesMin = Number(isElsewhere ? values.elsewhere : values.applies)
  const life = await liveFleet({ seed, applies: appliesMin, workers: Number(values.workers), isElsewhere, say })
  jobs += life.jobs
  applies += life.applies
  converged += life.converged
  done = sumOf(done, life.troubles)
  if (life.problems.length === 0) continue
  failed += 1
  const how = isElsewhere ? ` --elsewhere ${appliesMin}` : ''
  const again = `npm run fleet-chaos -- --seed ${seed} --count 1 --applies ${appliesMin} --workers ${values.workers}${how}`
  process.stdout.write([again, ...life.problems.map((text) => `    ${text}`), ''].join('\n'))
}
const told = Object.entries(done).map(([name, { all, amid }]) => `${name} ${all} (${amid})`)
const lines = [
  `${seeds.length} seeds of rough, ${values.workers} workers, 8 stacks each: ${applies} applies among ${jobs} jobs, each with one outcome, ${converged} of them converged at once`,
  `and as often (in brackets: in the middle of an apply): ${told.join(', ')}`,
  `${seeds.length - failed} seeds came to rest: every plan empty, 0 duplicates, 0 orphans, 0 volumes lost; ${failed} did not`,
]
process.stdout.write(`${lines.join('\n')}\n`)
if (values.record && failed === 0) recordProof('fleet-chaos', first, lines)
process.exitCode = failed === 0 ? 0 : 1

function sumOf(left: Troubles, right: Troubles): Troubles {
  return troublesOf((name) => ({
    all: left[name].all + right[name].all,
    amid: left[name].amid + right[name].amid,
  }))
}
