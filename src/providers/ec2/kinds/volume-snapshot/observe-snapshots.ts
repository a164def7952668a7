import type { Snapshot } from '@aws-sdk/client-ec2'
import type { CloudFacts, CloudQuery, NamedId } from '../../../../executor/ports.js'
import type { LiveSnapshot } from '../../../../model/kinds/volume-snapshot.js'
import { parseAddress, type Address } from '../../../../model/address.js'
import { tagKeys } from '../../../../model/tags.js'
import { isOfClass } from '../../errors/provider-errors.js'
import { mergeById, withAddresses } from '../../tags/address-lists.js'
import type { Census } from '../../tags/census.js'
import { taggedAddress } from '../../tags/tagged-address.js'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import type { Pending } from '../kind.js'
import { describeElsewhere, type DescribedElsewhere } from './observe-elsewhere.js'
import { readNamedSnapshots, readOwnSnapshots } from './read-snapshots.js'
import { readSnapshotImages } from './snapshot-images.js'
import { readShares } from './volume-permissions.js'

interface DescribedSnapshots {
  /** With the tag of the stack, or of another one that was asked for. */
  readonly tagged: readonly Snapshot[]
  /** Images by snapshot; undefined where they were not asked for. */
  readonly images: ReadonlyMap<string, readonly string[]> | undefined
  /** Who else may use each of those of which that was asked. */
  readonly shares: ReadonlyMap<string, readonly string[]>
  /** Those that the file names by id. */
  readonly named: readonly LiveSnapshot[]
  /** Of the other regions that were asked for. */
  readonly elsewhere: readonly DescribedElsewhere[]
}

/** Which snapshots a restore that is not done yet means. */
interface Ledgers {
  readonly launchTemplate: Pick<CloudFacts, 'ledger'>
}

export async function describeSnapshots(
  api: Ec2Api,
  query: CloudQuery,
  { launchTemplate }: Pending<Ledgers>,
): Promise<DescribedSnapshots> {
  const stacks = [...new Set([query.stack, ...(query.snapshotsOf ?? [])])]
  const [own, named, elsewhere] = await Promise.all([
    describeOwn(api, stacks, query),
    readNamedSnapshots(
      api,
      query.snapshotIds.map(({ id }) => id),
    ),
    describeElsewhere(api, query),
  ])
  const known = [...own.tagged.map(({ SnapshotId }) => SnapshotId), ...query.snapshotIds.map(({ id }) => id)]
  const wished = wishedElsewhere(await launchTemplate, known)
  const others = await readNamedSnapshots(
    api,
    wished.map(({ id }) => id),
  )
  return {
    ...own,
    elsewhere,
    named: withAddresses(
      [...query.snapshotIds, ...wished],
      [...named, ...others].flatMap((snapshot) => snapshotFacts(snapshot) ?? []),
    ),
  }
}

/** Snapshots of another stack's checkpoint to which volumes are still to be brought: mostly none, and no call. */
function wishedElsewhere(
  { ledger }: Pick<CloudFacts, 'ledger'>,
  read: readonly (string | undefined)[],
): readonly NamedId[] {
  const known = new Set(read)
  return (ledger?.wishes ?? []).flatMap((wish) =>
    wish.kind === 'restore' && !known.has(wish.snapshotId) ? { id: wish.snapshotId, address: wish.address } : [],
  )
}

async function describeOwn(
  api: Ec2Api,
  stacks: readonly string[],
  { stack, snapshotImages = false, sharedSnapshotsOf = [] }: CloudQuery,
): Promise<Pick<DescribedSnapshots, 'tagged' | 'images' | 'shares'>> {
  const tagged = await readOwnSnapshots(api, [{ Name: `tag:${tagKeys.stack}`, Values: stacks }])
  const addresses = new Set<string>(sharedSnapshotsOf)
  const asked = tagged.filter((snapshot) => {
    const { [tagKeys.stack]: owner, [tagKeys.address]: address = '' } = tagsOf(snapshot.Tags)
    return owner === stack && addresses.has(address) && snapshot.State === 'completed'
  })
  const [images, shares] = await Promise.all([
    snapshotImages ? readSnapshotImages(api, tagged) : undefined,
    Promise.all(asked.map(async ({ SnapshotId = '' }) => [SnapshotId, await sharesOf(api, SnapshotId)] as const)),
  ])
  return { tagged, images, shares: new Map(shares.flatMap(([id, found]) => (found ? [[id, found] as const] : []))) }
}

/** Undefined of one that has gone since it was listed. */
async function sharesOf(api: Ec2Api, id: string): Promise<readonly string[] | undefined> {
  try {
    return await readShares(api, id)
  } catch (error) {
    if (isOfClass(error, 'absent')) return undefined
    throw error
  }
}

export function observedSnapshots(
  { snapshot }: { readonly snapshot: DescribedSnapshots },
  census: Census,
): Pick<CloudFacts, 'snapshots' | 'snapshotsElsewhere'> {
  const tagged = snapshot.tagged.flatMap((found): LiveSnapshot[] => {
    // What an image was made of goes with the image.
    if (parseAddress(taggedAddress(found) ?? '')?.kind === 'image') return []
    const facts = snapshotFacts(found)
    const address = facts && census.addressOf(['volume', 'archive', 'sync', 'server'], found.SnapshotId, found)
    if (facts === undefined || address === undefined) return []
    const imageIds = snapshot.images?.get(facts.id)
    const sharedWith = snapshot.shares.get(facts.id)
    return [{ address, ...facts, ...(imageIds && { imageIds }), ...(sharedWith && { sharedWith }) }]
  })
  return {
    snapshots: mergeById(tagged, snapshot.named),
    ...(snapshot.elsewhere.length > 0 && {
      snapshotsElsewhere: snapshot.elsewhere.map(({ region, found, images, unread }) => ({
        region,
        snapshots: found.flatMap((one): LiveSnapshot[] => {
          const facts = snapshotFacts(one)
          const text = taggedAddress(one)
          const kind = parseAddress(text ?? '')?.kind
          if (facts === undefined || (kind !== 'volume' && kind !== 'archive')) return []
          const imageIds = images?.get(facts.id)
          return [{ address: text as Address, ...facts, ...(imageIds && { imageIds }) }]
        }),
        ...(unread !== undefined && { unread }),
      })),
    }),
  }
}

const snapshotStates = ['pending', 'completed', 'error'] as const

/** The snapshot without its address, or undefined for one in the recycle bin. */
function snapshotFacts(snapshot: Snapshot): Omit<LiveSnapshot, 'address'> | undefined {
  const state = snapshotStates.find((name) => name === snapshot.State)
  if (state === undefined) return undefined
  const tags = tagsOf(snapshot.Tags)
  return {
    id: snapshot.SnapshotId ?? '',
    tags,
    volumeId: snapshot.VolumeId ?? '',
    state,
    startedAt: tags[tagKeys.taken] ?? snapshot.StartTime?.toISOString() ?? '',
    sizeGiB: snapshot.VolumeSize ?? 0,
  }
}
