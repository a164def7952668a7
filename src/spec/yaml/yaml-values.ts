import { load } from 'js-yaml'
import { readPlainYaml } from './plain-yaml.js'

/** An anchor such as `&base`: such texts are left to the other reader, which bounds what aliases may expand to. */
const anchorPattern = /(?:^|[\s[{,:-])&[^\s&]/

/**
 * Numbers beyond what a number can be: a text for one reader, infinity for the other, and a mistake anyway. Bounded, since what
 * goes through millions of digits and back runs out of stack.
 */
const hugeNumberPattern = /(?:^|[\s:[{,])[-+]?(?:[\d.]{300}|[\d.]{1,299}[eE][-+]?\d{3})/

/**
 * The value of a YAML text (1.2, core schema), without positions and quickly: js-yaml takes about a sixth of the time that yaml
 * does, and a reader for plain texts a fifth of that.
 * Undefined when it cannot be read this way, which says nothing about why: yaml-document.ts reads it for people.
 */
export function readValues(text: string): { readonly value: unknown } | undefined {
  if (anchorPattern.test(text) || hugeNumberPattern.test(text)) return undefined
  return triedWith(readPlainYaml, text) ?? triedWith(load, text)
}

function triedWith(read: (text: string) => unknown, text: string): { readonly value: unknown } | undefined {
  try {
    return { value: read(text) }
  } catch {
    return undefined
  }
}
