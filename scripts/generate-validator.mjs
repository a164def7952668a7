#!/usr/bin/env node
// Turns schema/stack.schema.json into src/spec/shape/validate-shape.generated.ts (code that checks a shape, so that nothing is
// compiled at run time), src/spec/shape/stack-shape.generated.ts (the same shape as TypeScript types), and
// schema/stack-part.schema.json (the same for editors of files that are parts of a stack); and schema/fleet.schema.json into the
// first two of src/fleet/file/.
// With --check it writes nothing and exits 1 when a committed file is not what the schema says.
import { readFileSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Ajv } from 'ajv'
import standaloneCode from 'ajv/dist/standalone/index.js'
import { partSchema } from './support/part-schema.mjs'

const root = new URL('../', import.meta.url)
const variableReference = '#/definitions/variable'
/**
 * Chosen: of the entries of one mapping or list so many mistakes are found, twenty times what is told of a file. ajv counts all that
 * there are: half a million take as long as everything else.
 */
const mistakesMax = 2000
/** Keywords that editors read and that say nothing about what is valid. */
const annotations = ['title', 'description', 'examples', 'default', 'defaultSnippets', 'doNotSuggest']
/** Keywords that editors read, and whose mistakes the reader of a fleet's file tells in its own words. */
const combining = ['oneOf', 'dependencies']

/** The generated files, path to text, from the schema in the working tree. */
export function generate() {
  const written = JSON.parse(readFileSync(new URL('schema/stack.schema.json', root), 'utf8'))
  const schema = withoutVariables(written)
  const fleet = JSON.parse(readFileSync(new URL('schema/fleet.schema.json', root), 'utf8'))
  return {
    'src/spec/shape/validate-shape.generated.ts': validatorSource(schema, 'stack'),
    'src/spec/shape/stack-shape.generated.ts': typesSource(schema, 'stack'),
    'schema/stack-part.schema.json': `${JSON.stringify(partSchema(written), null, 2)}\n`,
    'src/fleet/file/validate-fleet.generated.ts': validatorSource(fleet, 'fleet', combining),
    'src/fleet/file/fleet-shape.generated.ts': typesSource(fleet, 'fleet'),
  }
}

/**
 * The schema as it holds once variables are replaced: the alternative "a text with a variable in it" is taken out, and
 * with it the only `anyOf`, so that every error names one thing that was expected.
 */
function withoutVariables(schema) {
  if (Array.isArray(schema)) return schema.map(withoutVariables)
  if (schema === null || typeof schema !== 'object') return schema
  if (schema.anyOf) {
    const rest = schema.anyOf.filter((option) => option.$ref !== variableReference)
    if (rest.length !== 1) throw new Error(`anyOf is only for variables: ${JSON.stringify(schema)}`)
    const { anyOf: _, ...others } = schema
    return withoutVariables({ ...others, ...rest[0] })
  }
  return Object.fromEntries(Object.entries(schema).map(([key, member]) => [key, withoutVariables(member)]))
}

/** The schema with every definition where it is used, so that an error's schema path leads from the root. */
function dereferenced(schema, definitions) {
  if (Array.isArray(schema)) return schema.map((member) => dereferenced(member, definitions))
  if (schema === null || typeof schema !== 'object') return schema
  const { $ref, ...rest } = schema
  const members = $ref
    ? { ...dereferenced(definitions[$ref.replace('#/definitions/', '')], definitions), ...rest }
    : rest
  return Object.fromEntries(Object.entries(members).map(([key, member]) => [key, dereferenced(member, definitions)]))
}

function without(schema, keywords, isSchema = true) {
  if (Array.isArray(schema)) return schema
  if (schema === null || typeof schema !== 'object') return schema
  return Object.fromEntries(
    Object.entries(schema)
      .filter(([key]) => !isSchema || !keywords.includes(key))
      .map(([key, member]) => [key, without(member, keywords, !['properties', 'definitions'].includes(key))]),
  )
}

function validatorSource(fullSchema, kind, leftOut = []) {
  const { definitions, ...top } = without(fullSchema, [...annotations, ...leftOut])
  const schema = dereferenced(top, definitions)
  const expectations = {}
  collectExpectations(schema, '#', expectations)
  const knownKeys = {}
  collectKnownKeys(schema, '#', knownKeys)
  const ajv = new Ajv({
    allErrors: true,
    messages: false,
    strict: true,
    allowUnionTypes: true,
    strictTypes: false,
    code: { source: true, esm: true },
  })
  ajv.addVocabulary(['patternErrorMessage'])
  const code = standaloneCode(ajv, ajv.compile(schema))
  if (/\brequire\(/.test(code)) throw new Error('the generated code must need nothing at run time')
  return [
    '// @ts-nocheck',
    `/** Generated from schema/${kind}.schema.json by scripts/generate-validator.mjs; change the schema and run that again. */`,
    '',
    '/** What was expected where a pattern did not match, by the path of its schema. */',
    `export const expectations: Readonly<Record<string, string>> = ${JSON.stringify(expectations, null, 2)}`,
    '',
    '/** The keys that a mapping knows, by the path of its schema. */',
    `export const knownKeys: Readonly<Record<string, readonly string[]>> = ${JSON.stringify(knownKeys)}`,
    '',
    '/** After so many mistakes in the entries of one mapping or list the others are not looked at. */',
    `export const mistakesMax = ${mistakesMax}`,
    '',
    withBoundedLoops(code)
      .replace('"use strict";', '')
      .replace(/export default validate\d+;/, '')
      .replace(/export const validate = (validate\d+);/, 'export const validateShape: any = $1;')
      .replace(/(const|let) schema(\d+) = \{.*?\};(?=(const|let|function|export) )/gs, keepIfUsed)
      .trim(),
    '',
  ].join('\n')

  /** ajv writes whole schemas down where the code reads one member; what it never reads is left out. */
  function keepIfUsed(declaration, kind, number) {
    const [, text = ''] = /= (\{.*\});$/s.exec(declaration) ?? []
    if (!new RegExp(`\\bschema${number}\\b`).test(code.replace(declaration, ''))) return ''
    const { definitions: _, ...rest } = JSON.parse(text)
    return `${kind} schema${number} = ${JSON.stringify(rest)};`
  }
}

/** Each loop of the validator ends at `mistakesMax`: ajv itself can stop at the first mistake, or at none. */
function withBoundedLoops(code) {
  let loops = 0
  return code.replace(/for\(((?:const key|let i)\d+[^)]*)\)\{/g, (_loop, head) => {
    loops += 1
    return `const from${loops} = errors;for(${head}){if(errors - from${loops} >= mistakesMax)break;`
  })
}

function collectExpectations(schema, path, found) {
  walkSchema(schema, path, (member, memberPath) => {
    if (member.patternErrorMessage) found[memberPath] = member.patternErrorMessage
  })
}

function collectKnownKeys(schema, path, found) {
  walkSchema(schema, path, (member, memberPath) => {
    if (member.properties) found[memberPath] = Object.keys(member.properties)
  })
}

function walkSchema(schema, path, visit) {
  if (schema === null || typeof schema !== 'object') return
  visit(schema, path)
  for (const group of ['properties', 'definitions']) {
    for (const [key, member] of Object.entries(schema[group] ?? {}))
      walkSchema(member, `${path}/${group}/${key}`, visit)
  }
  for (const key of ['items', 'additionalProperties', 'propertyNames']) walkSchema(schema[key], `${path}/${key}`, visit)
}

function typesSource(schema, kind) {
  const lines = [
    `/** Generated from schema/${kind}.schema.json by scripts/generate-validator.mjs; change the schema and run that again. */`,
    '',
    '/**',
    ` * A ${kind} file as far as it is well formed${kind === 'stack' ? ', variables replaced' : ''}: whatever does not have the shape that the schema asks`,
    ' * for is `undefined`, and so every member may be.',
    ' */',
    `export type ${typeName(kind)} = ${typeOf(schema, '')}`,
  ]
  for (const [name, definition] of Object.entries(schema.definitions)) {
    if (!isUsedAsType(name)) continue
    lines.push('')
    if (definition.description) lines.push(`/** ${definition.description} */`)
    lines.push(`export type ${typeName(name)} = ${typeOf(definition, '')}`)
  }
  return `${lines.join('\n')}\n`
}

/** Names of entries and the texts that variables leave behind have definitions, but are the type of nothing. */
function isUsedAsType(definition) {
  return !['variable', 'variableName', 'outputName'].includes(definition)
}

function typeName(definition) {
  return `${definition[0].toUpperCase()}${definition.slice(1)}Shape`
}

function typeOf(schema, indent) {
  if (schema.$ref) return typeName(schema.$ref.replace('#/definitions/', ''))
  if ('const' in schema) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((member) => `'${member}'`).join(' | ')
  return [schema.type]
    .flat()
    .map((type) => typeOfKind(type, schema, indent))
    .join(' | ')
}

function typeOfKind(type, schema, indent) {
  if (type === 'integer') return 'number'
  if (type === 'array') return `readonly (${typeOf(schema.items, indent)} | undefined)[]`
  if (type !== 'object') return type
  if (!schema.properties) return `Readonly<Record<string, ${typeOf(schema.additionalProperties, indent)} | undefined>>`
  const members = Object.entries(schema.properties).map(
    ([key, member]) => `${indent}  readonly ${key}?: ${typeOf(member, `${indent}  `)} | undefined`,
  )
  return `{\n${members.join('\n')}\n${indent}}`
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const files = generate()
  for (const [path, text] of Object.entries(files)) {
    const url = new URL(path, root)
    if (!process.argv.includes('--check')) writeFileSync(url, text)
    else if (readFileSync(url, 'utf8') !== text) {
      console.error(`${path} is not what its schema says; run: node scripts/generate-validator.mjs`)
      process.exitCode = 1
    }
  }
}
