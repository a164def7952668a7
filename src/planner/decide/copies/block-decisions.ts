import type { Address } from '../../../model/address.js'
import { parseApplied } from '../../../model/applied.js'
import type { Diff } from '../../../model/change.js'
import { recordTag, unfinishedMark } from '../../../model/copy-record.js'
import type { LiveVolume } from '../../../model/kinds/volume.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { SyncSpec } from '../../../model/kinds/sync-rule.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import { tagKeys } from '../../../model/tags.js'
import { createDiffs, sortedDiffs } from '../../compare/comparison.js'
import { reasonForCreate } from '../../compare/reasons.js'
import { probedContent } from '../snapshots/snapshot-tags.js'
import type { World } from '../../world.js'
import { errorOf, inEntry, leave, refused, unchanged, type DraftChange } from '../decided.js'
import type { ServerOutlook, ServerOutlooks } from '../servers/server-outlook.js'
import { growthProblem } from '../volumes/volume-refusals.js'
import type { BlockCopy, BlockDecision } from './block-decision.js'
import { blockRuleDigest } from './rule-digests.js'

const bytesPerGiB = 2 ** 30

/**
 * Decides every rule with `method: blocks`, before the volumes: what these do depends on it. `held` are volumes for which
 * nothing is planned.
 */
export function decideBlocks(
  world: World,
  servers: ServerOutlooks,
  held: ReadonlySet<Address>,
): ReadonlyMap<Address, BlockDecision> {
  const rules = world.spec.syncs.filter(({ method }) => method === 'blocks')
  const writers = new Map(rules.flatMap(({ address, to }) => (to.kind === 'volume' ? [[to.volume, address]] : [])))
  const decide = (spec: SyncSpec): BlockDecision => {
    const ends = endsOf(world, servers, held, spec)
    if (!ends) return { ...leave(spec.address, 'one of its ends cannot be planned'), target: undefined }
    return decideRule(world, spec, ends, writers.get(ends.source.volume.address))
  }
  return new Map(rules.map((spec) => [spec.address, decide(spec)]))
}

interface End {
  readonly volume: VolumeSpec
  readonly server: ServerOutlook
  /** Undefined: made, or adopted, in this plan. */
  readonly live: LiveVolume | undefined
  /** Undefined: as large as the snapshot that it is made from. */
  readonly sizeGiB: number | undefined
}

interface Ends {
  readonly source: End
  readonly destination: End
}

function endsOf(
  world: World,
  servers: ServerOutlooks,
  held: ReadonlySet<Address>,
  { from, to }: SyncSpec,
): Ends | undefined {
  const [source, destination] = [from[0], to].map((end): End | undefined => {
    const volume = end?.kind === 'volume' ? world.volumes.get(end.volume) : undefined
    const server = volume?.server === undefined ? undefined : servers.get(volume.server)
    if (!volume || !server || held.has(volume.address)) return undefined
    const live = world.live.volumes.get(volume.address)
    const adopted = volume.volumeId === undefined ? undefined : world.live.volumesById.get(volume.volumeId)
    const sizes = [volume.sizeGiB, (live ?? adopted)?.sizeGiB].filter((size) => size !== undefined)
    return { volume, server, live, sizeGiB: sizes.length === 0 ? undefined : Math.max(...sizes) }
  })
  return source && destination && { source, destination }
}

/** `writer` is the rule that writes what this one reads. */
function decideRule(world: World, spec: SyncSpec, ends: Ends, writer: Address | undefined): BlockDecision {
  const { address } = spec
  const { source, destination } = ends
  const target = destination.volume.address
  const tag = recordTag(address)
  const rule = blockRuleDigest(spec)
  const [was, wasRule] = destination.live?.tags[tag]?.split(' ') ?? []
  if (was !== undefined && was !== unfinishedMark && wasRule === rule) {
    return {
      kind: 'keep',
      address,
      change: unchanged(address),
      problems: [],
      target,
      record: { [tag]: `${was} ${rule}` },
    }
  }
  const isOwn = was !== undefined
  const problem = sizeProblem(address, ends) ?? contentProblem(world, spec, destination, isOwn)
  if (problem) return { ...refused(address, [problem]), target }
  const closed = [source, destination].find(({ server }) => server.inside === 'closed')
  if (closed) return { ...leave(address, `${closed.server.address} is to be stopped`), target }
  const { hostsImpossible } = world.live.stack
  if (hostsImpossible !== undefined) {
    return { ...leave(address, hostsImpossible), target, impossible: ['copy-blocks'] }
  }

  const mayOverwrite = isOwn || spec.overwrite === true
  const isLarger =
    source.sizeGiB !== undefined && destination.sizeGiB !== undefined && destination.sizeGiB > source.sizeGiB
  const copy: BlockCopy = {
    source: { volume: source.volume.address, server: source.server.address },
    destination: { volume: target, server: destination.server.address },
    mayOverwrite,
    // A copy that was begun has nothing of worth below it any more.
    losesData: mayOverwrite && was !== unfinishedMark,
    grows: isLarger && destination.volume.fstype !== 'raw',
    compress: spec.compress,
    rule,
    after: writer,
  }
  const wasThere = world.live.ledger.has(address) && world.live.ledger.has(target)
  const isLost = !destination.live && wasThere
  const kind = isOwn ? 'update' : 'create'
  const diffs = copyDiffs(spec, ends, isLost ? 'drift' : 'pending')
  const change: DraftChange = { address, kind, reason: reasonOf(was, isLost), diffs }
  return { kind, address, change, problems: [], copy }
}

function reasonOf(was: string | undefined, isLost: boolean): string {
  if (was === unfinishedMark) return 'its last copy was not finished'
  return was === undefined ? reasonForCreate(isLost) : 'the rule has changed'
}

function copyDiffs(spec: SyncSpec, { source, destination }: Ends, cause: Diff['cause']): readonly Diff[] {
  return sortedDiffs(
    createDiffs(
      {
        from: source.volume.address,
        to: destination.volume.address,
        method: spec.method,
        overwrite: spec.overwrite,
        compress: spec.compress ? true : undefined,
        bytes: source.sizeGiB === undefined ? undefined : source.sizeGiB * bytesPerGiB,
      },
      cause,
    ),
  )
}

function sizeProblem(rule: Address, { source, destination }: Ends): Problem | undefined {
  if (source.sizeGiB === undefined || destination.sizeGiB === undefined) return undefined
  const { volume, server } = destination
  if (destination.sizeGiB < source.sizeGiB) {
    const message = `${rule}: ${volume.address} has ${destination.sizeGiB} GiB, too few for the ${source.sizeGiB} GiB of ${source.volume.address}`
    return inEntry(errorOf(rule, 'PLAN_COPY_NO_ROOM', message, `write size: ${source.sizeGiB} or more`), 'to')
  }
  if (volume.fstype === 'raw') return undefined
  return growthProblem({ ...volume, address: rule }, server, source.sizeGiB, source.volume.address)
}

/**
 * What may be written to without `overwrite`: a volume that this rule wrote, or began to write; one that is made blank
 * in this plan; and one that this stack made blank, on which no apply has made a filesystem and no probe found anything.
 * The copy itself looks at every byte of the last two before it writes.
 */
function contentProblem(
  world: World,
  { address, overwrite }: SyncSpec,
  { volume, live }: End,
  isOwn: boolean,
): Problem | undefined {
  if (isOwn || overwrite === true) return undefined
  const what = foreignContent(world, volume, live)
  if (what === undefined) return undefined
  return errorOf(
    address,
    'PLAN_COPY_OVERWRITES',
    `${address}: ${volume.address} ${what}, which this rule did not write`,
    'take a new volume; or say `overwrite: true` in the rule to give up what is on this one',
  )
}

function foreignContent(world: World, volume: VolumeSpec, live: LiveVolume | undefined): string | undefined {
  if (!live) {
    const { address, volumeId, snapshot, reuse } = volume
    const isReused = reuse && (world.live.retained.has(address) || world.live.snapshots.has(address))
    if (volumeId !== undefined) return `is ${volumeId}, whatever is on it`
    return snapshot || isReused ? 'comes from a snapshot, or was kept from before' : undefined
  }
  const { content } = probedContent(world, live)
  if (content)
    return `(${live.id}) holds ${content.fstype}${content.label === undefined ? '' : ` labelled ${content.label}`}`
  const origin = live.tags[tagKeys.origin]
  if (origin !== 'blank') return `(${live.id}) was not made blank (origin: ${origin ?? 'unknown'})`
  const fs = parseApplied(live.tags[tagKeys.applied])?.fs
  return fs === undefined || fs === world.digest('raw') ? undefined : `(${live.id}) was given a filesystem`
}
