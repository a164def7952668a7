import { canonicalJson } from '../../core/digest.js'
import type { Diagnostic } from '../../core/errors.js'
import { compose, type GivenBase } from '../bases/compose.js'
import { parseStack, type ParseInput } from '../parse.js'
import { readDocument } from '../yaml/yaml-document.js'
import { readValues } from '../yaml/yaml-values.js'
import type { AcceptedWord, Unacceptable } from './accepted-words.js'
import { withValueAt } from './edit-text.js'
import { valueAt, valueWith } from './values-at.js'

/** What a stack file says on top of its bases, before any variable. */
export function writtenValue(text: string, bases: readonly GivenBase[]): unknown {
  const texts = [text, ...bases.flatMap((base) => ('text' in base ? base.text : []))]
  return compose(
    texts.map((one) => (readValues(one) ?? readDocument(one)).value),
    bases,
  ).value
}

/** A stack file's text with other words; those of a base are said over in the file itself. */
export interface Rewritten {
  readonly text: string
  readonly done: readonly AcceptedWord[]
  readonly refused: readonly Unacceptable[]
  /** What would be wrong with it, if anything is. */
  readonly mistakes: readonly Diagnostic[]
}

export function rewritten(input: ParseInput, words: readonly AcceptedWord[]): Rewritten {
  const bases = input.bases ?? []
  const done: AcceptedWord[] = []
  const refused: Unacceptable[] = []
  let { text } = input
  for (const word of words) {
    const next = withWord(text, bases, word)
    if (next === undefined) {
      const why = 'it is written in a way that cannot be changed in place: change it by hand'
      refused.push({ address: word.address, path: word.path.slice(2).join('.'), why })
    } else {
      text = next
      done.push(word)
    }
  }
  const result = parseStack({ ...input, text })
  return { text, done, refused, mistakes: result.ok ? [] : result.diagnostics }
}

/** Undefined where it cannot be had in place. */
function withWord(text: string, bases: readonly GivenBase[], { path, value }: AcceptedWord): string | undefined {
  const wanted = canonicalJson(valueWith(writtenValue(text, bases), path, value))
  // What a base says is taken away by a null.
  const isInherited = value === undefined && valueAt(readDocument(text).value, path) === undefined
  const edited = withValueAt(text, path, isInherited ? null : value)
  return edited !== undefined && canonicalJson(writtenValue(edited, bases)) === wanted ? edited : undefined
}
