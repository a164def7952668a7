import { afterAll, describe, expect, it } from 'vitest'
import { takeCensus } from '../support/proof/account-census.js'
import { caseNamed, parsePoint, pointText, samplePoints } from '../support/proof/crash-plan.js'
import { isAskedBy, prepareCase, tryPoint, type PreparedCase } from '../support/proof/crash-points.js'
import { deaths } from '../support/proof/doomed-process.js'
import { openProofWorld } from '../support/proof/proof-world.js'
import { standstill } from '../support/proof/standstill.js'
import { fleetStack } from '../support/stacks.js'

const prepared = new Map<string, Promise<PreparedCase>>()
afterAll(async () => {
  for (const ready of prepared.values()) (await ready).remove()
})

function ready(name: string): Promise<PreparedCase> {
  const known = prepared.get(name) ?? prepareCase(caseNamed(name))
  prepared.set(name, known)
  return known
}

/** A few of what `npm run crash-test` goes through, spread over the runs: some requests of each, another death at each. */
const sampled = [
  'create',
  'move',
  'replace-elastic',
  'checkpoint',
  'members-fewer',
  'replace-asked',
  'only',
  'rename',
] as const
const shares = [0.4, 0.8] as const

describe.concurrent('a run that is killed at a request', { timeout: 300_000 }, () => {
  it.each(sampled)('is finished by the next: %s', async (name) => {
    const of = await ready(name)
    expect(of.requests.length).toBeGreaterThan(10)
    for (const [index, share] of shares.entries()) {
      const request = Math.ceil(share * of.requests.length)
      const dooms = [{ request, how: deaths[index + 1] ?? 'lost' }]
      const { reached, problems } = await tryPoint(of, { world: 'calm', caseName: name, dooms, seed: 0 })
      expect({ point: pointText(dooms), reached, problems }).toEqual({
        point: pointText(dooms),
        reached: true,
        problems: [],
      })
    }
  })

  it('waits for a server that was told to stop a moment before the death', async () => {
    const of = await ready('update')
    const request = 1 + of.requests.lastIndexOf('StopInstances')
    expect(request).toBeGreaterThan(0)
    const dooms = parsePoint(`${request}:lost`)
    const { problems } = await tryPoint(of, { world: 'calm', caseName: 'update', dooms, seed: 0 })
    expect(problems).toEqual([])
  })

  it('asks with its token for a server that it cannot see for longer than it waits, and makes none twice', async () => {
    // The index that listings read lags for a time that EC2 does not bound; the client waits 20 s for it.
    const world = await openProofWorld({ seed: 1, faults: { visibilityDelayMs: { filter: 60_000 } } })
    try {
      const work = { kind: 'apply', text: fleetStack(1) } as const
      const doomed = await world.process({
        onAnswer: (action) => void (action === 'RunInstances' && doomed.kill()),
      })
      await Promise.race([world.run(doomed, work), doomed.died])
      const next = await world.process()
      expect(await world.run(next, work)).toEqual({ converged: true, problems: [] })
      // It was not seen.
      expect(next.requests).toContain('RunInstances')
      const census = await takeCensus(world.client)
      expect(census.filter(({ says }) => says.startsWith('instance'))).toHaveLength(1)
    } finally {
      await world.close()
    }
  })

  it('is looked at by what it leaves: what is there twice, what nobody owns, what is gone', async () => {
    const of = await ready('move')
    const [first] = of.after
    const beside = { ...of, after: of.after.filter((found) => found !== first) }
    const dooms = parsePoint('1:before')
    const { problems, duplicates } = await tryPoint(beside, { world: 'calm', caseName: 'move', dooms, seed: 0 })
    expect(problems).toEqual([`1 more: ${first?.says}`])
    expect(duplicates).toHaveLength(1)
  })
})

describe('a sample of the points', () => {
  const requests = new Map([
    ['one', ['DescribeVolumes', 'CreateVolume']],
    ['two', ['DeleteVolume']],
  ])
  const placesOf = (count: number, cuts: 1 | 2) =>
    samplePoints(requests, { world: 'calm', count, seed: 1, cuts }).points.map(
      ({ caseName, dooms }) => `${caseName} ${pointText(dooms)}`,
    )

  it('has no point twice, and says of how many it is: a read has one way to die, a write three', () => {
    expect(new Set(placesOf(100, 1)).size).toBe(7)
    expect(new Set(placesOf(100, 2)).size).toBe(25)
    expect(samplePoints(requests, { world: 'lag', count: 3, seed: 1, cuts: 2 })).toMatchObject({ of: 25 })
  })

  it('begins a larger one', () => {
    expect(placesOf(7, 1).slice(0, 4)).toEqual(placesOf(4, 1))
  })
})

describe('what a run has asked for', () => {
  it('is what EC2 has carried out, also where the process died because EC2 lost the answer', async () => {
    const of = await ready('snapshot')
    const faults = { scripted: [{ action: 'CreateSnapshot', call: 1, failure: 'lost-response' }] } as const
    const world = await openProofWorld({ from: of.world, faults })
    try {
      const request = 1 + of.requests.indexOf('CreateSnapshot')
      const process = await world.process({ doom: { request, how: 'lost' } })
      expect(isAskedBy(of, world.carriedOut())).toBe(false)
      await Promise.race([world.run(process, of.of.work), process.died])
      expect(process.requests.at(-1)).toBe('CreateSnapshot')
      expect(isAskedBy(of, world.carriedOut())).toBe(true)
    } finally {
      await world.close()
    }
  })
})

describe('what hangs', () => {
  const looks = { everyMs: 1, same: 3 }

  it('does not move any more, however long it moved before', async () => {
    const ended = new AbortController()
    let moves = 0
    await standstill(() => String(Math.min((moves += 1), 10)), looks, ended.signal)
    ended.abort()
    expect(moves).toBe(13)
  })
})
