import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import { describe, expect, it } from 'vitest'
import { load } from 'js-yaml'
import { namePattern } from '../../../src/model/address.js'
import { fstypes } from '../../../src/model/inside/fstype.js'
import { volumeTypes } from '../../../src/model/kinds/volume.js'
import { head, server, specOf } from '../support/specs.js'

const root = new URL('../../../', import.meta.url)
const schema = JSON.parse(readFileSync(new URL('schema/stack.schema.json', root), 'utf8')) as SchemaNode

interface SchemaNode {
  readonly [key: string]: unknown
  readonly definitions?: Readonly<Record<string, SchemaNode>>
  readonly properties?: Readonly<Record<string, SchemaNode>>
  readonly anyOf?: readonly SchemaNode[]
}

describe('the schema', () => {
  it('is what the committed validator and types were generated from', () => {
    const script = fileURLToPath(new URL('scripts/generate-validator.mjs', root))
    expect(() => execFileSync(process.execPath, [script, '--check'], { stdio: 'pipe' })).not.toThrow()
  })

  it('lists the filesystems and volume types that the specification knows', () => {
    expect(property('volume', 'fstype').anyOf?.[0]?.['enum']).toEqual(fstypes)
    expect(schema.definitions?.['volumeType']?.['enum']).toEqual(volumeTypes)
  })

  it('has the pattern of names that addresses have', () => {
    expect(schema.definitions?.['name']?.['pattern']).toBe(namePattern.source)
  })

  it('tells the defaults that are filled in', () => {
    const spec = specOf(
      `${head}servers: { w: { ${server} } }\nvolumes: { v: { size: 1 } }\nsync: { s: { from: ./a, to: "w:/a" } }\n`,
    )
    expect({ ...spec.servers[0] }).toMatchObject(defaultsOf('server'))
    expect({ ...spec.volumes[0] }).toMatchObject(defaultsOf('volume'))
    expect({ ...spec.syncs[0] }).toMatchObject(defaultsOf('syncRule'))
  })

  it('describes every key, for editors', () => {
    const missing = nodesOf('#', schema).filter(
      ({ node }) => node['description'] === undefined && node['$ref'] === undefined,
    )
    expect(missing.map(({ path }) => path)).toEqual([])
  })

  it('takes variables where an editor sees them, in any value but a name', () => {
    const validate = new Ajv({ strict: false }).compile(schema)
    const text = `${head}variables: { x: { default: a } }\nservers: { w: { image: "\${var.x}", type: "\${var.x}", zone: "a\${var.x}", count: "\${var.x}", protect: "\${var.x}" } }\nvolumes: { v: { size: "\${var.x}", type: "\${var.x}", fstype: "\${var.x}", mount: "\${var.x}" } }\n`
    validate(load(text))
    expect(validate.errors).toBeNull()
  })
})

function property(definition: string, name: string): SchemaNode {
  return schema.definitions?.[definition]?.properties?.[name] ?? {}
}

/** Keys that have a default in the schema and stand in the specification under the same name. */
function defaultsOf(definition: string): Record<string, unknown> {
  // Not in the specification under that name: not yet, and told by a mount that is undefined.
  const otherwise = ['elasticIp', 'unmounted']
  const properties = Object.entries(schema.definitions?.[definition]?.properties ?? {})
  return Object.fromEntries(
    properties
      .filter(([key, node]) => 'default' in node && !otherwise.includes(key))
      .map(([key, node]) => [key, node['default']]),
  )
}

function nodesOf(path: string, node: SchemaNode): { path: string; node: SchemaNode }[] {
  const own = Object.entries(node.properties ?? {}).map(([key, member]) => ({ path: `${path}/${key}`, node: member }))
  const options = node.anyOf ?? []
  const below = [
    ...own,
    ...Object.entries(node.definitions ?? {}).map(([key, member]) => ({ path: `#/${key}`, node: member })),
  ]
  return [
    ...own,
    ...below.flatMap((child) => nodesOf(child.path, child.node)),
    ...options.flatMap((option) => nodesOf(path, option)),
  ]
}
