import type { Address } from '../../../model/address.js'
import { copyName, imageName, ownVersions, type ImageSpec, type LiveBuiltImage } from '../../../model/kinds/image.js'
import { encryptionTags } from '../../../model/regions/copy-encryption.js'
import { copySourceOf } from '../../../model/regions/region-copy.js'
import { tagKeys } from '../../../model/tags.js'
import { createDiffs, existsDiff, removedDiff, sortedDiffs } from '../../compare/comparison.js'
import { creationTags } from '../../compare/desired-tags.js'
import { reasonForCreate, reasonForRemoval } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { leave, refuse, refuseAlone, refused } from '../decided.js'
import { decideServers } from '../servers/server-decisions.js'
import type { ServerDecision } from '../servers/server-decision.js'
import { comingImages, type ImageDecision, type NewVersion } from './image-decision.js'
import { restProblems } from './builder-rest.js'
import { imageWishes, recordOfVersion, versionTags } from './image-properties.js'
import { comingImage, materialOf, type Material } from './image-source.js'
import { copiesOf } from './image-copies.js'
import { removalsOf, versionsOf } from './image-versions.js'
import { decideStandingImage } from './standing-image.js'

export interface ServersAndImages {
  readonly servers: ReadonlyMap<Address, ServerDecision>
  readonly images: ReadonlyMap<Address, ImageDecision>
}

/**
 * Decides what becomes of servers and of the images that are made of them. Each is decided from the other: a server that is
 * launched of an image which the plan makes is what another image is made of. Every pass settles the next of such a row.
 */
export function decideServersAndImages(world: World, held: ReadonlySet<Address>): ServersAndImages {
  let servers = decideServers(world, held)
  if (world.spec.images.length === 0 && world.live.builtImages.size === 0) return { servers, images: new Map() }
  let images = decideImages(world, servers, held)
  let known = ''
  for (let coming = comingImages(images.values()); wordOf(coming) !== known; coming = comingImages(images.values())) {
    known = wordOf(coming)
    const next = { ...world, comingImages: coming }
    servers = decideServers(next, held)
    images = decideImages(next, servers, held)
  }
  return { servers, images }
}

function wordOf(coming: ReturnType<typeof comingImages>): string {
  return [...coming].map(([address, { name, id }]) => `${address} ${name} ${id}`).join('\n')
}

function decideImages(
  world: World,
  servers: ReadonlyMap<Address, ServerDecision>,
  held: ReadonlySet<Address>,
): ReadonlyMap<Address, ImageDecision> {
  const decisions = new Map<Address, ImageDecision>()
  for (const spec of world.spec.images) {
    if (!held.has(spec.address)) decisions.set(spec.address, decideNamed(world, spec, servers))
  }
  for (const [address, live] of world.live.builtImages) {
    if (!decisions.has(address) && !held.has(address)) decisions.set(address, decideRemoval(world, live, servers))
  }
  return decisions
}

function decideNamed(world: World, named: ImageSpec, servers: ReadonlyMap<Address, ServerDecision>): ImageDecision {
  // Where the target says no region, the file may name the stack's own.
  const spec = { ...named, regions: named.regions.filter(({ region }) => region !== world.live.stack.region) }
  const { address, source } = spec
  const material = materialOf(world, spec, servers)
  if (!material) return leave(address, `${source.kind === 'server' ? source.server : 'its source'} cannot be planned`)
  const live = world.live.builtImages.get(address)
  const make = (version: number) => newVersion(world, spec, material, version)
  if (live && versionsOf(world, live).own.length > 0) {
    return decideStandingImage(world, spec, live, { material, servers, make })
  }
  return decideNew(world, spec, live, { material, servers, make })
}

function decideNew(
  world: World,
  spec: ImageSpec,
  live: LiveBuiltImage | undefined,
  {
    material,
    servers,
    make,
  }: {
    readonly material: Material
    readonly servers: ReadonlyMap<Address, ServerDecision>
    readonly make: (version: number) => NewVersion
  },
): ImageDecision {
  const { address } = spec
  const { next } = versionsOf(world, live)
  const wasThere = world.live.ledger.has(address)
  const diffs = createDiffs<'image'>(imageWishes(spec, next), wasThere ? 'drift' : 'pending')
  const made = make(next)
  const stops = restProblems(world, address, made.builder)
  if (stops.some(({ severity }) => severity === 'error')) return refused(address, stops)
  // Those of its own region that there are have failed.
  const here = live ? ownVersions(live, world.live.stack.region) : []
  const failed = removalsOf(world, address, here, servers)
  const around = live && copiesOf(world, spec, live, { newest: undefined, made, kept: new Set(), servers })
  return {
    kind: 'create',
    address,
    makes: made,
    awaits: [],
    copies: around?.copies ?? newCopies(spec, made, world.live.stack.region),
    modifies: [],
    removes: [...failed.removes, ...(around?.removes ?? [])],
    strays: live?.strays.map(({ id }) => id) ?? [],
    coming: comingImage(world, spec, material, next),
    change: {
      address,
      kind: 'create',
      reason: reasonForCreate(wasThere),
      diffs: sortedDiffs<'image'>([...(wasThere ? [existsDiff] : []), ...diffs]),
    },
    problems: [...failed.problems, ...(around?.problems ?? []), ...stops],
    ...(around?.unread && { unread: around.unread }),
  }
}

function newCopies(spec: ImageSpec, made: NewVersion, home: string) {
  const { source: _source, builder: _builder, ...image } = made
  return spec.regions.map(({ region, encrypted, kmsKey }) => ({
    ...image,
    name: copyName(image.name, home),
    tags: { ...image.tags, ...encryptionTags({ encrypted, kmsKey }) },
    imageId: undefined,
    region,
    ...(encrypted !== undefined && { encrypted }),
    ...(kmsKey !== undefined && { kmsKey }),
  }))
}

function newVersion(
  world: World,
  spec: ImageSpec,
  { source, word, builder, user }: Material,
  version: number,
): NewVersion {
  const lasting = versionTags(world, spec, { version, user })
  return {
    source,
    ...(builder && { builder }),
    name: imageName(world.spec.stack, spec.address, version),
    description: spec.description ?? '',
    tags: creationTags(world, lasting, recordOfVersion(world, spec, world.digest(word))),
    share: spec.share ?? [],
  }
}

/** Everything of it goes, with its snapshots; what something else was made of stays, and with it the address. */
function decideRemoval(
  world: World,
  live: LiveBuiltImage,
  servers: ReadonlyMap<Address, ServerDecision>,
): ImageDecision {
  const { address, strays, unread = {} } = live
  // Copies of what a stack of the same name has elsewhere are that one's.
  const versions = live.versions.filter(
    ({ region, tags }) => region !== world.live.stack.region || copySourceOf(tags) === undefined,
  )
  if (versions.length === 0 && strays.length === 0) return leave(address, 'its versions are copies from another region')
  const spec = world.going.images.get(address)
  const guarded = versions.find(({ tags }) => tags[tagKeys.protect] === 'true')
  if (guarded && spec?.protect !== false) {
    const message = `${address} (${guarded.id}) is protected`
    return refuse(address, 'PLAN_PROTECTED', message, 'apply it with protect: false first')
  }
  const { removes, inUse } = removalsOf(world, address, versions, servers)
  const [used] = inUse
  if (used) {
    const message = `${address} version ${used.version} (${used.id}) is in use by ${(used.usedBy ?? []).slice(0, 3).join(', ')}`
    return refuseAlone(address, 'PLAN_IMAGE_IN_USE', message, 'end what was made of it first')
  }
  const [region] = Object.keys(unread)
  if (region !== undefined) {
    return leave(address, `its copies in ${region} could not be read: ${unread[region]}`)
  }
  return {
    kind: 'remove',
    address,
    makes: undefined,
    awaits: [],
    copies: [],
    modifies: [],
    removes,
    strays: strays.map(({ id }) => id),
    coming: undefined,
    change: {
      address,
      kind: 'remove',
      reason: `${reasonForRemoval(world.destroying !== undefined)}; its versions go with their snapshots`,
      diffs: [removedDiff],
    },
    problems: [],
  }
}
