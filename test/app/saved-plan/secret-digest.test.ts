import { expect, it } from 'vitest'
import { isSaved, savedSecret } from '../../../src/app/saved-plan/secret-digest.js'

it('a saved digest knows its value again, and holds 16 bits of it', () => {
  const saved = savedSecret('token', 'planted')
  expect(isSaved(saved, 'planted')).toBe(true)
  expect(saved.digest).toMatch(/^[0-9a-f]{4}$/)
  expect(JSON.stringify(saved)).not.toContain('planted')
  // Of three wrong values all would have to seem right by chance, once in 2^48.
  expect(['plante', 'Planted', ''].every((value) => isSaved(saved, value))).toBe(false)
})

it('two files say different things of one value', () => {
  expect(savedSecret('token', 'planted')).not.toEqual(savedSecret('token', 'planted'))
})
