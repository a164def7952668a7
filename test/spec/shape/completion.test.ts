import { readFileSync } from 'node:fs'
import { describe, expect, it } from 'vitest'

/** What editors offer from the schemas of stack files (yaml-language-server, VS Code). */
const schemas = ['stack', 'stack-part'].map((name) => [
  name,
  JSON.parse(readFileSync(new URL(`../../../schema/${name}.schema.json`, import.meta.url), 'utf8')) as unknown,
])

describe.each(schemas)('completion by the schema of a %s', (_name, schema) => {
  it('offers no mapping as a value: editors show it as [object Object], and have snippets for it', () => {
    const offered = [
      ...membersCalled(schema, ['examples', 'enum']),
      ...membersCalled(schema, ['default', 'const']).map((one) => [one]),
    ]
    expect(offered.length).toBeGreaterThan(30)
    const mappings = offered
      .flat()
      .filter((value) => typeof value === 'object' && value !== null && !Array.isArray(value))
    expect(mappings).toEqual([])
  })

  it('names its snippets', () => {
    const snippets = membersCalled(schema, ['defaultSnippets']).flat() as readonly { readonly label?: unknown }[]
    expect(snippets.length).toBeGreaterThan(5)
    expect(snippets.filter(({ label }) => typeof label !== 'string')).toEqual([])
  })
})

/** Annotations with one of the names; not members that a mapping calls so. */
function membersCalled(value: unknown, names: readonly string[], isSchema = true): unknown[][] {
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((member) => membersCalled(member, names))
  return Object.entries(value).flatMap(([key, member]) =>
    isSchema && names.includes(key)
      ? [member as unknown[]]
      : membersCalled(member, names, !['properties', 'definitions'].includes(key)),
  )
}
