import { COLLECTION_STYLE, EVENT_ID, getScalarValue, SCALAR_STYLE, type Event, type ScalarEvent } from 'js-yaml'
import type { Path } from '../problem.js'
import type { Span } from './yaml-document.js'

/** The places of a document, found in the events of the quick reader. What stands nowhere has none. */
export interface EventPlaces {
  /** The value at a path and its key; of the nearest thing around it where there is nothing and it need not be exact. */
  find(path: Path, isExact: boolean): { readonly key: Span | undefined; readonly value: Span | undefined } | undefined
  /** Whether the value at a path is a mapping or a list in lines of its own. */
  isBlock(path: Path): boolean
  /** Where the first document ends. */
  readonly end: number
}

/** Events stand in the order of the text: a document, then its one value; of a mapping keys and values in turns. */
export function placesInEvents(
  text: string,
  events: readonly Event[],
  targets: ReadonlyMap<number, number>,
): EventPlaces {
  const next = nextOf(events)
  const members = new Map<number, ReadonlyMap<string, Member>>()
  return {
    find: (path, isExact) => {
      const found = memberAt(path, isExact)
      return found && { key: found.key === undefined ? undefined : spanAt(found.key), value: spanAt(found.value) }
    },
    isBlock: (path) => {
      const event = events[memberAt(path, false)?.value ?? 0]
      return (
        (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) &&
        event.style === COLLECTION_STYLE.BLOCK
      )
    },
    end: endAt(0),
  }

  function memberAt(path: Path, isExact: boolean): Member | undefined {
    let found: Member = { key: undefined, value: 1 }
    for (const step of path) {
      const member = membersAt(targets.get(found.value) ?? found.value).get(String(step))
      if (!member) return isExact ? undefined : found
      found = member
    }
    return found
  }

  function membersAt(start: number): ReadonlyMap<string, Member> {
    const known = members.get(start)
    if (known) return known
    const made = new Map<string, Member>()
    const type = events[start]?.type
    const end = next[start] ?? 0
    if (type === EVENT_ID.SEQUENCE) {
      for (let at = start + 1; at < end - 1; at = next[at] ?? end)
        made.set(String(made.size), { key: undefined, value: at })
    } else if (type === EVENT_ID.MAPPING) {
      for (let key = start + 1; key < end - 1;) {
        const value = next[key] ?? end
        made.set(keyAt(key), { key, value })
        key = next[value] ?? end
      }
    }
    members.set(start, made)
    return made
  }

  function keyAt(index: number): string {
    const event = events[targets.get(index) ?? index]
    return event?.type === EVENT_ID.SCALAR ? getScalarValue(text, event) : ''
  }

  function spanAt(index: number): Span | undefined {
    const start = startOf(text, events[index])
    return start === undefined ? undefined : { start, end: Math.max(start + 1, endAt(index)) }
  }

  /** Where the last part of what begins with an event ends. */
  function endAt(index: number): number {
    for (let last = (next[index] ?? 0) - 1; last >= index; last -= 1) {
      const event = events[last]
      if (event?.type === EVENT_ID.SCALAR && event.valueEnd >= 0) return event.valueEnd + (isQuoted(event) ? 1 : 0)
      if (event?.type === EVENT_ID.ALIAS) return event.anchorEnd
    }
    return startOf(text, events[index]) ?? 0
  }
}

/** Indexes of events; items of lists have no key. */
interface Member {
  readonly key: number | undefined
  readonly value: number
}

/** For each event that begins something, the index of the event after it. */
function nextOf(events: readonly Event[]): Uint32Array {
  const next = new Uint32Array(events.length)
  const open: number[] = []
  for (const [index, { type }] of events.entries()) {
    if (type === EVENT_ID.POP) next[open.pop() ?? 0] = index + 1
    else if (type === EVENT_ID.SCALAR || type === EVENT_ID.ALIAS) next[index] = index + 1
    else open.push(index)
  }
  return next
}

/** Where it starts in the text; what is left empty stands nowhere. */
function startOf(text: string, event: Event | undefined): number | undefined {
  if (event?.type === EVENT_ID.MAPPING || event?.type === EVENT_ID.SEQUENCE) return event.start
  if (event?.type === EVENT_ID.ALIAS) return event.anchorStart - 1
  if (event?.type !== EVENT_ID.SCALAR || event.valueStart < 0) return undefined
  if (isQuoted(event)) return event.valueStart - 1
  const isBlock = event.style === SCALAR_STYLE.LITERAL_BLOCK || event.style === SCALAR_STYLE.FOLDED_BLOCK
  return isBlock ? headerOf(text, event.valueStart) : event.valueStart
}

/** The `|` or `>` on the line before the lines of a block. */
function headerOf(text: string, linesStart: number): number {
  const lineStart = text.lastIndexOf('\n', linesStart - 2) + 1
  const header = /[|>][-+\d]*[ \t]*(?:#.*)?\r?\n$/.exec(text.slice(lineStart, linesStart))
  return header ? lineStart + header.index : linesStart
}

function isQuoted({ style }: ScalarEvent): boolean {
  return style === SCALAR_STYLE.SINGLE_QUOTED || style === SCALAR_STYLE.DOUBLE_QUOTED
}
