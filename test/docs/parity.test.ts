import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))
const pages = ['docs/parity.md', ...readdirSync(`${root}docs/parity`).map((name) => `docs/parity/${name}`)]

/** Lines of tables: what the original does, how it is said here, and the test, as `file`: part of its title. */
function rowsOf(page: string): readonly (readonly string[])[] {
  const lines = readFileSync(root + page, 'utf8').split('\n')
  return lines
    .filter((line, at) => line.startsWith('| ') && !/^\| *-/.test(line) && !/^\| *-/.test(lines[at + 1] ?? ''))
    .map((line) =>
      line
        .split('|')
        .map((cell) => cell.trim())
        .slice(1, 4),
    )
}

describe.each(pages)('%s', (page) => {
  const rows = rowsOf(page)

  it('has its tables', () => {
    expect(rows.length).toBeGreaterThan(10)
  })

  it.each(rows)('%s: its test exists, or it says why it is left out', (_original, here = '', test = '') => {
    if (test === '–') return expect(here).toMatch(/^left out: .{10}/)
    const [, file = '', title = ''] = /^`(test\/[^`]+)`: (.+)$/.exec(test) ?? []
    const titles = title === '' || !existsSync(root + file) ? [] : titlesIn(readFileSync(root + file, 'utf8'))
    expect(titles.filter((known) => known.includes(title))).not.toEqual([])
  })
})

/** The titles of a file's tests. */
function titlesIn(source: string): readonly string[] {
  const pattern = /(?:it|test)[\w.]*(?:<[^]*?>\(\[[^]*?\]\))?\(\s*(['"`])(.*?)\1,/g
  return [...source.matchAll(pattern)].map((match) => match[2] ?? '')
}
