import type { CloudFacts, NamedId } from '../../../executor/ports.js'
import { parseAddress, type Address } from '../../../model/address.js'
import { type ResourceKind } from '../../../model/kinds/kinds.js'
import type { LiveTemporary } from '../../../model/kinds/archive.js'
import { tagKeys } from '../../../model/tags.js'
import { sortedByAddress } from './address-lists.js'
import { taggedAddress } from './tagged-address.js'
import { tagsOf, type TaggedItem } from './tag-lists.js'

/** Says who is who in one observation, by tags, and remembers who cannot be told, and who is there for a while only. */
export interface Census {
  /** The address that the tags name, of one of these kinds; what names none is remembered as unnamed. */
  addressOf(kind: ResourceKind | readonly ResourceKind[], id: string | undefined, item: TaggedItem): Address | undefined
  /** Whether it only lives while an archive is made; it is remembered as such. */
  isTemporary(kind: LiveTemporary['kind'], id: string | undefined, item: TaggedItem): boolean
  /** What was remembered. */
  remembered(): Pick<CloudFacts, 'temporaries' | 'unnamed'>
}

/** `adopted` says which address has what belongs to no stack yet. */
export function createCensus(adopted: readonly NamedId[] = []): Census {
  const named = new Map(adopted.map(({ id, address }) => [id, address]))
  const unnamed: { id: string; addressTag: string | undefined }[] = []
  const temporaries: LiveTemporary[] = []
  return {
    addressOf: (kind, id, item) => {
      const isFree = tagsOf(item.Tags)[tagKeys.stack] === undefined
      const text = (isFree ? named.get(id ?? '') : undefined) ?? taggedAddress(item)
      const found = text === undefined ? undefined : parseAddress(text)?.kind
      if (found !== undefined && [kind].flat().includes(found)) return text as Address
      unnamed.push({ id: id ?? '', addressTag: text })
      return undefined
    },
    isTemporary: (kind, id, { Tags }) => {
      const { [tagKeys.role]: role, [tagKeys.address]: address } = tagsOf(Tags)
      if (role !== 'temporary' || address === undefined || id === undefined) return false
      if (parseAddress(address)?.kind !== 'archive') return false
      temporaries.push({ address: address as Address, kind, id })
      return true
    },
    remembered: () => ({
      ...(temporaries.length > 0 && { temporaries: sortedByAddress(temporaries) }),
      unnamed: unnamed.sort((left, right) => (left.id < right.id ? -1 : 1)),
    }),
  }
}
