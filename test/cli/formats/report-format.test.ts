import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { formatOf } from '../../../src/cli/formats/report-format.js'
import { repositoryPath } from '../../../src/cli/formats/repository-path.js'
import { temporaryDirectory } from '../../support/evenkeel.js'

describe('the form of a result', () => {
  it.each([
    [{}, 'text'],
    [{ json: true }, 'json'],
    [{ markdown: true, format: 'markdown' }, 'markdown'],
    [{ format: 'sarif' }, 'sarif'],
  ] as const)('of %j is %s', (options, format) => expect(formatOf(options)).toBe(format))

  it.each([
    [{ json: true, markdown: true }, '--json and --markdown'],
    [{ json: true, format: 'sarif' }, '--format sarif and --json'],
  ] as const)('%j is two', (options, words) => expect(() => formatOf(options)).toThrow(words))
})

describe('the path of a file in its repository', () => {
  it('begins where the repository does', () => {
    const { path: directory, remove } = temporaryDirectory('repository-path')
    mkdirSync(join(directory, 'repository', '.git'), { recursive: true })
    mkdirSync(join(directory, 'repository', 'stacks'))
    expect(repositoryPath(join(directory, 'repository', 'stacks', 'a.yaml'))).toBe('stacks/a.yaml')
    remove()
  })
})
