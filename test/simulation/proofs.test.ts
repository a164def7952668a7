import fc from 'fast-check'
import { afterAll, describe, expect, it } from 'vitest'
import { lives } from '../support/proof/lives/arbitrary-lives.js'
import { crashCases } from '../support/proof/crash-cases.js'
import { caseNamed, replayLine, samplePoints, worldKinds } from '../support/proof/crash-plan.js'
import { prepareCase, tryPoint, type PreparedCase } from '../support/proof/crash-points.js'
import { liveALife } from '../support/proof/lives/live-a-life.js'
import { raceLine, racesOf, runRace } from '../support/proof/race-cases.js'

const prepared = new Map<string, Promise<PreparedCase>>()
afterAll(async () => {
  for (const ready of prepared.values()) (await ready).remove()
})

function ready(name: string): Promise<PreparedCase> {
  const known = prepared.get(name) ?? prepareCase(caseNamed(name))
  prepared.set(name, known)
  return known
}

/** More of what `npm run crash-test`, `races` and `lives` go through than the other tests take. */
describe('a sample of the proofs', { timeout: 600_000 }, () => {
  it.each(crashCases.map(({ name }) => name))('of the crash points of %s, in each world', async (name) => {
    const of = await ready(name)
    const requests = new Map([[name, of.requests]])
    const once = worldKinds.flatMap((world) => samplePoints(requests, { world, count: 2, seed: 1, cuts: 1 }).points)
    const twice = samplePoints(requests, { world: 'calm', count: 1, seed: 1, cuts: 2 }).points
    const failed: string[] = []
    for (const point of [...once, ...twice]) {
      const { problems } = await tryPoint(of, point)
      if (problems.length > 0) failed.push([replayLine(point), ...problems].join('\n'))
    }
    expect(failed).toEqual([])
  })

  it.each(racesOf(18, 1).map((race) => ({ race, line: raceLine(race) })))('of the races: $line', async ({ race }) => {
    expect((await runRace(await ready(race.caseName), race)).problems).toEqual([])
  })

  it.each(fc.sample(lives, { seed: 2, numRuns: 12 }).map((life, index) => ({ life, index })))(
    'of the random lives: $index',
    async ({ life }) => {
      expect((await liveALife(life)).wrong).toBeUndefined()
    },
  )
})
