import { sourcesOf } from '../bases/sources.js'
import { diagnosticsOf, type Diagnosis } from '../diagnostics.js'
import { sizeOfText } from '../yaml/text-size.js'
import { readDocument } from '../yaml/yaml-document.js'
import type { StackText } from '../bases/compose.js'

/** What keeps one file from being read as YAML, whatever it says; no diagnostics where nothing does. */
export function syntaxMistakes(source: StackText): Diagnosis {
  if (sizeOfText(source.text).tooManyFrom !== undefined) {
    const { file } = source
    const message = 'the file has more parts than the largest stacks'
    return { diagnostics: [{ code: 'STACK_FILE_TOO_LARGE', message, file, line: 1, column: 1 }], total: 1 }
  }
  const document = readDocument(source.text)
  return diagnosticsOf(
    sourcesOf([source], { layer: 0 }, () => document),
    [],
  )
}
