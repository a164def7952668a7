import { utf8Length } from '../../model/inside/volume-rules.js'
import type { Context } from '../context.js'
import type { Path, TextProblem } from '../problem.js'
import { nameBytesMax, programTexts, textLimits, type TextLimit } from './text-limits.js'

/**
 * Reports texts that their destination cannot hold, wherever they stand: in a tag, on a server's disk, in a script. Variables
 * stand in their places already, but in texts with references: those are checked at the variable.
 */
export function checkTexts(context: Context): void {
  for (const [name, value] of context.variables) {
    const mistake = typeof value === 'string' ? characterMistake(value, inProgram) : undefined
    if (mistake) context.report({ ...mistake, path: ['variables', name, 'default'], at: 'value' })
  }
  const { variables: _, ...rest } = context.stack
  walk(rest, [], new Set(), (text, here, at) => {
    if (text.length <= shortMax && !isRefusedAnywhere.test(text)) return
    const path = [...here]
    const limit = at === 'value' ? textLimits.find((one) => matches(one.at, path)) : undefined
    const mistake =
      characterMistake(text, at === 'value' ? refusedAt(path) : inLine) ?? (limit && lengthMistake(text, limit))
    if (mistake) context.report({ ...mistake, path, at })
  })
}

/** No text has more bytes than three times its length: one that is shorter has room wherever it stands. Nearly all are. */
const shortMax = Math.floor(Math.min(nameBytesMax, ...textLimits.map(({ bytesMax }) => bytesMax)) / 3)

/** What may be refused somewhere. A character above U+FFFF, of two halves, is among it, and is looked at again. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const isRefusedAnywhere = /[\0-\x1f\x7f\ud800-\udfff]/

/** The path is that of the moment. */
type Visit = (text: string, path: Path, at: 'key' | 'value') => void

/** Every text below a value, keys of mappings too; what aliases share is visited once. */
function walk(container: object, path: (string | number)[], seen: Set<object>, visit: Visit): void {
  if (seen.has(container)) return
  seen.add(container)
  const members = container as Readonly<Record<string | number, unknown>>
  for (const key of Array.isArray(container) ? container.keys() : Object.keys(container)) {
    const member = members[key]
    if (member === undefined) continue
    path.push(key)
    if (typeof key === 'string') visit(key, path, 'key')
    if (typeof member === 'string') visit(member, path, 'value')
    else if (typeof member === 'object' && member !== null) walk(member, path, seen, visit)
    path.pop()
  }
}

/** What stands in no line of text; XML 1.0 has no way to say these characters, so no tag holds them. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const inLine = /[\0-\x1f\x7f]|[\ud800-\udfff]/u
/** The value of a tag may have several lines. */
// oxlint-disable-next-line no-control-regex -- these are what is looked for
const inTag = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]|[\ud800-\udfff]/u
/** What stands in no program: sh reads NUL as nothing, and half of a character has no bytes. */
const inProgram = /\0|[\ud800-\udfff]/u

function characterMistake(text: string, refused: RegExp): TextProblem | undefined {
  const found = refused.exec(text)?.[0]
  if (found === undefined) return undefined
  const code = found.codePointAt(0) ?? 0
  const name = `U+${code.toString(16).toUpperCase().padStart(4, '0')}`
  if (code >= 0xd800 && code <= 0xdfff) {
    return {
      code: 'SPEC_BAD_TEXT',
      message: `half of a character (${name}) stands in this text: it cannot be written anywhere`,
    }
  }
  const hint = code === 0x0a || code === 0x0d ? 'write it in one line' : 'leave it out'
  const what = code === 0 ? 'a NUL' : code === 0x0a || code === 0x0d ? 'a line break' : `the control character ${name}`
  return { code: 'SPEC_BAD_TEXT', message: `${what} cannot stand in this text`, hint }
}

function lengthMistake(text: string, { what, bytesMax, isPath }: TextLimit): TextProblem | undefined {
  // No text has more bytes than three times its length: most need not be counted.
  if (text.length * 3 <= Math.min(bytesMax, nameBytesMax)) return undefined
  const bytes = utf8Length(text)
  if (bytes > bytesMax) {
    return { code: 'SPEC_TEXT_TOO_LONG', message: `${what} has at most ${bytesMax} bytes, and this one has ${bytes}` }
  }
  if (!isPath || bytes <= nameBytesMax) return undefined
  const longest = Math.max(...text.split('/').map(utf8Length))
  if (longest <= nameBytesMax) return undefined
  return {
    code: 'SPEC_TEXT_TOO_LONG',
    message: `each part of a path has at most ${nameBytesMax} bytes, and one here has ${longest}`,
  }
}

function refusedAt(path: Path): RegExp {
  if (path.at(-2) === 'tags') return inTag
  return programTexts.some((pattern) => matches(pattern, path)) ? inProgram : inLine
}

function matches(pattern: readonly string[], path: Path): boolean {
  return pattern.length === path.length && pattern.every((key, index) => key === '*' || key === path[index])
}
