import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { noHostsBecause } from '../support/sandbox-world.js'
import { drawnByChance, everyHostPoint, hostReplayLine, parseHostPoint } from '../support/proof/hosts/host-plan.js'
import { prepareHosts, tryHostPoint, type PreparedHosts } from '../support/proof/hosts/host-points.js'
import { buildDoomedRun } from '../support/proof/hosts/host-world.js'

/** A few of what `npm run crash-test -- --world hosts` goes through: what is done in a first apply, and a way to die at it. */
const sampled = [
  ['make a filesystem', 'middle'],
  ['mount', 'before'],
  ['copy', 'middle'],
  ['write /etc/fstab', 'after'],
] as const

describe.skipIf(noHostsBecause !== undefined)(
  `a run that is killed while a server works for it${noHostsBecause ? ` (${noHostsBecause})` : ''}`,
  { timeout: 300_000 },
  () => {
    let prepared: PreparedHosts | undefined
    beforeAll(async () => {
      buildDoomedRun()
      prepared = await prepareHosts('create')
    })
    afterAll(() => prepared?.remove())

    it.each(sampled)('is finished by the next: %s, %s', async (what, how) => {
      if (!prepared) throw new Error('the case is not prepared')
      const request = 1 + prepared.operations.findIndex((operation) => operation.what === what)
      expect(request).toBeGreaterThan(0)
      const { reached, problems } = await tryHostPoint(prepared, { caseName: 'create', request, how, seed: 1 })
      expect({ reached, problems }).toEqual({ reached: true, problems: [] })
    })
  },
)

describe('points in servers', () => {
  const operations = new Map([
    ['one', ['read: probe', 'mount']],
    ['two', ['copy']],
  ])
  const all = everyHostPoint(operations, 3)

  it('are one for what only reads, and three for what writes', () => {
    expect(all.map(({ caseName, request, how }) => `${caseName} ${request} ${how}`)).toEqual([
      'one 1 middle',
      'one 2 before',
      'one 2 middle',
      'one 2 after',
      'two 1 before',
      'two 1 middle',
      'two 1 after',
    ])
  })

  it('are drawn alike for a seed, each once, and more of them begin with the same', () => {
    const five = drawnByChance(all, 5, 7)
    expect(new Set(five).size).toBe(5)
    expect(drawnByChance(all, 3, 7)).toEqual(five.slice(0, 3))
    expect(drawnByChance(all, 100, 7)).toHaveLength(all.length)
  })

  it('are found again by the line that a failure prints', () => {
    const point = { caseName: 'grow', request: 12, how: 'middle', seed: 4 } as const
    expect(hostReplayLine(point)).toBe('npm run crash-test -- --world hosts --only grow --point 12:middle --seed 4')
    expect(parseHostPoint('grow', '12:middle', 4)).toEqual(point)
    expect(() => parseHostPoint('grow', '12:lost', 4)).toThrow('NUMBER:before|middle|after')
  })
})
