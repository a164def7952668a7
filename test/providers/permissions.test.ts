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

interface Statement {
  readonly Effect: string
  readonly Action: readonly string[]
  readonly Condition: { readonly StringNotEquals?: Readonly<Record<string, string>> }
}

const policy = /```json\n(.*?)```/s.exec(document)?.[1] ?? '{}'
const statements = (JSON.parse(policy) as { readonly Statement: readonly Statement[] }).Statement

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
      // What a plan asks besides: of volumes that grow, and of servers that are to be launched.
      await fixture.cloud.readModifications(['vol-0123456789abcdef0'])
      await fixture.cloud.readOffers({ types: ['t3.small'], defaultSubnets: true })
      const asked = new Set(fixture.requests().map(({ action }) => action))
      expect([...asked].sort()).toEqual(looking)
    } finally {
      await fixture.close()
    }
    expect(looking.filter((action) => !/^(Describe|Get)/.test(action))).toEqual([])
  })

  it('binds every change to one stack by its tag, in the example', () => {
    const changes = changing.filter((action) => !/^(Describe|Get)/.test(action))
    const bound = statements.flatMap(({ Action }) => Action.map((action) => action.replace('ec2:', '')))
    expect([...new Set(bound)].sort()).toEqual(changes)
    for (const { Effect, Condition } of statements) {
      expect(Effect).toBe('Deny')
      const tags = Object.entries(Condition.StringNotEquals ?? {})
      expect(tags.map(([key]) => key.replace(/^aws:(Resource|Request)Tag\//, ''))).toEqual(['evenkeel:stack'])
    }
  })

  it('asks of a call that makes something for the tag in the call, of all others for that of the thing', () => {
    const by = (key: RegExp) =>
      statements
        .filter(({ Condition }) => Object.keys(Condition.StringNotEquals ?? {}).some((name) => key.test(name)))
        .flatMap(({ Action }) => Action)
    const makes = changing.filter((action) =>
      /^(Allocate|Import|Run|Create(?!Tags|LaunchTemplateVersion))/.test(action),
    )
    expect([...new Set(by(/RequestTag/))].map((action) => action.replace('ec2:', '')).sort()).toEqual(makes)
    // A snapshot is made for the stack, of a volume of the stack.
    expect(by(/ResourceTag/)).toContain('ec2:CreateSnapshot')
  })

  it('names the one action of Systems Manager', () => {
    expect(document).toContain('`ssm:GetParameters`')
    expect(sources.some((text) => text.includes('GetParametersCommand'))).toBe(true)
  })
})
