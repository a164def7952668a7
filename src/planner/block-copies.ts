import { digestOf } from '../core/digest.js'
import type { SyncSpec, VolumeSpec } from '../model/stack-spec.js'
import { parseApplied } from '../model/applied.js'
import type { Diff } from '../model/change.js'
import { createDiffs, sortedDiffs } from './compare/comparison.js'
import type { LiveVolume } from '../model/live-stack.js'
import { recordChange, refuse, type Planning } from './planning.js'
import { reasonForCreate } from './compare/reasons.js'
import type { ServerOutlook } from './decide/servers/server-outlook.js'
import { insideOf } from './snapshot-tags.js'
import { stepId } from '../model/step-id.js'
import type { StepId } from '../model/step.js'
import { recordTag } from './sync-steps.js'
import { tagKeys } from '../model/tags.js'
import { growthProblem } from './decide/volumes/volume-refusals.js'

const bytesPerGiB = 2 ** 30

/** What stands in the record in place of the source's digest from the first byte that is written to the last. */
export const unfinishedMark = 'copying'

/** Plans every rule with `method: blocks`. Comes before the volumes are planned: theirs depends on it. */
export function planBlockCopies(planning: Planning): void {
  for (const spec of planning.spec.syncs) {
    if (spec.method !== 'blocks') continue
    const ends = endsOf(planning, spec)
    if (ends) planBlockCopy(planning, spec, ends)
    else recordNone(planning, spec, 'one of its ends cannot be planned')
  }
  orderChains(planning)
}

interface End {
  readonly volume: VolumeSpec
  readonly fate: ServerOutlook
  /** Undefined: made, or adopted, in this plan. */
  readonly live: LiveVolume | undefined
  /** Undefined: as large as the snapshot that it is made from. */
  readonly sizeGiB: number | undefined
}

interface Ends {
  readonly source: End
  readonly destination: End
}

function endsOf(planning: Planning, { from, to }: SyncSpec): Ends | undefined {
  const [source, destination] = [from[0], to].map((end): End | undefined => {
    const volume = end?.kind === 'volume' ? planning.volumes.get(end.volume) : undefined
    const fate = volume?.server === undefined ? undefined : planning.fates.get(volume.server)
    if (!volume || !fate || planning.blocked.has(volume.address)) return undefined
    const live = planning.live.volumes.get(volume.address)
    const adopted = volume.volumeId === undefined ? undefined : planning.live.volumesById.get(volume.volumeId)
    const sizes = [volume.sizeGiB, (live ?? adopted)?.sizeGiB].filter((size) => size !== undefined)
    return { volume, fate, live, sizeGiB: sizes.length === 0 ? undefined : Math.max(...sizes) }
  })
  return source && destination && { source, destination }
}

function planBlockCopy(planning: Planning, spec: SyncSpec, ends: Ends): void {
  const { address } = spec
  const { source, destination } = ends
  const target = destination.volume.address
  const rule = blockRuleDigest(spec)
  const [was, wasRule] = destination.live?.tags[recordTag(address)]?.split(' ') ?? []
  const fill = (state: 'due' | 'done' | 'waiting') => planning.copies.filled.set(target, { sync: address, state })
  if (was !== undefined && was !== unfinishedMark && wasRule === rule) {
    fill('done')
    // Should another volume take its place, the content comes along.
    planning.copies.records.set(target, { [recordTag(address)]: `${was} ${rule}` })
    return recordNone(planning, spec, '')
  }
  const isOwn = was !== undefined
  fill('waiting')
  if (refusesSize(planning, spec, ends) || refusesContent(planning, spec, destination, isOwn)) {
    const problem = planning.problems.find((known) => known.address === address)
    return recordNone(planning, spec, problem?.message ?? '')
  }
  const { hostsImpossible } = planning.live.stack
  const closed = [source, destination].find(({ fate }) => fate.inside === 'closed')
  if (closed) return recordNone(planning, spec, `${closed.fate.address} is to be stopped`)
  if (hostsImpossible !== undefined) return recordNone(planning, spec, hostsImpossible)

  fill('due')
  const step = addCopy(planning, spec, ends, rule, isOwn)
  for (const { volume } of [source, destination]) {
    const { resting } = planning.copies
    resting.set(volume.address, [...(resting.get(volume.address) ?? []), step])
  }
  const grows =
    source.sizeGiB !== undefined && destination.sizeGiB !== undefined && destination.sizeGiB > source.sizeGiB
  if (grows && destination.volume.fstype !== 'raw') planning.copies.growing.add(target)

  const wasThere = planning.live.ledger.has(address)
  const isLost = !destination.live && wasThere && planning.live.ledger.has(target)
  const cause: Diff['cause'] = isLost ? 'drift' : 'pending'
  recordChange(planning, {
    address,
    kind: isOwn ? 'update' : 'create',
    reason:
      was === unfinishedMark
        ? 'its last copy was not finished'
        : isOwn
          ? 'the rule has changed'
          : reasonForCreate(isLost),
    diffs: sortedDiffs(
      createDiffs(
        {
          from: source.volume.address,
          to: target,
          method: spec.method,
          overwrite: spec.overwrite,
          compress: spec.compress ? true : undefined,
          bytes: source.sizeGiB === undefined ? undefined : source.sizeGiB * bytesPerGiB,
        },
        cause,
      ),
    ),
  })
}

/** What must be over before a device is read or written: it is there as the file says, and nothing uses it. */
function arrival({ volume: { address }, fate }: End): readonly StepId[] {
  const kinds = ['attach-volume', 'adopt-volume', 'modify-volume', 'unmount-volume', 'make-filesystem'] as const
  return [stepId('connect-host', fate.address), ...kinds.map((kind) => stepId(kind, address))]
}

function addCopy(planning: Planning, spec: SyncSpec, { source, destination }: Ends, rule: string, isOwn: boolean) {
  const end = ({ volume, fate }: End) => ({ volume: volume.address, server: fate.address })
  const mayOverwrite = isOwn || spec.overwrite === true
  // A copy that was begun has nothing of worth below it any more.
  const isBegun = destination.live?.tags[recordTag(spec.address)]?.startsWith(`${unfinishedMark} `) === true
  return planning.steps.add(
    'copy-blocks',
    spec.address,
    {
      source: end(source),
      destination: end(destination),
      mayOverwrite,
      compress: spec.compress,
      tag: recordTag(spec.address),
      rule,
    },
    {
      needs: [...arrival(source), ...arrival(destination)],
      impact: mayOverwrite && !isBegun ? 'data-loss' : 'none',
    },
  )
}

/** A volume that is written by one rule and read by another is written first. */
function orderChains(planning: Planning): void {
  for (const spec of planning.spec.syncs) {
    const step = stepId('copy-blocks', spec.address)
    const [from] = spec.from
    const before = from?.kind === 'volume' ? planning.copies.filled.get(from.volume) : undefined
    if (before && planning.steps.has(step)) planning.steps.addNeeds(step, [stepId('copy-blocks', before.sync)])
  }
}

function refusesSize(planning: Planning, spec: SyncSpec, { source, destination }: Ends): boolean {
  if (source.sizeGiB === undefined || destination.sizeGiB === undefined) return false
  const { address } = destination.volume
  if (destination.sizeGiB < source.sizeGiB) {
    const message = `${spec.address}: ${address} has ${destination.sizeGiB} GiB, too few for the ${source.sizeGiB} GiB of ${source.volume.address}`
    const hint = `write size: ${source.sizeGiB} or more`
    refuse(planning, spec.address, 'PLAN_COPY_NO_ROOM', message, hint)
    return true
  }
  if (destination.volume.fstype === 'raw') return false
  const problem = growthProblem(
    { ...destination.volume, address: spec.address },
    destination.fate,
    source.sizeGiB,
    source.volume.address,
  )
  if (!problem) return false
  planning.blocked.add(spec.address)
  planning.problems.push(problem)
  return true
}

/**
 * What may be written to without `overwrite`: a volume that this rule wrote, or began to write; one that is made blank
 * in this plan; and one that this stack made blank, on which no apply has made a filesystem and no probe found anything.
 * The copy itself looks at every byte of the last two before it writes.
 */
function refusesContent(planning: Planning, spec: SyncSpec, { volume, live }: End, isOwn: boolean): boolean {
  if (isOwn || spec.overwrite === true) return false
  const what = foreignContent(planning, volume, live)
  if (what === undefined) return false
  refuse(
    planning,
    spec.address,
    'PLAN_COPY_OVERWRITES',
    `${spec.address}: ${volume.address} ${what}, which this rule did not write`,
    'take a new volume; or say `overwrite: true` in the rule to give up what is on this one',
  )
  return true
}

function foreignContent(planning: Planning, volume: VolumeSpec, live: LiveVolume | undefined): string | undefined {
  if (!live) {
    const { address, volumeId, snapshot, reuse } = volume
    const isReused = reuse && (planning.live.retained.has(address) || planning.live.snapshots.has(address))
    if (volumeId !== undefined) return `is ${volumeId}, whatever is on it`
    return snapshot || isReused ? 'comes from a snapshot, or was kept from before' : undefined
  }
  const { content } = insideOf(planning, live)
  if (content)
    return `(${live.id}) holds ${content.fstype}${content.label === undefined ? '' : ` labelled ${content.label}`}`
  const origin = live.tags[tagKeys.origin]
  if (origin !== 'blank') return `(${live.id}) was not made blank (origin: ${origin ?? 'unknown'})`
  const fs = parseApplied(live.tags[tagKeys.applied])?.fs
  return fs === undefined || fs === planning.digest('raw') ? undefined : `(${live.id}) was given a filesystem`
}

/** Only what is copied to where: an option that says how does not make it another copy. */
export function blockRuleDigest({ from, to, method }: SyncSpec): string {
  return digestOf({ from, to, method }, 8)
}

function recordNone(planning: Planning, { address }: SyncSpec, reason: string): void {
  recordChange(planning, { address, kind: 'none', reason, diffs: [] })
}
