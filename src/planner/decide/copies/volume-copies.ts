import type { Address } from '../../../model/address.js'
import type { Tags } from '../../../model/tags.js'
import type { BlockDecision } from './block-decision.js'
import type { CloneDecision } from './clone-decision.js'

/** What rules that copy whole volumes mean for the volumes, read off their decisions. */
export interface VolumeCopies {
  /** Volumes that are never formatted, since their content comes from a rule; `waiting`: it cannot come in this plan. */
  readonly filled: ReadonlyMap<Address, { readonly sync: Address; readonly state: 'due' | 'done' | 'waiting' }>
  /** The rules whose copy a volume must rest for, source or destination. */
  readonly resting: ReadonlyMap<Address, readonly Address[]>
  /** Destinations whose filesystem is to fill a larger device. */
  readonly growing: ReadonlySet<Address>
  /** By destination: the volume that it is to be a clone of, as large as the snapshot that the rule takes. */
  readonly clones: ReadonlyMap<Address, { readonly of: Address; readonly sync: Address; readonly sizeGiB: number }>
  /** By destination: the tag that records the rule, for a volume that is made with that content. */
  readonly records: ReadonlyMap<Address, Tags>
}

export function volumeCopiesOf(blocks: Iterable<BlockDecision>, clones: Iterable<CloneDecision>): VolumeCopies {
  const filled = new Map<Address, { sync: Address; state: 'due' | 'done' | 'waiting' }>()
  const resting = new Map<Address, Address[]>()
  const growing = new Set<Address>()
  const records = new Map<Address, Tags>()
  for (const decision of blocks) {
    const { address: sync } = decision
    if ('copy' in decision) {
      const { source, destination, grows } = decision.copy
      filled.set(destination.volume, { sync, state: 'due' })
      for (const { volume } of [source, destination]) resting.set(volume, [...(resting.get(volume) ?? []), sync])
      if (grows) growing.add(destination.volume)
    } else if (decision.target !== undefined) {
      filled.set(decision.target, { sync, state: decision.kind === 'keep' ? 'done' : 'waiting' })
      if (decision.kind === 'keep') records.set(decision.target, decision.record)
    }
  }
  const cloned = new Map<Address, { of: Address; sync: Address; sizeGiB: number }>()
  for (const decision of clones) {
    if (!('target' in decision)) continue
    records.set(decision.target, decision.record)
    if (decision.kind !== 'create') continue
    const { volume: of, sizeGiB } = decision.source
    cloned.set(decision.target, { of, sync: decision.address, sizeGiB })
  }
  return { filled, resting, growing, clones: cloned, records }
}
