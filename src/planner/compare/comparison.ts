import { compareText } from '../../model/address-order.js'
import type { AppliedKey, AppliedRecord, Digester } from '../../model/applied.js'
import type { Diff, DiffValue } from '../../model/change.js'
import type { PathOf, PropertyKind } from '../../model/property-path.js'
import { byText, differences } from './differences.js'

/** One property of one resource: what the file says, what is live, and how both look in a report. */
export interface Property<K extends PropertyKind = PropertyKind> {
  /** In reports: `size`, `type` … */
  readonly path: PathOf<K>
  /** In the applied tag. */
  readonly key: AppliedKey
  /** What the file says, digested into the record; undefined where it says nothing. */
  readonly word: unknown
  readonly before: DiffValue
  readonly after: DiffValue
  /** Where `before` and `after` alone do not tell. */
  readonly equal?: boolean
}

/** A difference's cause: drift where the file says what it said at the last apply. */
export function causeOf(
  digest: Digester,
  applied: AppliedRecord | undefined,
  key: AppliedKey,
  word: unknown,
): Diff['cause'] {
  return applied !== undefined && applied[key] === digest(word) ? 'drift' : 'pending'
}

/** The properties that differ, each with its cause; lists are looked into only where they are not the same object. */
export function compareProperties<K extends PropertyKind>(
  digest: Digester,
  applied: AppliedRecord | undefined,
  properties: readonly Property<K>[],
): readonly Diff<K>[] {
  const diffs: Diff<K>[] = []
  for (const { path, key, word, before, after, equal } of properties) {
    if (equal === undefined && isSameList(before, after)) continue
    const items = before === after ? undefined : itemsOf(before, after)
    const isSame = equal ?? (items ? items.removed.length + items.added.length === 0 : before === after)
    if (isSame) continue
    diffs.push({ path, before, after, cause: causeOf(digest, applied, key, word), ...(items && { items }) })
  }
  return diffs
}

/** Whether both are lists of the same texts in the same order, as those of a resource that is as it should be are. */
function isSameList(before: DiffValue, after: DiffValue): boolean {
  if (!Array.isArray(before) || !Array.isArray(after)) return false
  return before.length === after.length && before.every((text, index) => text === after[index])
}

/** What differs between two lists whose order means nothing; undefined for other values. */
function itemsOf(before: DiffValue, after: DiffValue): Diff['items'] {
  if (!Array.isArray(before) || !Array.isArray(after)) return undefined
  return itemChanges(before, after)
}

/** The items that go and those that come, each sorted. */
export function itemChanges(before: readonly string[], after: readonly string[]): NonNullable<Diff['items']> {
  const found = differences(byText(before), byText(after))
  const textsOf = (isGone: boolean) =>
    found.filter((one) => (one.after === undefined) === isGone).map(({ path }) => path[0] ?? '')
  return { removed: textsOf(true), added: textsOf(false) }
}

/** What is recorded once all of these properties are as the file says. */
export function recordOf(digest: Digester, properties: readonly Pick<Property, 'key' | 'word'>[]): AppliedRecord {
  const record: Partial<Record<AppliedKey, string>> = {}
  for (const { key, word } of properties) {
    const value = digest(word)
    if (value !== undefined) record[key] = value
  }
  return record
}

/** `record`, with what was recorded before under the keys that this plan leaves alone. */
export function keepApplied(
  record: AppliedRecord,
  applied: AppliedRecord | undefined,
  keys: ReadonlySet<AppliedKey>,
): AppliedRecord {
  if (keys.size === 0) return record
  const kept: Partial<Record<AppliedKey, string>> = { ...record }
  for (const key of keys) {
    const digest = applied?.[key]
    if (digest === undefined) delete kept[key]
    else kept[key] = digest
  }
  return kept
}

/** Sorted by path; of the same path, what goes stands before what comes. */
export function sortedDiffs<K extends PropertyKind>(diffs: readonly Diff<K>[]): readonly Diff<K>[] {
  if (diffs.length < 2) return diffs
  return [...diffs].sort(
    (left, right) =>
      compareText(left.path, right.path) ||
      Number(left.before === null) - Number(right.before === null) ||
      compareText(String(left.before ?? left.after), String(right.before ?? right.after)),
  )
}

/** What is wanted of something new, by path. */
export type Wishes<K extends PropertyKind> = { readonly [P in PathOf<K>]?: DiffValue | undefined }

/** The diffs of a create: everything that is wanted, with nothing before. */
export function createDiffs<K extends PropertyKind>(wanted: Wishes<K>, cause: Diff['cause']): readonly Diff<K>[] {
  const diffs: Diff<K>[] = []
  for (const [path, after] of Object.entries(wanted) as readonly [PathOf<K>, DiffValue | undefined][]) {
    if (after !== undefined && after !== null) diffs.push({ path, before: null, after, cause })
  }
  return sortedDiffs(diffs)
}

/** Stands in the plan of what the last apply left behind and is not there any more. */
export const existsDiff: Diff<never> = { path: 'exists', before: false, after: true, cause: 'drift' }

/** Stands in the plan of what goes. */
export const removedDiff: Diff<never> = { path: 'exists', before: true, after: false, cause: 'pending' }
