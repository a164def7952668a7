import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { readFaults } from '../../src/sandbox/faults/faults.js'
import { chaosProfileNames } from '../../src/sandbox/faults/profiles.js'
import { switchTable } from '../../src/sandbox/switches.js'
import { root } from '../support/source-tree.js'

const page = readFileSync(join(root, 'docs/sandbox.md'), 'utf8')

/** What an unknown fault is answered with names all that there are. */
function faultNames(): readonly string[] {
  try {
    readFaults({ nonsense: true })
  } catch (error) {
    return (error as Error).message.split('there are ')[1]?.split(', ') ?? []
  }
  return []
}

describe('docs/sandbox.md', () => {
  it.each(Object.values(switchTable).map(({ flag }) => flag.split(' ')[0]))('tells of the switch %s', (flag) => {
    expect(page).toContain(`| \`${flag}`)
  })

  it.each(chaosProfileNames)('tells of the profile %s', (name) => {
    expect(page).toMatch(new RegExp(`^\\| \`${name}\``, 'm'))
  })

  it('tells of every fault', () => {
    const names = faultNames()
    expect(names.length).toBeGreaterThan(20)
    expect(names.filter((name) => !page.includes(`\`${name}\``))).toEqual([])
  })
})
