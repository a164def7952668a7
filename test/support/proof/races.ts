import { parseArgs } from 'node:util'
import { caseNamed } from './crash-plan.js'
import { prepareCase, type PreparedCase } from './crash-points.js'
import { raceKinds, raceLine, racesOf, runRace, type Race, type RaceVerdict } from './race-cases.js'
import { recordProof } from './record-proof.js'
import { runInWorkers, serveWorker } from './workers.js'

/** `npm run races`: several runs of one stack at once; see docs/reliability.md for its options. */
const { values } = parseArgs({
  options: {
    only: { type: 'string' },
    kind: { type: 'string' },
    chaos: { type: 'boolean', default: false },
    seed: { type: 'string', default: '1' },
    count: { type: 'string', default: '100' },
    workers: { type: 'string', default: '2' },
    record: { type: 'boolean', default: false },
  },
})

const prepared = new Map<string, Promise<PreparedCase>>()

async function answer(race: Race): Promise<RaceVerdict> {
  const known = prepared.get(race.caseName) ?? prepareCase(caseNamed(race.caseName))
  prepared.set(race.caseName, known)
  return runRace(await known, race)
}

async function main(): Promise<void> {
  const seed = Number(values.seed)
  const kind = raceKinds.find((name) => name === values.kind)
  const races: readonly Race[] =
    values.only !== undefined && kind !== undefined
      ? [{ kind, caseName: caseNamed(values.only).name, chaos: values.chaos, seed }]
      : racesOf(Number(values.count), seed)
  let converged = 0
  let duplicates = 0
  let orphans = 0
  let lost = 0
  let failed = 0
  await runInWorkers<Race, RaceVerdict>(races, Number(values.workers), (race, verdict) => {
    if (verdict.converged) converged += 1
    duplicates += verdict.duplicates.length
    orphans += verdict.orphans.length
    lost += verdict.lost.length
    if (verdict.problems.length === 0) return
    failed += 1
    process.stdout.write([raceLine(race), ...verdict.problems.map((text) => `    ${text}`), ''].join('\n'))
  })
  const line = `${races.length} races, ${converged} converged, ${duplicates} duplicates, ${orphans} orphans, ${lost} bytes lost`
  process.stdout.write(`${line}\n`)
  if (values.record) recordProof('races', seed, [line])
  process.exitCode = failed === 0 ? 0 : 1
}

if (process.send)
  serveWorker(answer, async () => {
    for (const ready of prepared.values()) (await ready.catch(() => undefined))?.remove()
  })
else await main()
