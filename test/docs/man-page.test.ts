import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { commandTree } from '../../src/cli/commands/command-tree.js'
import { leavesOf, nameOf } from '../support/reference/commands.js'
import { readText, root } from '../support/source-tree.js'

const page = readText('man/evenkeel.1')
const program = await commandTree({ version: '', docs: 'docs' }, () => undefined)

/** What reads man pages here: mandoc, or groff. */
const formatters: readonly (readonly [string, readonly string[]])[] = [
  ['mandoc', ['-T', 'lint', '-W', 'warning']],
  ['groff', ['-man', '-ww', '-z', '-Tutf8']],
]

describe('the man page', () => {
  it('has every command with all its options', () => {
    const sections = new Map(page.split('\n.SS ').map((section) => [section.split('\n')[0], section] as const))
    for (const command of leavesOf(program).filter(({ commands }) => commands.length === 0)) {
      const heading = [...sections.keys()].find((line) =>
        line?.replaceAll('\\-', '-').startsWith(`evenkeel ${nameOf(command)} `),
      )
      const section = (sections.get(heading) ?? '').replaceAll('\\-', '-')
      const missing = command.options.filter(({ long, hidden }) => !hidden && !section.includes(long ?? ''))
      expect([nameOf(command), heading === undefined, missing]).toEqual([nameOf(command), false, []])
    }
  })

  it.each(formatters)('is read by %s without a warning, where that is', (program, words) => {
    const { stdout, stderr } = spawnSync(program, [...words, join(root, 'man/evenkeel.1')], { encoding: 'utf8' })
    // The page has no date: it is that of the version it comes with. A program that is not there says nothing.
    const told = `${stdout ?? ''}${stderr ?? ''}`.split('\n').filter((line) => !line.includes('missing date'))
    expect(told.join('')).toBe('')
  })
})
