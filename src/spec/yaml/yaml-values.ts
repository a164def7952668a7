import { load, YAMLException } from 'js-yaml'

/** An anchor such as `&base`: such texts are left to the other reader, which bounds what aliases may expand to. */
const anchorPattern = /(?:^|[\s[{,:-])&[^\s&]/

/** Numbers beyond what a number can be: a text for one reader, infinity for the other, and a mistake anyway. */
const hugeNumberPattern = /(?:^|[\s:[{,])[-+]?(?:\d{300,}|[\d.]+[eE][-+]?\d{3,})(?:[\s,\]}]|$)/

/**
 * The value of a YAML text (1.2, core schema), without positions and quickly: about a sixth of the time that yaml takes.
 * Undefined when it cannot be read this way, which says nothing about why: yaml-document.ts reads it for people.
 */
export function readValues(text: string): { readonly value: unknown } | undefined {
  if (anchorPattern.test(text) || hugeNumberPattern.test(text)) return undefined
  try {
    return { value: load(text) }
  } catch {
    return undefined
  }
}

/** Where the quick reader stops, in its own words; counted from 1. For texts that are too much for the other one. */
export function quickMistakeIn(text: string): {
  readonly reason: string
  readonly line: number
  readonly column: number
} {
  const anchor = anchorPattern.exec(text)
  if (anchor) {
    const before = text.slice(0, anchor.index + 1).split('\n')
    const reason = 'a file with so many parts is read without anchors and aliases'
    return { reason, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 }
  }
  try {
    load(text)
  } catch (error) {
    if (error instanceof YAMLException && error.mark) {
      return { reason: error.reason, line: error.mark.line + 1, column: error.mark.column + 1 }
    }
  }
  return { reason: 'this cannot be read as YAML', line: 1, column: 1 }
}
