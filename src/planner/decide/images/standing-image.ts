import type { Address } from '../../../model/address.js'
import { compareText } from '../../../model/address-order.js'
import { parseApplied } from '../../../model/applied.js'
import { type Diff } from '../../../model/change.js'
import {
  launchedOf,
  ownVersions,
  type ImageSpec,
  type LiveBuiltImage,
  type LiveImageVersion,
} from '../../../model/kinds/image.js'
import type { LiveImage } from '../../../model/launch/image.js'
import { tagKeys } from '../../../model/tags.js'
import { required } from '../../../core/assert.js'
import { causeOf, compareProperties, sortedDiffs } from '../../compare/comparison.js'
import { creationTags, tagWork } from '../../compare/desired-tags.js'
import { reasonFor } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import type { ServerDecision } from '../servers/server-decision.js'
import type { ImageDecision, Modification, NewImage, NewVersion } from './image-decision.js'
import { copiesOf } from './image-copies.js'
import { imageWords, recordOfVersion, shareChanges, sharesOf, staleTags, versionTags } from './image-properties.js'
import { refused } from '../decided.js'
import { restProblems } from './builder-rest.js'
import { comingImage, type Material } from './image-source.js'
import { keptNumbers, placeIn, removalsOf, versionsOf } from './image-versions.js'

export interface Making {
  readonly material: Material
  readonly servers: ReadonlyMap<Address, ServerDecision>
  readonly make: (version: number) => NewVersion
}

/** What becomes of an image of which there are versions: another comes where what it is made of has changed, or when it is asked for. */
export function decideStandingImage(
  world: World,
  spec: ImageSpec,
  live: LiveBuiltImage,
  { material, servers, make }: Making,
): ImageDecision {
  const { address } = spec
  const versions = versionsOf(world, live)
  const newest = required(versions.own[0], 'a version')
  const applied = parseApplied(newest.tags[tagKeys.applied])
  const from = world.digest(material.word)
  const isChanged = applied?.from !== undefined && applied.from !== from
  const isAsked = world.options.rebuild?.includes(address) === true && newest.state !== 'pending'
  const made = isChanged || isAsked ? make(versions.next) : undefined
  const kept = keptNumbers(spec, versions, made ? 1 : 0)
  const own = removalsOf(world, address, prunable(world, live, kept), servers)
  const staying = [
    ...versions.own.filter(({ version }) => kept.has(version)),
    ...own.inUse.filter(({ state }) => state !== 'failed'),
  ]
  const held = new Set(staying.map(({ version }) => version))
  const user = newest.tags[tagKeys.user] ?? material.user
  const again = made ? undefined : newImageLike(world, spec, newest, user)
  const around = copiesOf(world, spec, live, {
    newest,
    made,
    ...(again && { again }),
    kept: new Set([...held, ...(made ? [versions.next] : [])]),
    servers,
  })
  const removes = [...own.removes, ...around.removes]
  const strays = live.strays.filter(({ version }) => version < Math.min(...held, versions.next)).map(({ id }) => id)
  const changed = [...staying, ...around.staying].map((version) =>
    changesOf(world, spec, version, { others: around.left, from: version === newest ? from : undefined }),
  )
  const diffs = sortedDiffs<'image'>([
    ...(made ? [versionDiff(newest.version, versions.next)] : []),
    ...(newest.state === 'pending' ? [begunDiff(newest.version)] : []),
    ...(removes.length + strays.length > 0
      ? [prunedDiff(world, live, new Set([...removes.map(({ imageId }) => imageId), ...strays]))]
      : []),
    ...compareProperties<'image'>(world.digest, applied, [
      {
        path: 'regions',
        key: 'regions',
        word: wordOf(spec, 'regions'),
        before: around.before,
        after: spec.regions.map(({ region }) => region),
      },
      {
        path: 'protect',
        key: 'protect',
        word: wordOf(spec, 'protect'),
        before: newest.tags[tagKeys.protect] === 'true',
        after: spec.protect,
      },
    ]),
    ...distinct(changed.flatMap((change) => change.diffs)),
  ])
  const kind = diffs.length > 0 ? 'update' : 'keep'
  const why = [
    ...(isChanged
      ? [`what ${sourceText(spec)} holds has changed`]
      : isAsked
        ? ['another version is asked for by --rebuild']
        : []),
    reasonFor(diffs.filter(({ path }) => path !== 'version' && path !== 'versions')),
    ...(own.removes.length > 0 && !made ? ['older versions go, as `keep` says'] : []),
  ].filter((text) => text !== '')
  const stops = restProblems(world, address, made?.builder)
  if (stops.some(({ severity }) => severity === 'error')) return refused(address, stops)
  return {
    kind,
    address,
    makes: made,
    awaits: [...(newest.state === 'pending' ? [{ imageId: newest.id }] : []), ...around.awaits],
    copies: around.copies,
    modifies: changed.flatMap(({ modification }) => modification ?? []),
    removes,
    strays,
    coming: made ? comingImage(world, spec, material, versions.next) : pendingImage(newest, address),
    change: { address, kind: kind === 'keep' ? 'none' : 'update', reason: why.join('; '), diffs },
    problems: [...own.problems, ...around.problems, ...stops],
    ...(around.unread && { unread: around.unread }),
  }
}

/** Failed ones go whatever `keep` says. */
function prunable(
  { live: { stack } }: World,
  image: LiveBuiltImage,
  kept: ReadonlySet<number>,
): readonly LiveImageVersion[] {
  return ownVersions(image, stack.region).filter(({ version, state }) => state === 'failed' || !kept.has(version))
}

function newImageLike(world: World, spec: ImageSpec, newest: LiveImageVersion, user: string | undefined): NewImage {
  const { version, name } = newest
  const from = parseApplied(newest.tags[tagKeys.applied])?.from
  return {
    name,
    description: spec.description ?? newest.description,
    tags: creationTags(world, versionTags(world, spec, { version, user }), recordOfVersion(world, spec, from)),
    share: spec.share ?? [],
  }
}

interface VersionChanges {
  readonly modification: Modification | undefined
  readonly diffs: readonly Diff<'image'>[]
}

/** How one version, here or elsewhere, differs from what the file says of all. */
function changesOf(
  world: World,
  spec: ImageSpec,
  live: LiveImageVersion,
  { others, from }: { readonly others: readonly string[]; readonly from: string | undefined },
): VersionChanges {
  const { id, region, version, tags } = live
  const applied = parseApplied(tags[tagKeys.applied])
  const lasting = versionTags(world, spec, { version, user: tags[tagKeys.user], others })
  const shares = shareChanges(spec, live)
  const description =
    spec.description !== undefined && spec.description !== live.description ? spec.description : undefined
  const cause = (key: 'description' | 'share') => causeOf(world.digest, applied, key, wordOf(spec, key))
  const own: readonly Diff<'image'>[] = [
    ...(description === undefined
      ? []
      : [{ path: 'description', before: live.description, after: description, cause: cause('description') } as const]),
    ...(shares
      ? [
          {
            path: 'share',
            before: sharesOf(live) ?? [],
            after: spec.share ?? [],
            cause: cause('share'),
            items: shares,
          } as const,
        ]
      : []),
  ]
  const record = recordOfVersion(world, spec, applied?.from ?? from)
  const told = [tagKeys.regions, tagKeys.protect]
  const isTold = told.some((key) => tags[key] !== lasting[key])
  const work = tagWork(world, tags, spec.tags, lasting, record, { quiet: told, alone: own.length === 0 && !isTold })
  const removeTags = [...work.removeTags, ...staleTags(tags, lasting)].sort()
  const isSame = own.length === 0 && Object.keys(work.tags).length === 0 && removeTags.length === 0
  const modification: Modification = {
    imageId: id,
    ...placeIn(world, region),
    ...(description !== undefined && { description }),
    ...(shares && { shares }),
    tags: work.tags,
    removeTags,
  }
  return { modification: isSame ? undefined : modification, diffs: [...own, ...work.diffs] }
}

function wordOf(spec: ImageSpec, wanted: string): unknown {
  return imageWords(spec).find(({ key }) => key === wanted)?.word
}

function versionDiff(before: number, after: number): Diff<'image'> {
  return { path: 'version', before, after, cause: 'pending' }
}

/** Begun by an earlier run, and not done. */
function begunDiff(version: number): Diff<'image'> {
  return { path: 'version', before: `${version} (pending)`, after: version, cause: 'pending' }
}

function prunedDiff({ live }: World, { versions, strays }: LiveBuiltImage, gone: ReadonlySet<string>): Diff<'image'> {
  const named = [
    ...versions.map(({ id, name, region }) => ({
      id,
      text: region === live.stack.region ? name : `${name} in ${region}`,
    })),
    ...strays.map(({ id }) => ({ id, text: id })),
  ].sort((left, right) => compareText(left.text, right.text) || compareText(left.id, right.id))
  const removed = named.filter(({ id }) => gone.has(id)).map(({ text }) => text)
  const after = named.filter(({ id }) => !gone.has(id)).map(({ text }) => text)
  return {
    path: 'versions',
    before: named.map(({ text }) => text),
    after,
    cause: 'pending',
    items: { removed, added: [] },
  }
}

/** Of several versions the first that differs speaks for all. */
function distinct(diffs: readonly Diff<'image'>[]): readonly Diff<'image'>[] {
  const seen = new Map<string, Diff<'image'>>()
  for (const diff of diffs) if (!seen.has(diff.path)) seen.set(diff.path, diff)
  return [...seen.values()]
}

function sourceText({ source }: ImageSpec): string {
  return source.kind === 'server' ? source.server : source.snapshotId
}

/** One that an earlier run has begun: what is launched of it waits. */
function pendingImage(newest: LiveImageVersion, address: Address): LiveImage | undefined {
  return newest.state === 'pending' ? { ...launchedOf(newest), madeBy: address } : undefined
}
