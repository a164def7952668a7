import { expect, it } from 'vitest'
import { growthOf } from './growth.js'

const samples = (numbers: readonly number[]) => numbers.map((descriptors) => ({ descriptors }))

it('is flat where what was held early on is held in the end, whatever filled up before', () => {
  expect(growthOf(samples([1, 9, 9, 9, 9, 9, 9, 9]), { descriptors: 0 })).toEqual({
    isFlat: true,
    told: 'descriptors 9 -> 9',
  })
})

it('grows where more is left each time, and says what', () => {
  expect(growthOf(samples([1, 2, 3, 4, 5, 6, 7, 8]), { descriptors: 2 })).toEqual({
    isFlat: false,
    told: 'descriptors 4 -> 8 GROWS',
  })
})

it('says nothing of fewer samples than quarters, nor of what was not looked at', () => {
  expect(() => growthOf(samples([1, 2, 3]), { descriptors: 0 })).toThrow('too few')
  expect(growthOf(samples([1, 1, 1, 1]), { heapMiB: 1 }).isFlat).toBe(false)
})
