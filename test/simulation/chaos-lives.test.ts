import { expect, it } from 'vitest'
import { liveUnderChaos, livableExamples, type Life } from '../support/chaos-life.js'

/** So many lives, spread over the examples, from this seed on. `EVENKEEL_LIVES=100 npx vitest run --project full chaos-lives` */
const lives = Number(process.env['EVENKEEL_LIVES'] ?? 12)
const firstSeed = Number(process.env['EVENKEEL_SEED'] ?? 1)

it('examples live through the strongest chaos, from apply to destroy', async () => {
  const lived: Life[] = []
  for (let seed = firstSeed; seed < firstSeed + lives; seed += 1) {
    const example = livableExamples[seed % livableExamples.length] ?? 'hello.yaml'
    const life = await liveUnderChaos(example, seed, 'harsh')
    lived.push(life)
    if (life.failure !== undefined) console.log(`${replay(life)}\n  ${life.failure}`)
  }
  const converged = lived.filter(({ failure }) => failure === undefined)
  const runs = lived.reduce((sum, life) => sum + life.runs, 0)
  console.log(`${lived.length} lives, ${converged.length} converged, in ${runs} runs`)
  expect(lived.filter(({ failure }) => failure !== undefined).map(replay)).toEqual([])
}, 3_600_000)

function replay({ seed, example }: Life): string {
  return `${example} under --chaos ${seed}:harsh --latencies real: EVENKEEL_SEED=${seed} EVENKEEL_LIVES=1 npx vitest run --project full chaos-lives`
}
