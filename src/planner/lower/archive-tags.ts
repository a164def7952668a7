import { digestOfText } from '../../core/digest.js'
import type { Address } from '../../model/address.js'
import { nameTag } from '../../model/names.js'
import type { ArchiveSpec } from '../../model/kinds/archive.js'
import { tagKeys, type Tags } from '../../model/tags.js'
import type { NewVersion } from '../decide/archives/archive-decision.js'
import type { World } from '../world.js'

/** Everything that is needed to make a volume from a version alone, and to tell whether there is need of another one. */
export function versionTags(world: World, { spec, number, source, sizeGiB }: NewVersion): Tags {
  const { address, fstype, tags } = spec
  const { stack } = world.spec
  const { revision, run } = world.options
  return {
    ...tags,
    [tagKeys.name]: nameTag(stack, address),
    [tagKeys.stack]: stack,
    [tagKeys.address]: address,
    [tagKeys.version]: String(number),
    [tagKeys.source]: source,
    [tagKeys.fstype]: fstype,
    [tagKeys.uuid]: archiveUuid(stack, address),
    [tagKeys.size]: String(sizeGiB),
    ...(revision === undefined ? {} : { [tagKeys.revision]: revision }),
    ...(run === undefined ? {} : { [tagKeys.run]: run }),
  }
}

/** By these the next plan knows what a run that was cut off left behind. */
export function temporaryTags(world: World, { address, tags }: ArchiveSpec): Tags {
  const { stack } = world.spec
  const { run } = world.options
  return {
    ...tags,
    [tagKeys.name]: nameTag(stack, address),
    [tagKeys.stack]: stack,
    [tagKeys.address]: address,
    [tagKeys.role]: 'temporary',
    ...(run === undefined ? {} : { [tagKeys.run]: run }),
  }
}

/** The UUID that an archive's filesystem is made with, the same for all its versions; the name-based form of RFC 9562 (version 8). */
export function archiveUuid(stack: string, address: Address): string {
  const hex = digestOfText(`${stack} ${address}`)
  return [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`, `a${hex.slice(17, 20)}`, hex.slice(20, 32)].join(
    '-',
  )
}
