import { isDeepStrictEqual } from 'node:util'

/** A node of schema/stack.schema.json. */
export interface Schema {
  readonly $ref?: string
  readonly title?: string
  readonly description?: string
  readonly type?: string | readonly string[]
  readonly const?: number
  readonly enum?: readonly unknown[]
  readonly default?: string | number | boolean
  readonly minimum?: number
  readonly maximum?: number
  readonly pattern?: string
  readonly patternErrorMessage?: string
  readonly anyOf?: readonly Schema[]
  readonly required?: readonly string[]
  readonly properties?: Readonly<Record<string, Schema>>
  readonly additionalProperties?: Schema | boolean
  readonly items?: Schema
  readonly definitions?: Readonly<Record<string, Schema>>
}

/** A key of the stack file. */
export interface StackKey {
  /** From the top of the file; `*` stands for the name of an entry, `[]` for a member of a list. */
  readonly path: string
  /** With what it refers to in its place, and without the alternative of a variable. */
  readonly schema: Schema
  readonly isRequired: boolean
}

const variable = '#/definitions/variable'

/** Every key of the schema, in its order, each before those inside it. */
export function schemaKeys(root: Schema): readonly StackKey[] {
  const keys: StackKey[] = []
  visit(resolved(root), '')
  return keys

  function visit(schema: Schema, path: string): void {
    for (const [name, member] of Object.entries(schema.properties ?? {})) {
      const key = path === '' ? name : `${path}.${name}`
      const inner = resolved(member)
      keys.push({ path: key, schema: inner, isRequired: schema.required?.includes(name) ?? false })
      visit(inner, key)
      const { additionalProperties: entry, items } = inner
      if (typeof entry === 'object') visit(resolved(entry), `${key}.*`)
      if (items) visit(resolved(items), `${key}[]`)
    }
  }

  /** What stands beside a reference wins over what it refers to. */
  function resolved({ $ref, anyOf, ...rest }: Schema): Schema {
    const name = $ref?.replace('#/definitions/', '')
    const target = name === undefined ? {} : resolved(root.definitions?.[name] ?? {})
    const [only, ...others] = anyOf?.filter((option) => !isDeepStrictEqual(option, { $ref: variable })) ?? []
    if (others.length > 0) throw new Error('an anyOf of more than a variable and one other is not known here')
    return { ...target, ...(only && resolved(only)), ...rest }
  }
}

/** What may stand there, in words. */
export function valueWords(schema: Schema): string {
  if (schema.const !== undefined) return `\`${String(schema.const)}\``
  if (schema.enum) return schema.enum.map((word) => `\`${String(word)}\``).join(', ')
  const types = [schema.type ?? []].flat().filter((type) => type !== 'null')
  if (schema.patternErrorMessage !== undefined) {
    const number =
      types.includes('integer') && !/number|port/.test(schema.patternErrorMessage) ? 'a whole number, or ' : ''
    const list = types.includes('array') ? ', or a list of such' : ''
    return `${number}${schema.patternErrorMessage}${list}`
  }
  return types.map((type) => wordsOfType(type, schema)).join(' or ')
}

function wordsOfType(type: string, schema: Schema): string {
  switch (type) {
    case 'boolean':
      return '`true` or `false`'
    case 'integer':
      return `a whole number${rangeWords(schema)}`
    case 'number':
      return `a number${rangeWords(schema)}`
    case 'array':
      return schema.items?.properties ? 'a list of mappings' : 'a list of texts'
    case 'object':
      if (schema.properties) return 'a mapping'
      return isText(schema.additionalProperties) ? 'a mapping of names to texts' : 'a mapping of names'
    default:
      return 'a text'
  }
}

function isText(schema: Schema['additionalProperties']): boolean {
  return typeof schema === 'object' && schema.type === 'string'
}

function rangeWords({ minimum, maximum }: Schema): string {
  if (minimum === undefined) return ''
  const from = minimum.toLocaleString('en')
  return maximum === undefined ? ` from ${from}` : ` from ${from} to ${maximum.toLocaleString('en')}`
}
