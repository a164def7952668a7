import { isMapping } from '../variables/variables.js'
import { readLargeDocument } from '../yaml/large-document.js'
import { sizeOfText } from '../yaml/text-size.js'
import { readDocument, type StackDocument } from '../yaml/yaml-document.js'
import { readValues } from '../yaml/yaml-values.js'

/** What a text names as its base, as far as it can be read: whoever hands texts over reads that next. */
export function baseNamedIn(text: string): string | undefined {
  if (!text.includes('extends')) return undefined
  const { isLarge, tooManyFrom } = sizeOfText(text)
  if (tooManyFrom !== undefined) return undefined
  const named = extendsIn(isLarge ? readLargeDocument(text) : (readValues(text) ?? readDocument(text)))
  return typeof named === 'string' && mistakeInName(named) === undefined ? named : undefined
}

/** Why a text can be the path of no base, whatever there is. */
export function mistakeInName(named: string): { readonly message: string; readonly hint?: string } | undefined {
  if (named === '') return { message: 'extends must be the path of a stack file, not an empty text' }
  // It stands in lines of what is printed.
  // oxlint-disable-next-line no-control-regex -- these are what is looked for
  if (/[\0-\x1f\x7f]/.test(named)) return { message: 'the path of a base is one line of text' }
  if (!named.includes('${')) return undefined
  return { message: 'a base is read before any variable is known', hint: 'write a stack file for each base' }
}

/** Where a mistake leaves no value, the word alone: what is wrong with the base is told with it. */
function extendsIn(read: { readonly value: unknown } | StackDocument): unknown {
  if (isMapping(read.value)) return Object.hasOwn(read.value, 'extends') ? read.value['extends'] : undefined
  return 'has' in read && read.has(['extends']) ? read.sourceOf(['extends']) : undefined
}

/**
 * Whether a text says that it is a stack file. Of what does not, nothing is shown: `extends` may name any file, and whoever wrote
 * that may read what a command prints.
 */
export function saysItIsStackFile(text: string): boolean {
  return /(?:^|[\s{,])["']?evenkeel["']?\s*:/.test(text)
}
