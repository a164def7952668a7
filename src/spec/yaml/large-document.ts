import { constructFromEvents, EVENT_ID, parseEvents, YAMLException, type Event, type ScalarEvent } from 'js-yaml'
import type { Path } from '../problem.js'
import { aliasesIn } from './event-aliases.js'
import { placesInEvents, type EventPlaces } from './event-places.js'
import { linePlacesOf } from './line-places.js'
import type { Span, StackDocument, SyntaxProblem } from './yaml-document.js'

/**
 * Reads a large text with its positions: a tenth of the time that readDocument takes. Of its mistakes of syntax only the first
 * is known, and after it nothing else.
 */
export function readLargeDocument(text: string): StackDocument {
  const { value, syntax, places } = read(text)
  return {
    text,
    value,
    syntax,
    spanOf: (path, at) => spanOf(places, path, at),
    has: (path) => places?.find(path, true) !== undefined,
    endOf: (path) => places?.find(path, false)?.value?.end ?? 0,
    spanOfKey: (path) => places?.find(path, true)?.key,
    sourceOf: (path) => {
      const span = places?.find(path, false)?.value
      return span && text.slice(span.start, span.end)
    },
    positionOf: linePlacesOf(text),
  }
}

/** As readDocument tells it: of a block that has a key the key, and of the root its first character. */
function spanOf(places: EventPlaces | undefined, path: Path, at: 'key' | 'value'): Span {
  const found = places?.find(path, false)
  const isKey = at === 'key' || places?.isBlock(path) === true
  const span = isKey ? (found?.key ?? found?.value) : (found?.value ?? found?.key)
  if (path.length > 0) return span ?? spanOf(places, path.slice(0, -1), at)
  return { start: span?.start ?? 0, end: (span?.start ?? 0) + 1 }
}

interface Read {
  readonly value?: unknown
  readonly syntax: readonly SyntaxProblem[]
  readonly places?: EventPlaces
}

function read(text: string): Read {
  const nul = text.indexOf('\0')
  // The reader takes each for a line end when it tells of the first.
  if (nul >= 0) return broken({ start: nul, end: nul + 1, message: 'a NUL stands here, which no text has' })
  try {
    return readEvents(text, parseEvents(text, {}))
  } catch (error) {
    if (!(error instanceof YAMLException)) throw error
    const start = error.mark?.position ?? 0
    return broken({ start, end: start + 1, message: error.reason })
  }
}

/** Chosen: no text has a use for more; a number of so many digits is too much for the reader's patterns. */
const scalarCharactersMax = 1024 * 1024

function readEvents(text: string, events: readonly Event[]): Read {
  const long = events.find(isTooLong)
  if (long) {
    const message = `this text has more than ${scalarCharactersMax} characters`
    return broken({ start: long.valueStart, end: long.valueStart + 1, message })
  }
  const aliases = aliasesIn(text, events)
  if ('mistake' in aliases) return broken(aliases.mistake)
  const places = placesInEvents(text, events, aliases.targets)
  const [value, ...others] = constructFromEvents([...events], { source: text })
  if (others.length === 0) return { value, syntax: [], places }
  const start = text.indexOf('\n---', places.end) + 1
  return broken({ start, end: start + 1, message: 'a stack file holds one document, and here another starts' })
}

function isTooLong(event: Event): event is ScalarEvent {
  return event.type === EVENT_ID.SCALAR && event.valueEnd - event.valueStart > scalarCharactersMax
}

function broken(mistake: Pick<SyntaxProblem, 'start' | 'end' | 'message'>): Read {
  return { syntax: [{ isDuplicateKey: false, isRecoverable: false, hint: undefined, ...mistake }] }
}
