import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { actions } from '../../src/providers/ec2/wire/actions.js'
import { filesBelow, readText } from '../support/source-tree.js'

const document = readFileSync('docs/permissions.md', 'utf8')
const sources = filesBelow('src/providers/ec2', '.ts')
  .filter((path) => basename(path) !== 'actions.ts')
  .map((path) => ({ name: basename(path), text: readText(path) }))

/** The actions that a section's list names. */
function listed(heading: string): readonly string[] {
  const section = document.split(/^## /m).find((text) => text.startsWith(heading)) ?? ''
  return [...section.matchAll(/^- `ec2:(\w+)`/gm)].map(([, action = '']) => action)
}

/** The actions that these files call. */
function calledIn(text: string): readonly string[] {
  return [...text.matchAll(/'([A-Z][A-Za-z]+)'/g)].map(([, name = '']) => name).filter((name) => name in actions)
}

const looking = listed('To look')
const changing = listed('To change')

describe('docs/permissions.md', () => {
  it('lists the actions that the source calls, and no others', () => {
    expect([...looking, ...changing].sort()).toEqual(Object.keys(actions).sort())
    const called = new Set(sources.flatMap(({ text }) => calledIn(text)))
    expect([...called].sort()).toEqual(Object.keys(actions).sort())
  })

  it('lists each action once, in order', () => {
    expect([...looking].sort()).toEqual(looking)
    expect([...changing].sort()).toEqual(changing)
  })

  it('asks for reads alone where nothing is changed', () => {
    const observing = ['observe.ts', 'account.ts', 'image-selectors.ts', 'subnet-selectors.ts']
    const called = sources.filter(({ name }) => observing.includes(name)).flatMap(({ text }) => calledIn(text))
    const ledger = ['DescribeLaunchTemplateVersions']
    expect([...new Set([...called, ...ledger])].sort()).toEqual(looking)
    expect(looking.filter((action) => !action.startsWith('Describe'))).toEqual([])
  })

  it('names the one action of Systems Manager', () => {
    expect(document).toContain('`ssm:GetParameters`')
    expect(sources.some(({ text }) => text.includes('GetParametersCommand'))).toBe(true)
  })
})
