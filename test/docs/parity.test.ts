import { existsSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, it } from 'vitest'

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Lines of tables: what the original does, how it is said here, and the test, as `file`: part of its title. */
const rows = readFileSync(`${root}docs/parity.md`, 'utf8')
  .split('\n')
  .filter((line) => /^\| (?!VM::EC2::Staging|---)/.test(line))
  .map((line) =>
    line
      .split('|')
      .map((cell) => cell.trim())
      .slice(1, 4),
  )

describe('docs/parity.md', () => {
  it('has its tables', () => {
    expect(rows.length).toBeGreaterThan(40)
  })

  it.each(rows)('%s: its test exists', (_original, _here, test = '') => {
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
