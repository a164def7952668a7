import { describe, expect, it } from 'vitest'
import { commandTree } from '../../src/cli/commands/command-tree.js'
import { afterHelp, leavesOf, nameOf } from '../support/reference/commands.js'
import { referencePages } from '../support/reference/pages.js'
import { readText } from '../support/source-tree.js'

const pages = Object.entries(await referencePages())
const program = await commandTree({ version: '', docs: 'docs' }, () => undefined)

describe('the generated pages', () => {
  it.each(pages)('%s is what `node scripts/generate-docs.mjs` writes', (path, text) => {
    expect(text.length).toBeGreaterThan(10_000)
    expect(readText(path)).toBe(text)
  })
})

describe('each command', () => {
  const commands = leavesOf(program).map((command) => [nameOf(command), command] as const)

  it.each(commands)('%s says its exit statuses, and what each option and argument is for', (_name, command) => {
    expect(afterHelp(command)).toContain('Exit status')
    const told = [...command.options, ...command.registeredArguments].map(({ description }) => description)
    expect(told.filter((text) => text.length < 5)).toEqual([])
  })

  it('is in the README’s table', () => {
    const table = readText('README.md')
      .split('\n')
      .filter((line) => line.startsWith('| `'))
    const missing = program.commands
      .map((command) => command.name())
      .filter((name) => !table.some((row) => new RegExp(`\`${name}\\b`).test(row)))
    expect(missing).toEqual([])
  })
})
