import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { root } from '../support/source-tree.js'

const promises = readFileSync(join(root, 'docs/security.md'), 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!promise|---)/.test(line))
  .map((line) => line.split('|').slice(1, -1))

describe('docs/security.md', () => {
  it('makes promises', () => expect(promises.length).toBeGreaterThan(12))

  it.each(promises)('names tests that exist:%s', (_promise, tests = '') => {
    const named = [...tests.matchAll(/\[`([^`]+)`\]\(\.\.\/([^)]+)\)/g)]
    expect(named.length).toBeGreaterThan(0)
    for (const [, shown, path = ''] of named) {
      expect(shown).toBe(path)
      expect({ path, exists: existsSync(join(root, path)) }).toEqual({ path, exists: true })
      expect(readFileSync(join(root, path), 'utf8')).toMatch(/\b(?:it|test)\b/)
    }
  })
})
