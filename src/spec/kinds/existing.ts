import { required } from '../../core/assert.js'
import type { ExistingSelector } from '../../model/launch/existing.js'
import type { Context } from '../context.js'
import type { Path } from '../problem.js'
import { reportAt } from '../context.js'

/** How a tag is written: `tier=web`, or `{ tier: web }`. */
export type TagShape = string | Readonly<Record<string, string | undefined>>

export function tagWritten(tag: TagShape): { readonly key: string; readonly value: string } {
  if (typeof tag === 'string') {
    const equals = tag.indexOf('=')
    return { key: tag.slice(0, equals), value: tag.slice(equals + 1) }
  }
  const [[key, value] = ['', '']] = Object.entries(tag)
  return { key, value: required(value, 'value') }
}

interface Written {
  readonly tag?: TagShape | undefined
  readonly name?: string | undefined
}

const ids = {
  securityGroup: /^sg-(?:[0-9a-f]{8}|[0-9a-f]{17})$/,
  keyPair: /^key-(?:[0-9a-f]{8}|[0-9a-f]{17})$/,
} as const

/** What a word of the file names that is no entry of it: by its id, its tag or its name; undefined for the name of an entry. */
export function existingOf(
  context: Context,
  kind: keyof typeof ids,
  written: string | Written,
): ExistingSelector | undefined {
  if (typeof written === 'string') {
    const isId = ids[kind].test(written) && !context.declared[kind].has(written)
    return isId ? { kind: 'id', id: written } : undefined
  }
  if (written.tag !== undefined) return { kind: 'tag', ...tagWritten(written.tag) }
  return written.name === undefined ? undefined : { kind: 'name', name: written.name }
}

/** Reports an object that says neither, or both. */
export function checkExisting(context: Context, path: Path, written: Written, keys: readonly ('tag' | 'name')[]): void {
  const said = keys.filter((key) => key in written)
  if (said.length === 1) return
  const forms = keys.map((key) => `{ ${key} }`).join(' or ')
  const message = said.length === 0 ? `\`${keys.join('` or `')}\` is missing` : '`tag` cannot stand beside `name`'
  const code = said.length === 0 ? 'SPEC_MISSING_KEY' : 'SPEC_CONFLICTING_KEYS'
  reportAt(context, path)({ code, message, hint: `what is there already is named by its id, or by ${forms}` })
}
