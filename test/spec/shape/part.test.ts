import { readdirSync, readFileSync } from 'node:fs'
import { Ajv } from 'ajv'
import { load } from 'js-yaml'
import { describe, expect, it } from 'vitest'

const read = (name: string) =>
  JSON.parse(readFileSync(new URL(`../../../schema/${name}.schema.json`, import.meta.url), 'utf8')) as object
const ajv = new Ajv({ strict: false, allErrors: true })
const isWhole = ajv.compile(read('stack'))
const isPart = ajv.compile(read('stack-part'))

const taken = [
  ['a base without a name', 'variables: { size: { type: integer } }'],
  ['a base of another', 'extends: ./company.yaml'],
  ['a server of which another file says the rest', 'servers: { web: { count: 2 } }'],
  ['a rule without its destination', 'sync: { files: { delete: true, from: null } }'],
  ['an image by half', 'servers: { web: { image: { owner: self } } }'],
  [
    'a section, an entry and keys that are taken away',
    'sync: null\nvolumes: { a: null, b: { fstype: null, size: null, mount: null } }',
  ],
  [
    'keys of a mapping inside that are taken away',
    'servers: { web: { rootVolume: { type: null }, elasticIp: null, image: null } }',
  ],
] as const

const refused = [
  ['what the format does not know', 'servers: { web: { cuont: 2 } }'],
  ['what has the wrong type', 'servers: { web: { count: two } }'],
  ['a value that may not stand there', 'volumes: { a: { fstype: ext5 } }'],
  ['half an item of a list, which comes from no other file', 'securityGroups: { web: { ingress: [{ port: 22 }] } }'],
  ['nothing as an item of a list', 'servers: { web: { securityGroups: [null] } }'],
  ['no format', ''],
] as const

describe('the schema of a part of a stack', () => {
  it.each(taken)('takes %s, which a whole one does not', (_what, text) => {
    const value = load(`evenkeel: 1\n${text}\n`)
    isPart(value)
    expect(isPart.errors).toBeNull()
    expect(isWhole(value)).toBe(false)
  })

  it('takes the example of environments, whose files name it for editors', () => {
    const folder = new URL('../../../examples/environments/', import.meta.url)
    const names = readdirSync(folder).filter((name) => name.endsWith('.yaml'))
    expect(names).toHaveLength(3)
    for (const name of names) {
      const text = readFileSync(new URL(name, folder), 'utf8')
      expect(text).toMatch(/^# yaml-language-server: \$schema=\.\.\/\.\.\/schema\/stack-part\.schema\.json\n/)
      isPart(load(text))
      expect(isPart.errors).toBeNull()
    }
  })

  it.each(refused)('refuses %s', (_what, text) => {
    expect(isPart(load(text === '' ? '{}' : `evenkeel: 1\n${text}\n`))).toBe(false)
  })
})
