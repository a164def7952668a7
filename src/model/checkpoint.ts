import type { Address } from './address.js'
import { compareText } from './address-order.js'
import type { LiveSnapshot } from './kinds/volume-snapshot.js'
import { copiedTo, copySourceOf, wasCopiedTo } from './regions/region-copy.js'
import { tagKeys } from './tags.js'

/** Snapshots of every volume of a stack, taken as one set under one name. Everything of it stands in their tags. */
export interface Checkpoint {
  readonly stack: string
  readonly name: string
  /** When the first of its snapshots began, ISO 8601. */
  readonly startedAt: string
  /** `incomplete`: snapshots of it are missing or failed, and it is never applied. */
  readonly state: 'complete' | 'in-progress' | 'incomplete'
  /** How many snapshots it was to have. */
  readonly size: number
  /** The region of which it is a copy; undefined: it was taken here. */
  readonly copiedFrom: string | undefined
  /** Regions in which all of it was copied, sorted. */
  readonly copiedTo: readonly string[]
  /** By address, one each. */
  readonly snapshots: readonly LiveSnapshot[]
  readonly revision: string | undefined
  readonly specDigest: string | undefined
}

/** The checkpoints of a stack, oldest first. A name that was used again after a failure stands there once for each time. */
export function checkpointsOf(snapshots: readonly LiveSnapshot[], stack: string): readonly Checkpoint[] {
  const sets = new Map<string, LiveSnapshot[]>()
  for (const snapshot of snapshots) {
    const { tags } = snapshot
    const name = tags[tagKeys.checkpoint]
    if (name === undefined || tags[tagKeys.stack] !== stack) continue
    const key = `${name} ${tags[tagKeys.run] ?? ''} ${copySourceOf(tags)?.region ?? ''}`
    sets.set(key, [...(sets.get(key) ?? []), snapshot])
  }
  return [...sets.values()]
    .map((set) => checkpointOf(stack, set))
    .sort((left, right) => compareText(left.startedAt, right.startedAt) || compareText(left.name, right.name))
}

/** The complete checkpoint of a name, one that was taken here first; else the latest attempt at one. */
export function findCheckpoint(
  snapshots: readonly LiveSnapshot[],
  stack: string,
  name: string,
): Checkpoint | undefined {
  const named = checkpointsOf(snapshots, stack).filter((checkpoint) => checkpoint.name === name)
  const complete = named.filter(({ state }) => state === 'complete')
  return complete.find(({ copiedFrom }) => copiedFrom === undefined) ?? complete[0] ?? named.at(-1)
}

/** What a plan is given to bring these volumes to the checkpoint: those of them that it has. */
export function restoredBy(
  { snapshots }: Checkpoint,
  volumes: readonly { readonly address: Address }[],
): Readonly<Record<Address, string>> {
  const wanted = new Set(volumes.map(({ address }) => address))
  return Object.fromEntries(
    snapshots.filter(({ address }) => wanted.has(address)).map(({ address, id }) => [address, id]),
  )
}

function checkpointOf(stack: string, set: readonly LiveSnapshot[]): Checkpoint {
  const snapshots = [...set].sort((left, right) => compareText(left.address, right.address))
  const tags = snapshots[0]?.tags ?? {}
  const size = Number(tags[tagKeys.checkpointSize] ?? 0)
  const good = snapshots.filter(({ state }) => state !== 'error')
  const isWhole = new Set(good.map(({ address }) => address)).size === size && good.length === snapshots.length
  return {
    stack,
    name: tags[tagKeys.checkpoint] ?? '',
    startedAt: snapshots.map(({ startedAt }) => startedAt).sort()[0] ?? '',
    state: !isWhole ? 'incomplete' : good.every(({ state }) => state === 'completed') ? 'complete' : 'in-progress',
    size,
    copiedFrom: copySourceOf(tags)?.region,
    copiedTo: copiedTo(tags).filter((region) => good.every((one) => wasCopiedTo(one.tags, region))),
    snapshots,
    revision: tags[tagKeys.revision],
    specDigest: tags[tagKeys.specDigest],
  }
}
