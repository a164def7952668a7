import { describe, expect, it } from 'vitest'
import {
  drawnByChance,
  everyHostPoint,
  hostReplayLine,
  parseHostPoint,
  type OperationsOfCases,
} from '../support/proof/hosts/host-plan.js'

describe('points in servers', () => {
  const operations: OperationsOfCases = new Map([
    ['one', [{ what: 'probe', of: 'reads' } as const, { what: 'mount', of: 'writes' } as const]],
    ['two', [{ what: 'log in', of: 'here' } as const, { what: 'copy', of: 'writes' } as const]],
  ])
  const all = everyHostPoint(operations, 3)

  it('are one for what only reads, and four for what writes', () => {
    expect(all.map(({ caseName, request, how }) => `${caseName} ${request} ${how}`)).toEqual([
      'one 1 middle',
      'one 2 before',
      'one 2 middle',
      'one 2 late',
      'one 2 after',
      'two 1 middle',
      'two 2 before',
      'two 2 middle',
      'two 2 late',
      'two 2 after',
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
    expect(() => parseHostPoint('grow', '12:lost', 4)).toThrow('NUMBER:before|middle|late|after')
  })
})
