import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { describe, expect, it } from 'vitest'
import { actions } from '../../src/providers/ec2/wire/actions.js'
import { filesBelow, readText } from '../support/source-tree.js'
import { debian, emptyQuery, startFixture } from './cloud-fixture.js'

const document = readFileSync('docs/permissions.md', 'utf8')
const sources = filesBelow('src/providers/ec2', '.ts')
  .filter((path) => basename(path) !== 'actions.ts')
  .map(readText)

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
    const called = new Set(sources.flatMap(calledIn))
    expect([...called].sort()).toEqual(Object.keys(actions).sort())
  })

  it('lists each action once, in order', () => {
    expect([...looking].sort()).toEqual(looking)
    expect([...changing].sort()).toEqual(changing)
  })

  it('asks for reads alone where nothing is changed', async () => {
    const fixture = await startFixture()
    try {
      const subnets = [{ kind: 'tag', key: 'tier', value: 'private' }] as const
      await fixture.cloud.observe(
        emptyQuery({ images: [debian], subnets, snapshotImages: true, elasticIps: true, encryptionDefault: true }),
      )
      const asked = new Set(fixture.requests().map(({ action }) => action))
      expect([...asked].sort()).toEqual(looking)
    } finally {
      await fixture.close()
    }
    expect(looking.filter((action) => !/^(Describe|Get)/.test(action))).toEqual([])
  })

  it('names the one action of Systems Manager', () => {
    expect(document).toContain('`ssm:GetParameters`')
    expect(sources.some((text) => text.includes('GetParametersCommand'))).toBe(true)
  })
})
