import { describe, expect, it } from 'vitest'
import { keyTable } from '../support/reference/changes/key-table.js'
import { wordsMistake } from '../support/documentation/command-mistake.js'
import { shellCommands } from '../support/documentation/shell.js'
import { readText } from '../support/source-tree.js'

const rows = readText('docs/limits.md')
  .split('\n')
  .filter((line) => line.startsWith('| `'))
const absent = rows.flatMap((row) =>
  [...(row.split('|')[1] ?? '').matchAll(/`([^`]+)`/g)].map(([, words = '']) => words),
)

describe('what docs/limits.md says is not there', () => {
  it('is a list', () => expect(absent.length).toBeGreaterThan(0))

  it.each(absent.filter((words) => !words.startsWith('evenkeel ')))('the key %s', (path) => {
    const changes = keyTable[path]?.changes ?? []
    const isRefused = changes !== 'as the value' && changes.every(({ code }) => code === 'SPEC_NOT_YET')
    expect({ path, isRefused }).toEqual({ path, isRefused: true })
  })

  it.each(absent.filter((words) => words.startsWith('evenkeel ')))('%s', async (words) => {
    const [[, ...argv] = []] = shellCommands(words)
    expect(await wordsMistake(argv)).toBeDefined()
  })
})
