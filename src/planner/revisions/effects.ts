import type { DiffValue } from '../../model/change.js'
import type { ResourceKind } from '../../model/kinds/kinds.js'
import { ignorable, ignoredPaths, type IgnoringKind } from '../../model/kinds/ignored-changes.js'
import type { Fstype } from '../../model/inside/fstype.js'
import { filesystemRules } from '../../model/inside/volume-rules.js'
import { mutabilityOf } from '../../model/mutability.js'
import type { Mutability } from '../../model/property-change.js'
import type { PathOf } from '../../model/property-path.js'
import type { RevisionEffect } from '../../model/stacks/revision-change.js'
import type { EntryFacts } from './entry-facts.js'

export interface Effect {
  readonly effect: RevisionEffect
  readonly because?: string
}

/** What a difference is told from; of a value that is not said there is none. */
export interface Difference {
  readonly path: string
  readonly before: DiffValue
  readonly after: DiffValue
  /** All that the second revision says of the entry. */
  readonly entry: EntryFacts
}

/** What a live resource makes of a way to change. */
const effectOfHow = {
  'in-place': 'in-place',
  stop: 'restart',
  replacement: 'replacement',
  fixed: 'refused',
} as const satisfies Readonly<Record<Mutability['how'], RevisionEffect>>

type Rule = Effect | ((difference: Difference) => Effect)

const later: Effect = { effect: 'none' }
const inPlace: Effect = { effect: 'in-place' }
const downtime: Effect = { effect: 'downtime' }
const anotherVolume: Effect = { effect: 'replacement', because: 'by way of a snapshot' }
const whenMade: Effect = { effect: 'none', because: 'it is asked when the volume is made' }

/** Copies go to regions that are new, and what is in a region that stays is not copied again. */
const copied: Rule = ({ before, after }) => {
  const former = new Set(regionsIn(before))
  const isNew = regionsIn(after).some((region) => !former.has(region))
  return isNew ? inPlace : { effect: 'none', because: 'what is copied already stays as it is' }
}

function regionsIn(texts: DiffValue): readonly string[] {
  return Array.isArray(texts) ? texts.map((text) => String(text).split(' ', 1)[0] ?? '') : []
}

/** Who takes the id away again takes nothing from the stack. */
const taken: Rule = ({ after }) =>
  after === null ? later : { effect: 'refused', because: 'another one has the entry already' }

/**
 * What is not in the table of mutability, or depends on the values; docs/stack-file.md says the same of each key, and a test
 * tries that on the planner.
 */
const rules: { readonly [Kind in ResourceKind]?: Readonly<Record<string, Rule>> } = {
  keyPair: { contents: { effect: 'replacement' }, keyPairId: taken },
  securityGroup: { groupId: taken, ignoreChanges: later },
  server: {
    image: ({ before, after }) =>
      isId(before) && isId(after)
        ? { effect: 'replacement' }
        : { effect: 'replacement', because: 'where it means another image than the server has' },
    zone: ({ after }) => (after === null ? later : { effect: 'replacement' }),
    subnet: ({ after }) => (after === null ? later : { effect: 'replacement' }),
    user: inPlace,
    via: inPlace,
    instanceId: taken,
    ignoreChanges: later,
    state: ({ after }) => (after === 'stopped' ? downtime : inPlace),
    'rootVolume.size': ({ before, after }) =>
      typeof before === 'number' && typeof after === 'number' && after < before
        ? { effect: 'replacement', because: 'a volume never shrinks' }
        : { effect: 'left', because: 'it holds for the next launch' },
    'rootVolume.type': { effect: 'left', because: 'it holds for the next launch' },
    'rootVolume.onReplace': later,
    replace: later,
    'rolling.maxUnavailable': later,
    'rolling.order': later,
    'rolling.health': later,
    'rolling.timeoutSeconds': later,
    dependsOn: later,
    onUserDataChange: later,
    userData: ({ entry }) =>
      entry['onUserDataChange'] === 'replace'
        ? { effect: 'replacement', because: 'user data is read at the first boot alone' }
        : entry['onUserDataChange'] === 'stop-start'
          ? { effect: 'restart', because: 'it is given while the server is stopped' }
          : { effect: 'left', because: 'the first boot is over (onUserDataChange: ignore)' },
  },
  volume: {
    attachment: downtime,
    zone: ({ after }) => (after === null ? later : anotherVolume),
    size: ({ before, after, entry }) => {
      if (typeof before !== 'number' || typeof after !== 'number') return inPlace
      if (after < before) return { effect: 'refused', because: 'a volume never shrinks' }
      const filesystem = entry['filesystem'] as Fstype
      const cannot = filesystemRules[filesystem].growth === 'never'
      return cannot ? { effect: 'refused', because: `a ${filesystem} filesystem cannot be made larger` } : inPlace
    },
    encrypted: ({ before, after }) => {
      if (after === true) return anotherVolume
      return before === true && after === false ? { effect: 'refused', because: 'what is encrypted stays so' } : later
    },
    kmsKey: ({ after }) => (after === null ? later : anotherVolume),
    filesystem: { effect: 'left', because: 'a volume that holds anything is never formatted' },
    mount: ({ before }) => (before === null ? inPlace : downtime),
    label: { effect: 'left', because: 'a filesystem gets it when it is made' },
    uuid: { effect: 'left', because: 'a filesystem gets it when it is made' },
    reuse: whenMade,
    snapshot: whenMade,
    volumeId: taken,
    ignoreChanges: later,
    dependsOn: later,
    'snapshots.everyMinutes': later,
    'snapshots.keep': later,
    'snapshots.consistent': later,
    'snapshots.regions': copied,
  },
  sync: {
    via: later,
    bandwidthKiBps: later,
    compress: later,
    partial: later,
    overwrite: later,
    from: { effect: 'in-place', because: 'where what is there differs' },
    'rolling.maxUnavailable': later,
    'rolling.health': later,
    'rolling.timeoutSeconds': later,
  },
  archive: {
    from: { effect: 'in-place', because: 'where what is there differs' },
    keep: later,
    regions: copied,
    slackPercent: later,
  },
}

/** What an apply makes of a difference on what is as the first revision says. */
export function effectOf(kind: ResourceKind, difference: Difference): Effect {
  const { path, entry } = difference
  if (isIgnored(kind, path, entry)) return { effect: 'none', because: 'ignoreChanges' }
  const rule = rules[kind]?.[path]
  if (typeof rule === 'function') return rule(difference)
  if (rule) return rule
  if (kind === 'archive') return path.startsWith('server.') || path.startsWith('tags.') ? later : inPlace
  if (kind === 'sync') return inPlace
  const { how, because } = mutabilityOf(kind, path as PathOf<typeof kind>)
  return { effect: effectOfHow[how], ...(because !== '' && how !== 'in-place' && { because }) }
}

function isIgnored(kind: ResourceKind, path: string, { ignoreChanges }: EntryFacts): boolean {
  if (!isIgnoring(kind) || !Array.isArray(ignoreChanges)) return false
  return ignoredPaths(kind, { ignoreChanges: ignoreChanges as readonly string[] }).has(path)
}

function isIgnoring(kind: ResourceKind): kind is IgnoringKind {
  return Object.hasOwn(ignorable, kind)
}

function isId(image: DiffValue): boolean {
  return typeof image === 'string' && image.startsWith('ami-')
}
