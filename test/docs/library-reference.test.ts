import { execFile } from 'node:child_process'
import { promisify } from 'node:util'
import { expect, it } from 'vitest'
import { root } from '../support/source-tree.js'

it('docs/library-reference.md is what `node scripts/reference/make.mjs` writes', async () => {
  const made = promisify(execFile)(process.execPath, ['scripts/reference/make.mjs', '--check'], { cwd: root })
  // Where typedoc was not there yet, npm may have said something.
  await expect(made).resolves.toMatchObject({ stdout: '' })
}, 600_000)
