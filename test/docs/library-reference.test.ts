import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { root } from '../support/source-tree.js'

it('docs/library-reference.md is what `node scripts/reference/make.mjs` writes', async () => {
  const made = promisify(execFile)(process.execPath, ['scripts/reference/make.mjs', '--check'], { cwd: root })
  await expect(made).resolves.toMatchObject({ stderr: '' })
}, 180_000)
