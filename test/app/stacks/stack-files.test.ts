import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, describe, expect, it } from 'vitest'
import { meantStacks } from '../../../src/app/stacks/stack-files.js'
import { temporaryDirectory } from '../../support/evenkeel.js'

const { path: root, remove } = temporaryDirectory('stack-files')
afterAll(remove)
for (const folder of ['stacks/deeper', 'one', 'empty']) mkdirSync(join(root, folder), { recursive: true })
for (const file of [
  'stacks/b.stack.yaml',
  'stacks/stack.yaml',
  'stacks/a [1].stack.yml',
  'stacks/base.yaml',
  'one/x.stack.yaml',
  'stacks/deeper/c.stack.yaml',
])
  writeFileSync(join(root, file), '')
symlinkSync(join(root, 'one'), join(root, 'linked'))
const at = (...names: readonly string[]) => names.map((name) => join(root, name))

describe('the stacks that a command line means', () => {
  it('are the one here, or the one file that is named, be it there or not', () => {
    expect(meantStacks([])).toEqual({ kind: 'one', file: undefined })
    expect(meantStacks(['nowhere.yaml'])).toEqual({ kind: 'one', file: 'nowhere.yaml' })
  })

  it('are those of a folder by name, without what lies deeper and without bases', () => {
    const files = at('stacks/a [1].stack.yml', 'stacks/b.stack.yaml', 'stacks/stack.yaml')
    expect(meantStacks(at('stacks'))).toEqual({ kind: 'many', files })
  })

  it('are several where a folder is named, be there one in it', () => {
    expect(meantStacks(at('one'))).toEqual({ kind: 'many', files: at('one/x.stack.yaml') })
  })

  it('are each once, by whatever name it was found first', () => {
    expect(meantStacks(at('one/x.stack.yaml', 'linked', 'one', 'none'))).toEqual({
      kind: 'many',
      files: at('one/x.stack.yaml', 'none'),
    })
  })

  it('are none of a folder without any, which is said', () => {
    expect(() => meantStacks(at('empty'))).toThrow(expect.objectContaining({ code: 'STACK_FILE_MISSING' }))
  })
})
