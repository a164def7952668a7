import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readStackFile } from '../../src/app/stack-file.js'
import { temporaryDirectory } from '../support/evenkeel.js'
import { root } from '../support/source-tree.js'

const page = readFileSync(join(root, 'docs/environments.md'), 'utf8')
let directory: ReturnType<typeof temporaryDirectory>

beforeAll(() => {
  directory = temporaryDirectory('docs-environments')
  for (const [, name = '', text = ''] of page.matchAll(/```yaml set\n# (\S+)\n([\s\S]*?)```/g)) {
    writeFileSync(join(directory.path, name), text)
  }
})
afterAll(() => directory.remove())

const read = (name: string, options = {}) => readStackFile(join(directory.path, name), { environment: {}, ...options })

describe('docs/environments.md', () => {
  it('has two files that are the same stack as the third', () => {
    expect(read('staging.stack.yaml').spec).toEqual(read('whole.stack.yaml').spec)
  })

  it('has an environment with a default of its own, which the others go over', () => {
    const size = (options = {}) => read('sized.stack.yaml', options).spec.volumes[0]?.sizeGiB
    expect(size()).toBe(40)
    const environment = { EVENKEEL_VAR_size: '41' }
    expect(size({ environment })).toBe(41)
    const file = join(directory.path, 'team.yaml')
    writeFileSync(file, 'size: 42\nother: x\n')
    expect(size({ environment, variableFiles: [file] })).toBe(42)
    expect(size({ environment, variableFiles: [file], commandLine: { size: '43' } })).toBe(43)
  })

  it('has the words of a slip', () => {
    const file = join(directory.path, 'team.yaml')
    writeFileSync(file, 'sise: 42\n')
    const [notice] = read('sized.stack.yaml', { variableFiles: [file] }).notices
    expect(page).toContain(notice?.replace(`${directory.path}/`, ''))
  })
})
