import { parseAddress } from '../model/address.js'
import type { FileLocation, Locate } from '../model/file-location.js'
import type { Sources } from './bases/sources.js'
import { specKinds } from './kinds/kinds.js'
import type { Path } from './problem.js'
import { codeFrame } from './yaml/code-frame.js'
import type { Span, StackDocument } from './yaml/yaml-document.js'

/** Finds places in the files of a stack. A text is read with positions when the first one in it is asked for. */
export interface Places {
  readonly locate: Locate
  /** The declaration of a variable. */
  readonly locateVariable: (name: string) => FileLocation | undefined
}

export function placesIn(sources: Sources): Places {
  return {
    locate: (address, path = []) => {
      const parts = parseAddress(address)
      return parts && placeOf(specKinds[parts.kind].pathOf(parts.name), path)
    },
    locateVariable: (name) => placeOf(['variables', name], []),
  }

  function placeOf(entry: Path, path: Path): FileLocation | undefined {
    const { file, document, lines } = sources.ownerOf([...entry, ...path])
    const span = spanIn(document, entry, path)
    if (!span) return undefined
    const { line, column } = document.positionOf(span.start)
    return { file, line, column, frame: codeFrame(lines, line, column, span.end - span.start) }
  }
}

/** The value at a path inside an entry; where a part of the path is not written, the key of what is around it. */
function spanIn(document: StackDocument, entry: Path, path: Path): Span | undefined {
  const entryKey = document.spanOfKey(entry)
  if (!entryKey) return undefined
  for (let depth = path.length; depth > 0; depth -= 1) {
    const inside = [...entry, ...path.slice(0, depth)]
    if (document.has(inside)) return document.spanOf(inside, depth === path.length ? 'value' : 'key')
  }
  return entryKey
}
