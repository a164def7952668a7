import type { Path } from '../problem.js'
import { isMapping } from '../variables/variables.js'

/**
 * Which file said what stands at a place. Files are numbered from the one that was named, 0, down to the base of all. What has no
 * members is wholly the word of that file; what has some is made of several, and its own number is the topmost of theirs.
 */
export interface Origin {
  readonly layer: number
  readonly members?: ReadonlyMap<string, Origin>
  /** Nothing stands there: this file has taken it away. */
  readonly isRemoved?: true
}

export interface Merged {
  readonly value: unknown
  readonly origin: Origin
}

/** A null that takes away what is not there. */
export interface VainRemoval {
  readonly layer: number
  readonly path: Path
  /** What there is instead. */
  readonly base: Readonly<Record<string, unknown>>
}

/**
 * What a file says on top of another: mappings merge, everything else replaces, and null takes away what the base has. A null for
 * what the base does not have stands as it is written, unless `isDropped`. Neither value is changed.
 */
export function merge(
  base: Merged,
  over: { readonly value: unknown; readonly layer: number },
  isDropped: (removal: VainRemoval) => boolean = () => false,
  path: Path = [],
): Merged {
  const { value, layer } = over
  if (!isMapping(value) || !isMapping(base.value)) return { value, origin: { layer } }
  const members = new Map(Object.entries(base.value))
  const origins = new Map<string, Origin>(
    base.origin.members ?? [...members.keys()].map((key) => [key, { layer: base.origin.layer }]),
  )
  for (const [key, member] of Object.entries(value)) {
    const has = members.has(key)
    if (member === null && has) {
      members.delete(key)
      origins.set(key, { layer, isRemoved: true })
      continue
    }
    if (member === null && isDropped({ layer, path: [...path, key], base: base.value })) continue
    const merged = has
      ? merge(memberOf(base, key), { value: member, layer }, isDropped, [...path, key])
      : { value: member, origin: { layer } }
    members.set(key, merged.value)
    origins.set(key, merged.origin)
  }
  // Not by assignments: one to `__proto__` would make no member.
  return { value: Object.fromEntries(members), origin: { layer, members: origins } }
}

function memberOf({ value, origin }: Merged, key: string): Merged {
  return {
    value: (value as Record<string, unknown>)[key],
    origin: origin.members?.get(key) ?? { layer: origin.layer },
  }
}

/** Whose word stands at a path; where nothing stands there, whose word the nearest thing around it is. */
export function originAt(origin: Origin, path: Path): Origin {
  let found = origin
  for (const step of path) {
    if (!found.members) return found
    const member = found.members.get(String(step))
    if (!member) return found
    found = member
  }
  return found
}
