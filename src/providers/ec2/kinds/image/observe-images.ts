import type { Image, Snapshot } from '@aws-sdk/client-ec2'
import { Cancelled } from '../../../../core/errors.js'
import type { CloudFacts, CloudQuery } from '../../../../executor/ports.js'
import { parseAddress, type Address } from '../../../../model/address.js'
import { regionsOfTags, type LiveBuiltImage, type LiveImageVersion } from '../../../../model/kinds/image.js'
import { copySourceOf } from '../../../../model/regions/region-copy.js'
import { tagKeys, type Tags } from '../../../../model/tags.js'
import { sortedByAddress } from '../../tags/address-lists.js'
import type { Census } from '../../tags/census.js'
import { withKnown, type KnownItems } from '../../tags/known-items.js'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { liveImage } from '../../lookups/image-selectors.js'
import type { Pending } from '../kind.js'
import { readShares } from './launch-permissions.js'
import { readOwnImages, readUsers, snapshotsOfImage } from './read-images.js'

/** What tells whether the stack has made any: the ledger names each before it is made, and until it is gone. */
interface Ledgers {
  readonly launchTemplate: Pick<CloudFacts, 'ledger'>
}

/** Of one region. */
interface Described {
  readonly region: string
  readonly images: readonly Image[]
  readonly usedBy: ReadonlyMap<string, readonly string[]>
  /** Of the images whose permissions were asked for. */
  readonly shares: ReadonlyMap<string, readonly string[]>
}

interface DescribedImages {
  readonly own: Described
  readonly elsewhere: readonly Described[]
  /** Why a region could not be read. */
  readonly unread: ReadonlyMap<string, string>
  /** Regions in which each image may have copies, by address. */
  readonly regions: ReadonlyMap<string, readonly string[]>
}

const knownImages: KnownItems<Image> = {
  prefix: 'ami',
  idOf: ({ ImageId }) => ImageId,
  readByIds: async (api, ImageIds) =>
    (await api.call('DescribeImages', { ImageIds, IncludeDeprecated: true }, { isAbsenceBelieved: true })).Images,
}

/** Most stacks make none, and are spared the calls: undefined. A region that cannot be read is told, and keeps nothing else from being read. */
export async function describeBuiltImages(
  api: Ec2Api,
  query: CloudQuery,
  { launchTemplate }: Pending<Ledgers>,
): Promise<DescribedImages | undefined> {
  const { builtImages = [], quietMs, allImages } = query
  const isAsked = builtImages.length > 0 || allImages === true || quietMs !== undefined
  if (!isAsked && !mayHaveAny((await launchTemplate).ledger)) return undefined
  const filters = [{ Name: `tag:${tagKeys.stack}`, Values: [query.stack] }]
  const [region, listed] = await Promise.all([api.region(), readOwnImages(api, filters)])
  const own = await described(api, region, await withKnown(api, query, listed, knownImages), query)
  const regions = regionsByImage(own.images, query)
  const others = [...new Set([...regions.values()].flat())].filter((other) => other !== region).sort()
  const unread = new Map<string, string>()
  const elsewhere = await Promise.all(
    others.map(async (other): Promise<readonly Described[]> => {
      try {
        const there = api.inRegion(other)
        const found = await readOwnImages(there, filters)
        // What a stack of the same name has made there is its own.
        const copies = found.filter(({ Tags }) => copySourceOf(tagsOf(Tags))?.region === region)
        return [await described(there, other, copies, query)]
      } catch (error) {
        if (error instanceof Cancelled) throw error
        unread.set(other, (error as Error).message)
        return []
      }
    }),
  )
  return { own, elsewhere: elsewhere.flat(), unread, regions }
}

/** A run that ended without a word may have made one of which an old reading of the ledger knows nothing. */
function mayHaveAny(ledger: CloudFacts['ledger']): boolean {
  if (ledger === undefined) return false
  return ledger.epoch !== undefined || ledger.addresses.some((address) => parseAddress(address)?.kind === 'image')
}

/** Where copies may be: where the file wants them, and where tags say that they were wanted. */
function regionsByImage(
  images: readonly Image[],
  { builtImages = [] }: CloudQuery,
): ReadonlyMap<string, readonly string[]> {
  const regions = new Map<string, readonly string[]>(
    builtImages.map(({ address, regions: wanted }) => [address, wanted]),
  )
  for (const { Tags } of images) {
    const tags = tagsOf(Tags)
    const address = tags[tagKeys.address] ?? ''
    regions.set(address, [...new Set([...(regions.get(address) ?? []), ...regionsOfTags(tags)])])
  }
  return regions
}

async function described(api: Ec2Api, region: string, images: readonly Image[], query: CloudQuery): Promise<Described> {
  const shared = new Set<string>(query.builtImages?.flatMap(({ address, isShared }) => (isShared ? [address] : [])))
  const ids = images.map(({ ImageId }) => ImageId ?? '')
  const asked = images.filter(({ Tags }) => shared.has(tagsOf(Tags)[tagKeys.address] ?? ''))
  const [usedBy, shares] = await Promise.all([
    readUsers(api, ids),
    Promise.all(asked.map(async ({ ImageId = '' }) => [ImageId, await readShares(api, ImageId)] as const)),
  ])
  return { region, images, usedBy, shares: new Map(shares) }
}

/** What of other kinds is told beside: snapshots of versions whose image has gone. */
interface Needed {
  readonly image: DescribedImages | undefined
  readonly snapshot: { readonly tagged: readonly Snapshot[] }
}

export function builtImageFacts({ image, snapshot }: Needed, census: Census): Pick<CloudFacts, 'builtImages'> {
  if (image === undefined) return {}
  const home = image.own.region
  const versions = new Map<Address, LiveImageVersion[]>()
  for (const there of [image.own, ...image.elsewhere]) {
    for (const found of there.images) {
      const address = census.addressOf('image', found.ImageId, found)
      const version = address && versionOf(there, found)
      if (address && version) versions.set(address, [...(versions.get(address) ?? []), version])
    }
  }
  const used = new Set(image.own.images.flatMap(snapshotsOfImage))
  const strays = new Map<Address, LiveBuiltImage['strays'][number][]>()
  for (const { SnapshotId: id = '', Tags } of snapshot.tagged) {
    const tags = tagsOf(Tags)
    const address = tags[tagKeys.address] as Address | undefined
    if (address === undefined || used.has(id) || parseAddress(address)?.kind !== 'image') continue
    // Of a copy from another region, which may be on its way: that of the stack there.
    if (copySourceOf(tags) !== undefined) continue
    strays.set(address, [...(strays.get(address) ?? []), { id, version: versionIn(tags) }])
  }
  const builtImages = [...new Set([...versions.keys(), ...strays.keys()])].map((address) => {
    const known = (versions.get(address) ?? []).sort(byVersion(home))
    const left = (strays.get(address) ?? []).sort((one, other) => (one.id < other.id ? -1 : 1))
    const regions = image.regions.get(address) ?? []
    const unread = Object.fromEntries([...image.unread].filter(([region]) => regions.includes(region)))
    return {
      address,
      id: known[0]?.id ?? left[0]?.id ?? '',
      tags: known[0]?.tags ?? {},
      versions: known,
      strays: left,
      ...(Object.keys(unread).length > 0 && { unread }),
    }
  })
  return { builtImages: sortedByAddress(builtImages) }
}

function byVersion(home: string): (left: LiveImageVersion, right: LiveImageVersion) => number {
  const place = ({ region, id }: LiveImageVersion) => `${region === home ? 0 : 1} ${region} ${id}`
  return (left, right) => right.version - left.version || (place(left) < place(right) ? -1 : 1)
}

const states: Readonly<Record<string, LiveImageVersion['state']>> = {
  pending: 'pending',
  available: 'available',
  disabled: 'disabled',
  failed: 'failed',
  error: 'failed',
  invalid: 'failed',
}

function versionOf({ region, usedBy, shares }: Described, found: Image): LiveImageVersion | undefined {
  const state = states[found.State ?? '']
  if (state === undefined) return undefined
  const { id, name, architecture, rootDeviceName, rootSizeGiB } = liveImage(found)
  const tags = tagsOf(found.Tags)
  const sharedWith = shares.get(id)
  return {
    id,
    region,
    version: versionIn(tags),
    name,
    description: found.Description ?? '',
    state,
    createdAt: found.CreationDate ?? '',
    tags,
    isPublic: found.Public ?? false,
    ...(sharedWith && { sharedWith }),
    usedBy: usedBy.get(id) ?? [],
    architecture,
    rootDeviceName,
    rootSizeGiB,
  }
}

function versionIn(tags: Tags): number {
  const version = Number(tags[tagKeys.version] ?? 0)
  return Number.isInteger(version) && version > 0 ? version : 0
}
