import { describe, expect, it } from 'vitest'
import { nearest } from '../../src/spec/nearest.js'

describe('nearest', () => {
  it.each([
    ['fstyp', ['fstype', 'type'], 'fstype'],
    ['sise', ['size', 'server'], 'size'],
    ['tpye', ['type', 'tags'], 'type'],
    ['FSTYPE', ['fstype'], 'fstype'],
    ['protocl', ['port', 'protocol'], 'protocol'],
    ['server', ['servers', 'volumes'], 'servers'],
    ['colour', ['count', 'image'], undefined],
    ['', ['a'], undefined],
    ['x', [], undefined],
  ])('takes %s of %j for %s', (word, candidates, expected) => {
    expect(nearest(word, candidates)).toBe(expected)
  })
})
