import deepDiff from 'deep-diff'
import { compareText } from '../../model/address-order.js'

/** Plain data with named members. */
type Members = Readonly<Record<string, unknown>>

/** One place in which two nested values differ; undefined where one of them has nothing there. */
export interface Difference {
  /** The members that lead to it, from the outside in. */
  readonly path: readonly string[]
  readonly before: unknown
  readonly after: unknown
}

/** What differs between two nested values, by deep-diff, sorted by path. */
export function differences(before: Members, after: Members): readonly Difference[] {
  return (deepDiff(before, after) ?? [])
    .map((found): Difference => {
      const path = (found.path ?? []).map(String)
      switch (found.kind) {
        case 'N':
          return { path, before: undefined, after: found.rhs }
        case 'D':
          return { path, before: found.lhs, after: undefined }
        case 'E':
          return { path, before: found.lhs, after: found.rhs }
        case 'A':
          return {
            path: [...path, String(found.index)],
            before: 'lhs' in found.item ? found.item.lhs : undefined,
            after: 'rhs' in found.item ? found.item.rhs : undefined,
          }
      }
    })
    .sort((left, right) => compareText(left.path.join('\0'), right.path.join('\0')))
}

/** A list whose order means nothing, as members: what comes and goes is then told by its own text. */
export function byText(items: readonly string[]): Members {
  return Object.fromEntries(items.map((item) => [item, true]))
}
