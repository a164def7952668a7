import { parseArgs } from 'node:util'
import fc from 'fast-check'
import { lives } from './arbitrary-lives.js'
import { liveALife } from './live-a-life.js'
import { recordProof } from './record-proof.js'

/** `npm run lives`: random stacks, edits, hands, kills and faults; see docs/reliability.md for its options. */
const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
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
let turns = 0
const property = fc.asyncProperty(lives, async (life) => {
  turns += life.turns.length
  const wrong = await liveALife(values.calm ? { ...life, chaos: false } : life)
  if (wrong !== undefined) throw new Error(wrong)
})
const result = await fc.check(property, {
  seed,
  numRuns: Number(values.count),
  ...(values.path !== undefined && { path: values.path }),
  endOnFailure: !values.shrink,
  interruptAfterTimeLimit: 3_600_000,
})
const line = `${result.numRuns} lives of ${turns} turns, ${result.failed ? 1 : 0} failed`
if (result.failed) {
  const { counterexamplePath, errorInstance } = result
  const story = errorInstance instanceof Error ? errorInstance.message : String(errorInstance)
  process.stdout.write(`npm run lives -- --seed ${seed} --path ${counterexamplePath}\n${story}\n`)
}
process.stdout.write(`${line}\n`)
if (values.record) recordProof('lives', seed, [line])
process.exit(result.failed ? 1 : 0)
