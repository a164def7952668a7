import { parseArgs } from 'node:util'
import { exampleNames } from '../example-stacks.js'
import { chaosLife } from './lives/chaos-life.js'
import { liveALife, type Lived } from './lives/live-a-life.js'
import { recordProof } from './record-proof.js'
import { runInWorkers, serveWorker } from './workers.js'

/** `npm run chaos-lives`: the examples live in the strongest profile, from apply to destroy; see docs/reliability.md for its options. */
const { values } = parseArgs({
  options: {
    /** The first; the others follow it. */
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    workers: { type: 'string', default: '2' },
    record: { type: 'boolean', default: false },
  },
})

type Answer = Pick<Lived, 'wrong' | 'runs' | 'kills'>

async function main(): Promise<void> {
  const first = Number(values.seed)
  const seeds = Array.from({ length: Number(values.count) }, (_, index) => first + index)
  let converged = 0
  let runs = 0
  let kills = 0
  await runInWorkers<{ readonly seed: number }, Answer>(
    seeds.map((seed) => ({ seed })),
    Number(values.workers),
    ({ seed }, answer) => {
      runs += answer.runs
      kills += answer.kills
      if (answer.wrong === undefined) converged += 1
      else
        process.stdout.write(
          `npm run chaos-lives -- --seed ${seed} --count 1\n${chaosLife(seed).example}\n${answer.wrong}\n`,
        )
    },
  )
  const line = `${seeds.length} seeds of harsh over ${exampleNames.length} examples: ${converged} applied, healed and were destroyed, in ${runs} runs, ${kills} of them killed`
  process.stdout.write(`${line}\n`)
  if (values.record) recordProof('chaos-lives', first, [line])
  process.exitCode = converged === seeds.length ? 0 : 1
}

if (process.send)
  serveWorker(
    async ({ seed }: { readonly seed: number }): Promise<Answer> => {
      const { wrong, runs, kills } = await liveALife(chaosLife(seed).life)
      return { wrong, runs, kills }
    },
    () => Promise.resolve(),
  )
else await main()
