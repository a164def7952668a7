import { describe, expect, it } from 'vitest'
import { coveredByReservations, type Reservation } from '../../../src/model/launch/reserved.js'

const zone = 'us-east-1a'
const running = (...types: readonly string[]) => types.map((type, index) => ({ id: `i-${index}`, type, zone }))
const regional = (id: string, type: string, count = 1): Reservation => ({ id, type, count, isFlexible: true })
const covered = (types: readonly string[], ...reservations: readonly Reservation[]) =>
  Object.fromEntries(coveredByReservations(running(...types), reservations))

describe('what reservations cover', () => {
  it('is as many of a type as there are of it', () => {
    expect(covered(['t3.small', 't3.small', 't3.small'], regional('r', 't3.small', 2))).toEqual({
      'i-0': ['r'],
      'i-1': ['r'],
    })
  })

  it('is in their zone alone where they have one, and those come first', () => {
    const here = { ...regional('z', 't3.small'), zone, isFlexible: false }
    expect(covered(['t3.small'], regional('a', 't3.small'), here)).toEqual({ 'i-0': ['z'] })
    expect(covered(['t3.small'], { ...here, zone: 'us-east-1b' })).toEqual({})
    expect(covered(['t3.medium'], here)).toEqual({})
  })

  it('is other sizes of the family, the smallest first, by several together', () => {
    expect(covered(['t3.small'], regional('r', 't3.medium'))).toEqual({ 'i-0': ['r'] })
    expect(covered(['t3.large', 't3.small', 't3.small'], regional('r', 't3.medium'))).toEqual({
      'i-1': ['r'],
      'i-2': ['r'],
    })
    expect(covered(['t3.large'], regional('a', 't3.medium'), regional('b', 't3.medium'))).toEqual({ 'i-0': ['a', 'b'] })
    expect(covered(['t3.large'], regional('a', 't3.medium'))).toEqual({})
    expect(covered(['m5.2xlarge'], regional('a', 'm5.xlarge', 2))).toEqual({ 'i-0': ['a'] })
  })

  it('is the very type first, whatever its size', () => {
    expect(covered(['t3.medium', 't3.small'], regional('r', 't3.medium'))).toEqual({ 'i-0': ['r'] })
  })

  it('is the very type alone where sizes stand for nothing else', () => {
    expect(covered(['t3.small'], { ...regional('r', 't3.medium'), isFlexible: false })).toEqual({})
    expect(covered(['g5.xlarge'], regional('r', 'g5.2xlarge'))).toEqual({})
    expect(covered(['g5.xlarge'], regional('r', 'g5.xlarge'))).toEqual({ 'i-0': ['r'] })
    expect(covered(['t2.small'], regional('r', 't3.small'))).toEqual({})
  })
})
