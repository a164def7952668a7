import { afterAll, describe, expect, it } from 'vitest'
import { caseNamed } from '../support/proof/crash-plan.js'
import { prepareCase, type PreparedCase } from '../support/proof/crash-points.js'
import { raceLine, runRace, type Race } from '../support/proof/race-cases.js'

const prepared = new Map<string, Promise<PreparedCase>>()
afterAll(async () => {
  for (const ready of prepared.values()) (await ready).remove()
})

function ready(name: string): Promise<PreparedCase> {
  const known = prepared.get(name) ?? prepareCase(caseNamed(name))
  prepared.set(name, known)
  return known
}

/** A few of what `npm run races` goes through. */
const sampled: readonly Race[] = [
  { kind: 'together', caseName: 'create', chaos: false, seed: 1 },
  { kind: 'beside-destroy', caseName: 'zone-move-retain', chaos: false, seed: 80 },
  { kind: 'sleeper', caseName: 'create', chaos: false, seed: 3 },
  { kind: 'together', caseName: 'grow', chaos: true, seed: 4 },
  // A lock that is given back before EC2 finds it for a change.
  { kind: 'together', caseName: 'create-elastic', chaos: true, seed: 64 },
]

describe.concurrent('runs of one stack at once', { timeout: 300_000 }, () => {
  it.each(sampled)('make everything once: $kind, $caseName', async (race) => {
    const { problems } = await runRace(await ready(race.caseName), race)
    expect({ race: raceLine(race), problems }).toEqual({ race: raceLine(race), problems: [] })
  })
})
