import { kinds, type ResourceKind } from '../model/kinds/kinds.js'
import type { StackShape } from './shape/stack-shape.generated.js'

/** Entries by name, in file order; undefined where an entry is not even a mapping. */
export type Entries<Shape> = ReadonlyMap<string, Shape | undefined>

export type Section = Extract<(typeof kinds)[ResourceKind], { readonly section: string }>['section']

/** The sections of a stack file that declare resources, as far as they are well formed. */
export type Sections = { readonly [Name in Section]: Entries<NonNullable<NonNullable<StackShape[Name]>[string]>> }

/** In the order of reports. */
const sectionNames: readonly Section[] = Object.values(kinds).flatMap((kind) =>
  'section' in kind ? [kind.section] : [],
)

/** Lays out a checked shape by name; a section or an entry with nothing in it is an empty one. */
export function sectionsOf(stack: StackShape): Sections {
  return Object.fromEntries(sectionNames.map((name) => [name, entriesOf(stack[name])])) as unknown as Sections
}

function entriesOf(section: Readonly<Record<string, object | null | undefined>> | null | undefined): Entries<object> {
  const entries = new Map<string, object | undefined>()
  for (const [name, entry] of Object.entries(section ?? {})) entries.set(name, entry === null ? {} : entry)
  return entries
}
