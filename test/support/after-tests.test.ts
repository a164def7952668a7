import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { root } from './source-tree.js'

test('what several test files load registers no hook while it is loaded: the first of them alone would have it', () => {
  const shared = readdirSync(join(root, 'test'), { recursive: true, encoding: 'utf8' }).filter(
    (path) => path.endsWith('.ts') && !path.endsWith('.test.ts') && path !== join('support', 'each-file.ts'),
  )
  expect(shared.length).toBeGreaterThan(20)
  const hooks = shared.filter((path) =>
    /^(?:before|after)(?:All|Each)\(/m.test(readFileSync(join(root, 'test', path), 'utf8')),
  )
  expect(hooks).toEqual([])
})
