import { count, formatBytes } from '../core/units.js'
import { parseAddress, type Address } from '../model/address.js'
import type { ArchiveSpec } from '../model/stack-spec.js'
import { archiveSizeGiB } from './archive-size.js'
import { addLeftoverRemoval, addPruning, addVersion } from './archive-steps.js'
import { archiveVersions, prunableVersions, sourceWord, type ArchiveVersions } from './archive-versions.js'
import type { Diff } from '../model/change.js'
import { createDiffs, removedDiff, sortedDiffs } from './compare/comparison.js'
import { imageKey, type LiveSnapshot, type LiveTemporary, type TreeFacts } from '../model/live-stack.js'
import type { DraftChange } from './decide/decided.js'
import { recordChange, refuse, warn, type Planning } from './planning.js'
import { reasonForRemoval } from './compare/reasons.js'
import { imageOf, subnetOf } from './decide/servers/server-properties.js'
import { serverZone } from './decide/servers/server-zone.js'
import { snapshotVersion } from '../model/snapshot-version.js'
import { tagKeys } from '../model/tags.js'

/**
 * Plans a new version of every archive whose directory is not what its newest version holds, the end of versions that
 * are kept no longer, and of what a run that was cut off left behind. Versions of archives that leave the file stay.
 */
export function planArchives(planning: Planning): void {
  const leftovers = leftoversOf(planning)
  for (const spec of planning.spec.archives) {
    if (planning.blocked.has(spec.address)) continue
    const change = planArchive(planning, spec)
    const found = leftovers.get(spec.address)
    recordChange(planning, found ? withLeftovers(change) : change)
  }
  const named = new Set(planning.spec.archives.map(({ address }) => address))
  for (const address of planning.live.ledger) {
    if (parseAddress(address)?.kind === 'archive' && !named.has(address)) planForgotten(planning, address)
  }
  for (const address of leftovers.keys()) {
    if (named.has(address) || planning.changes.has(address)) continue
    recordChange(planning, { address, kind: 'remove', reason: leftoverReason, diffs: [removedDiff] })
  }
}

const leftoverReason = 'a run that was cut off left a temporary server or volume behind'

function leftoversOf(planning: Planning): ReadonlyMap<Address, readonly LiveTemporary[]> {
  const groups = new Map<Address, LiveTemporary[]>()
  for (const found of planning.live.stack.temporaries ?? []) {
    const group = groups.get(found.address)
    if (group) group.push(found)
    else groups.set(found.address, [found])
  }
  for (const [address, found] of groups) addLeftoverRemoval(planning, address, found)
  return groups
}

function withLeftovers(change: DraftChange): DraftChange {
  if (change.kind !== 'none') return { ...change, reason: `${change.reason}; ${leftoverReason}` }
  const diff: Diff = { path: 'temporary', before: 'left behind', after: 'removed', cause: 'drift' }
  return { ...change, kind: 'update', reason: leftoverReason, diffs: [diff] }
}

function planArchive(planning: Planning, spec: ArchiveSpec): DraftChange {
  const { address } = spec
  const nothing = (reason: string): DraftChange => ({ address, kind: 'none', reason, diffs: [] })
  const facts = planning.live.stack.archives?.[address]
  if (facts?.kind !== 'read') {
    const reason = facts?.reason ?? 'its directory was not read'
    planning.unread.set(address, reason)
    warn(planning, address, 'PLAN_UNREADABLE', `the directory of ${address} could not be read: ${reason}`)
    return nothing(`its directory could not be read: ${reason}`)
  }
  const versions = archiveVersions(planning, address)
  const source = sourceWord(spec, facts)
  const [newest] = versions.completed
  if (newest?.tags[tagKeys.source] === source) return planPruning(planning, spec, versions)
  const underWay = versions.pending.find(({ tags }) => tags[tagKeys.source] === source)
  if (underWay) return nothing(`version ${snapshotVersion(underWay)} is being completed (${underWay.id})`)
  const { hostsImpossible } = planning.live.stack
  if (hostsImpossible !== undefined) return nothing(hostsImpossible)
  return planVersion(planning, spec, versions, facts, source)
}

/** The directory is as in the newest version: at most some old ones go. */
function planPruning(planning: Planning, spec: ArchiveSpec, versions: ArchiveVersions): DraftChange {
  const { address } = spec
  const prunable = prunableVersions(planning, spec, versions, 0)
  if (prunable.length === 0) return { address, kind: 'none', reason: '', diffs: [] }
  addPruning(planning, spec, prunable)
  const reason = `the file keeps ${count(spec.keep ?? 0, 'version')}`
  return { address, kind: 'update', reason, diffs: [prunedDiff(prunable)] }
}

function planVersion(
  planning: Planning,
  spec: ArchiveSpec,
  versions: ArchiveVersions,
  tree: TreeFacts,
  source: string,
): DraftChange {
  const { address } = spec
  const place = placeOf(planning, spec)
  if (typeof place !== 'string') return { address, kind: 'none', reason: place.refused, diffs: [] }
  const [newest] = versions.completed
  const base = newest?.tags[tagKeys.fstype] === spec.fstype ? newest : undefined
  const sizeGiB = Math.max(base?.sizeGiB ?? 1, archiveSizeGiB(tree, spec.slackPercent))
  const number = versions.next
  addVersion(planning, spec, { number, source, tree, sizeGiB, zone: place, base })
  const prunable = prunableVersions(planning, spec, versions, 1)
  addPruning(planning, spec, prunable)
  const files = `${count(tree.files, 'file')}, ${formatBytes(tree.bytes)}`
  if (!newest) {
    const diffs = createDiffs(
      { from: spec.from, version: number, files, fstype: spec.fstype, size: sizeGiB },
      'pending',
    )
    return { address, kind: 'create', reason: 'no version of it is there yet', diffs }
  }
  const before = snapshotVersion(newest)
  const diffs: Diff[] = [
    { path: 'version', before, after: number, cause: 'pending' },
    { path: 'files', before: null, after: files, cause: 'pending' },
  ]
  if (sizeGiB !== newest.sizeGiB) diffs.push({ path: 'size', before: newest.sizeGiB, after: sizeGiB, cause: 'pending' })
  if (!base) {
    const fstype = newest.tags[tagKeys.fstype] ?? null
    diffs.push({ path: 'fstype', before: fstype, after: spec.fstype, cause: 'pending' })
  }
  if (prunable.length > 0) diffs.push(prunedDiff(prunable))
  const reason = `${spec.from} is not what version ${before} holds`
  return { address, kind: 'update', reason, diffs: sortedDiffs(diffs) }
}

/** The zone in which a version can be made; else what keeps it from being made, told as an error. */
function placeOf(planning: Planning, { address, server }: ArchiveSpec): string | { readonly refused: string } {
  const refused = (code: Parameters<typeof refuse>[2], message: string) => {
    refuse(planning, address, code, message)
    return { refused: message }
  }
  if (!imageOf(planning, server)) {
    return refused('PLAN_IMAGE_NOT_FOUND', `no image is ${imageKey(server.image)}, which the file names for ${address}`)
  }
  if (server.subnet && !subnetOf(planning, server)) {
    return refused('PLAN_SUBNET_NOT_FOUND', `no subnet fits what the file says of ${address}`)
  }
  const held = [server.keyPair, ...server.securityGroups].find((other) => planning.blocked.has(other))
  if (held !== undefined) return { refused: `${held} cannot be planned` }
  return (
    serverZone(planning, server, undefined, []) ??
    refused('PLAN_ZONE_NOT_FOUND', `no zone of ${planning.live.stack.region} is available`)
  )
}

/** The entry is out of the file, or everything goes: what it made is data, and stays. */
function planForgotten(planning: Planning, address: Address): void {
  const { completed } = archiveVersions(planning, address)
  const kept =
    completed.length === 0 ? 'it has no versions' : `its ${count(completed.length, 'version')} stay as snapshots`
  const reason = `${reasonForRemoval(planning.destroying !== undefined)}; ${kept}`
  recordChange(planning, { address, kind: 'remove', reason, diffs: [removedDiff] })
}

function prunedDiff(versions: readonly LiveSnapshot[]): Diff {
  const numbers = versions.map((version) => String(snapshotVersion(version)))
  return { path: 'versions', before: numbers, after: null, cause: 'pending' }
}
