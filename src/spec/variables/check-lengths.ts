import type { Path, Report } from '../problem.js'
import { mayInterpolate } from './interpolation.js'
import type { Scalar, Variables } from './variables.js'
import { isSecret } from './variables.js'

/** Chosen: four times the largest file. A text can name a long variable a hundred thousand times. */
const interpolatedCharactersMax = 64 * 1024 * 1024

/**
 * Whether the texts below `root` stay within memory once their variables are in them; the text with which they do not is
 * reported. What aliases stand for is counted wherever they stand.
 */
export function hasRoomForVariables(root: unknown, variables: Variables, report: Report): boolean {
  const lengths = new Map([...variables].map(([name, value]) => [name, lengthOf(value)]))
  let characters = 0
  return isEach(root, [])

  function isEach(value: unknown, path: Path): boolean {
    if (typeof value === 'string') return !mayInterpolate(value) || isText(value, path)
    if (typeof value !== 'object' || value === null) return true
    return Object.entries(value).every(([key, member]) => isEach(member, [...path, key]))
  }

  function isText(text: string, path: Path): boolean {
    characters += text.length
    for (const [, name = ''] of text.matchAll(namePattern)) characters += lengths.get(name) ?? 0
    if (characters <= interpolatedCharactersMax) return true
    const message = `up to here the variables make the texts of the file longer than ${interpolatedCharactersMax} characters`
    report({ code: 'SPEC_TEXT_TOO_LONG', message, path, at: 'value', hint: 'copy what is long by a sync rule' })
    return false
  }
}

const namePattern = /\$\{\s*var\.([\w-]+)\s*\}/g

function lengthOf(value: Parameters<typeof isSecret>[0]): number {
  return value === undefined || isSecret(value) ? 0 : String(value satisfies Scalar).length
}
