import { EVENT_ID, type Event } from 'js-yaml'
import { aliasedMax, sizeOfScalar } from './node-values.js'

/** What the aliases of a text stand for, as indexes of events; or the first that stands for nothing, or for too much. */
export type Aliases =
  | { readonly targets: ReadonlyMap<number, number> }
  | { readonly mistake: { readonly start: number; readonly end: number; readonly message: string } }

/** Looks once through the events of the quick reader, which itself lets an alias stand for whatever it likes. */
export function aliasesIn(text: string, events: readonly Event[]): Aliases {
  const anchored = new Map<string, Anchored>()
  const targets = new Map<number, number>()
  const open: { readonly anchored: Anchored | undefined; size: number }[] = []
  let aliased = 0
  for (const [index, event] of events.entries()) {
    if (event.type === EVENT_ID.POP) {
      const { anchored: named, size } = open.pop() ?? { anchored: undefined, size: 0 }
      if (named) named.size = size
      add(size)
      continue
    }
    if (event.type === EVENT_ID.ALIAS) {
      const name = text.slice(event.anchorStart, event.anchorEnd)
      const target = anchored.get(name)
      aliased += target?.size ?? 0
      const message =
        target === undefined
          ? `no anchor \`&${name}\` stands before this alias`
          : target.size === undefined
            ? `this alias stands inside of what \`&${name}\` is`
            : aliased > aliasedMax && `the aliases up to here stand for more than ${aliasedMax} values`
      if (message !== false) return { mistake: { start: event.anchorStart - 1, end: event.anchorEnd, message } }
      targets.set(index, target?.index ?? 0)
      add(target?.size ?? 0)
      continue
    }
    if (event.type === EVENT_ID.SCALAR) {
      const size = sizeOfScalar(event.valueEnd - event.valueStart)
      anchorOf(event, index, size)
      add(size)
    } else open.push({ anchored: anchorOf(event, index, undefined), size: 1 })
  }
  return { targets }

  function add(size: number): void {
    const around = open.at(-1)
    if (around) around.size += size
  }

  function anchorOf(event: Event, index: number, size: number | undefined): Anchored | undefined {
    if (!('anchorStart' in event) || event.anchorStart < 0) return undefined
    const named = { index, size }
    anchored.set(text.slice(event.anchorStart, event.anchorEnd), named)
    return named
  }
}

interface Anchored {
  readonly index: number
  /** In values; undefined while it is being read. */
  size: number | undefined
}
