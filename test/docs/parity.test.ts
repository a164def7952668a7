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
    expect(existsSync(root + file) && file !== '', test).toBe(true)
    const titles = [
      ...readFileSync(root + file, 'utf8').matchAll(/(?:it|test)[\w.]*(?:<[^]*?>\(\[[^]*?\]\))?\(\s*(['"`])(.*?)\1,/g),
    ]
    const found = titles.map((match) => match[2] ?? '')
    expect(
      found.some((known) => title !== '' && known.includes(title)),
      test,
    ).toBe(true)
  })
})
