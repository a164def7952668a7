import { describe, expect, it } from 'vitest'
import { boundsOf, fittingTypes, type FoundType } from '../../src/model/launch/on-offer.js'

const type = (name: string, vcpus: number, memoryGiB: number, zones = ['us-east-1a']): FoundType => ({
  name,
  vcpus,
  memoryMiB: memoryGiB * 1024,
  architectures: [name.startsWith('t4g') ? 'arm64' : 'x86_64'],
  isCurrent: true,
  network: '',
  instanceStoreGB: 0,
  zones,
})

const types = [
  type('t3.large', 2, 8),
  type('m5.large', 2, 8),
  type('t4g.medium', 2, 4),
  type('t3.nano', 2, 0.5),
  type('m5.xlarge', 4, 16, ['us-east-1a', 'us-east-1b']),
  type('old.large', 2, 8, []),
]

describe('how much is wanted', () => {
  it.each([
    ['4', { min: 4, max: Infinity }],
    ['=0.5', { min: 0.5, max: 0.5 }],
    ['2-8', { min: 2, max: 8 }],
    ['8-2', undefined],
    ['=2-8', undefined],
    ['-1', undefined],
    ['', undefined],
    ['4GiB', undefined],
  ])('%s', (word, expected) => {
    expect(boundsOf(word)).toEqual(expected)
  })
})

describe('types that fit', () => {
  const names = (wanted: Parameters<typeof fittingTypes>[1]) => fittingTypes(types, wanted).map(({ name }) => name)

  it('come by CPUs, memory and name, and are offered somewhere', () => {
    expect(names({})).toEqual(['t3.nano', 't4g.medium', 'm5.large', 't3.large', 'm5.xlarge'])
  })

  it.each([
    [{ vcpus: boundsOf('4'), memoryGiB: boundsOf('16') }, ['m5.xlarge']],
    [{ memoryGiB: boundsOf('4-8') }, ['t4g.medium', 'm5.large', 't3.large']],
    [{ architecture: 'arm64' }, ['t4g.medium']],
    [{ zone: 'us-east-1b' }, ['m5.xlarge']],
    [{ name: 't3.*' }, ['t3.nano', 't3.large']],
    [{ name: 't3.larg?' }, ['t3.large']],
    [{ name: 't3?large', zone: 'nowhere' }, []],
  ])('%j', (wanted, expected) => {
    expect(names(wanted)).toEqual(expected)
  })
})
