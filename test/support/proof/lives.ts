import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { lives } from './lives/arbitrary-lives.js'
import { coverageOf, kindsInHosts } from './lives/coverage.js'
import { liveALife, type Lived } from './lives/live-a-life.js'
import { recordProof } from './record-proof.js'

/** `npm run lives`: random stacks, edits, hands, kills and faults; see docs/reliability.md for its options. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '200' },
    /** No life begins after so long. */
    minutes: { type: 'string', default: '60' },
    /** Of a failure: where fast-check stood. */
    path: { type: 'string' },
    /** Nothing fails but processes. */
    calm: { type: 'boolean', default: false },
    /** Looks for a shorter life that fails as well, which takes many lives. */
    shrink: { type: 'boolean', default: false },
    record: { type: 'boolean', default: false },
  },
})

const seed = Number(values.seed)
const lived: Lived[] = []
let turns = 0
const property = fc.asyncProperty(lives, async (life) => {
  turns += life.turns.length
  const one = await liveALife(values.calm ? { ...life, chaos: undefined } : life)
  lived.push(one)
  if (one.wrong !== undefined) throw new Error(one.wrong)
})
const result = await fc.check(property, {
  seed,
  numRuns: Number(values.count),
  ...(values.path !== undefined && { path: values.path }),
  endOnFailure: !values.shrink,
  interruptAfterTimeLimit: Number(values.minutes) * 60_000,
})
if (result.failed) {
  const { counterexamplePath, errorInstance } = result
  const story = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  const calm = values.calm ? ' --calm' : ''
  process.stdout.write(`npm run lives -- --seed ${seed} --path ${counterexamplePath}${calm}\n${story}\n`)
}
const sum = (count: (one: Lived) => number) => lived.reduce((whole, one) => whole + count(one), 0)
const lines = [
  `${lived.length} lives of ${turns} turns in ${sum(({ runs }) => runs)} runs, ${sum(({ kills }) => kills)} of them killed, ${result.failed ? 1 : 0} failed`,
  coverageOf(lived).told,
  `not here, since they need hosts: ${kindsInHosts.join(', ')}`,
]
process.stdout.write(`${lines.join('\n')}\n`)
if (values.record) recordProof('lives', seed, lines)
process.exit(result.failed ? 1 : 0)
