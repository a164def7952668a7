import { readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'
import { blocksOf } from '../../support/documentation/markdown.js'
import { readText } from '../../support/source-tree.js'

interface SchemaNode {
  readonly [key: string]: unknown
  readonly properties?: Readonly<Record<string, SchemaNode>>
}

const schema = JSON.parse(
  readFileSync(new URL('../../../schema/fleet.schema.json', import.meta.url), 'utf8'),
) as SchemaNode & { readonly definitions: Readonly<Record<string, SchemaNode>> }

describe('the schema of a fleet’s file, for editors', () => {
  it('takes what the documentation shows', () => {
    const validate = new Ajv({ strict: false }).compile(schema)
    const shown = blocksOf('docs/fleet.md').filter(({ text }) => /^fleet: /m.test(text))
    expect(shown.length).toBeGreaterThan(0)
    for (const { text } of shown) {
      validate(load(text))
      expect(validate.errors).toBeNull()
    }
  })

  it.each([
    ['a repository without a branch', 'stacks: [{ git: "https://a.example.com/b", files: [a] }]'],
    ['nobody to tell', 'stacks: [{ files: [a] }]\nnotifications: [{ on: [drift] }]'],
    [
      'two to tell',
      'stacks: [{ files: [a] }]\nnotifications: [{ on: [drift], command: [a], webhook: a, secret: { env: A } }]',
    ],
    ['an unknown key', 'stacks: [{ files: [a] }]\ndefault: {}'],
  ])('does not take %s', (_what, text) => {
    const validate = new Ajv({ strict: false }).compile(schema)
    expect(validate(load(`evenkeel: 1\nfleet: a\n${text}\n`))).toBe(false)
  })

  it('describes every key, by itself or by its definition', () => {
    const nodes = [schema, ...Object.values(schema.definitions)].flatMap(withMembers)
    expect(nodes.length).toBeGreaterThan(30)
    const missing = nodes.filter(([, node]) => {
      const { $ref = '' } = node as { readonly $ref?: string }
      const named = $ref.replace('#/definitions/', '')
      return node['description'] === undefined && schema.definitions[named]?.['description'] === undefined
    })
    // An entry of a list, and the name of a variable within `secret`, which says it.
    expect(missing.map(([name]) => name)).toEqual(['env'])
  })

  it('offers no mapping as a value: editors show it as [object Object]', () => {
    expect(readText('schema/fleet.schema.json')).not.toMatch(/"examples": \[\s*\{/)
  })
})

function withMembers(node: SchemaNode): readonly (readonly [string, SchemaNode])[] {
  return Object.entries(node.properties ?? {}).flatMap(([name, member]) => [
    [name, member] as const,
    ...withMembers(member),
  ])
}
