import { count, formatBytes } from '../../../core/units.js'
import { parseAddress, type Address } from '../../../model/address.js'
import type { Diff } from '../../../model/change.js'
import { type LiveTemporary, type TreeFacts } from '../../../model/kinds/archive.js'
import { type LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import { imageKey } from '../../../model/launch/image.js'
import { snapshotVersion } from '../../../model/snapshot-version.js'
import type { Problem } from '../../../model/plan-problem.js'
import type { ArchiveSpec } from '../../../model/kinds/archive.js'
import { tagKeys } from '../../../model/tags.js'
import { createDiffs, removedDiff, sortedDiffs } from '../../compare/comparison.js'
import { reasonForRemoval } from '../../compare/reasons.js'
import { launchProblems, noZone } from '../servers/placement.js'
import { imageOf, subnetOf } from '../servers/server-properties.js'
import { serverZone } from '../servers/server-zone.js'
import type { World } from '../../world.js'
import { leave, refuse, refused, unchanged, warningOf, type DraftChange } from '../decided.js'
import { missingSource } from '../copies/missing-source.js'
import { namedSnapshots } from '../snapshots/named-snapshots.js'
import type { ArchiveDecision, LeaveArchive, NewVersion, RefuseArchive, VersionPlace } from './archive-decision.js'
import { archiveSizeGiB } from './archive-size.js'
import { archiveVersions, prunableVersions, sourceWord, type ArchiveVersions } from './archive-versions.js'

/** What is decided from beside the world. */
interface Surroundings {
  readonly world: World
  /** Addresses for which nothing is planned: archives, and the keys and groups that they need. */
  readonly held: ReadonlySet<Address>
  readonly isNamed: (snapshot: LiveSnapshot) => boolean
}

/**
 * Decides a new version of every archive whose directory is not what its newest version holds, the end of versions that
 * are kept no longer, and of what a run that was cut off left behind. Versions of archives that leave the file stay.
 */
export function decideArchives(world: World, held: ReadonlySet<Address>): ReadonlyMap<Address, ArchiveDecision> {
  const around: Surroundings = { world, held, isNamed: namedSnapshots(world.spec) }
  const leftovers = leftoversOf(world)
  const named = new Set(world.spec.archives.map(({ address }) => address))
  const forgotten = [...world.live.ledger].filter(
    (address) => parseAddress(address)?.kind === 'archive' && !named.has(address) && !held.has(address),
  )
  const known = new Set([...named, ...forgotten])
  const decisions = [
    ...world.spec.archives
      .filter(({ address }) => !held.has(address))
      .map((spec) => withLeftovers(decideArchive(around, spec), leftovers.get(spec.address))),
    ...forgotten.map((address) => decideForgotten(world, address, leftovers.get(address) ?? [])),
    ...[...leftovers]
      .filter(([address]) => !known.has(address) && !held.has(address))
      .map(([address, found]) => rid(address, found)),
  ]
  return new Map(decisions.map((decision) => [decision.address, decision]))
}

const leftoverReason = 'a run that was cut off left a temporary server or volume behind'

function leftoversOf({ live }: World): ReadonlyMap<Address, readonly LiveTemporary[]> {
  const groups = new Map<Address, LiveTemporary[]>()
  for (const found of live.stack.temporaries ?? []) {
    const group = groups.get(found.address)
    if (group) group.push(found)
    else groups.set(found.address, [found])
  }
  return groups
}

/** The decision with what goes first; what would be kept as it is has that to be done. */
function withLeftovers(decision: ArchiveDecision, leftovers: readonly LiveTemporary[] | undefined): ArchiveDecision {
  if (!leftovers) return decision
  const { change } = decision
  const diff: Diff = { path: 'temporary', before: 'left behind', after: 'removed', cause: 'drift' }
  const told: DraftChange =
    change.kind === 'none'
      ? { ...change, kind: 'update', reason: leftoverReason, diffs: [diff] }
      : { ...change, reason: `${change.reason}; ${leftoverReason}` }
  if (decision.kind !== 'keep') return { ...decision, change: told, leftovers }
  return { ...decision, kind: 'update', change: told, version: undefined, pruned: [], leftovers }
}

function rid(address: Address, leftovers: readonly LiveTemporary[]): ArchiveDecision {
  const change = { address, kind: 'remove', reason: leftoverReason, diffs: [removedDiff] } as const
  return { kind: 'remove', address, change, problems: [], leftovers }
}

function decideArchive(around: Surroundings, spec: ArchiveSpec): ArchiveDecision {
  const { world } = around
  const { address } = spec
  const keep = (reason: string) =>
    ({ kind: 'keep', address, change: unchanged(address, reason), problems: [] }) as const
  const facts = world.live.stack.archives?.[address]
  if (facts?.kind === 'unreadable' && facts.isMissing) return { ...missingSource(address, facts.reason), leftovers: [] }
  if (facts?.kind !== 'read') {
    const reason = facts?.reason ?? 'its directory was not read'
    const message = `the directory of ${address} could not be read: ${reason}`
    const warning = warningOf(address, 'PLAN_UNREADABLE', message)
    const left = leave(address, `its directory could not be read: ${reason}`, [warning])
    return { ...left, unread: new Map([[address, reason]]), leftovers: [] }
  }
  const versions = archiveVersions(world, address)
  const source = sourceWord(spec, facts)
  const [newest] = versions.completed
  if (newest?.tags[tagKeys.source] === source) {
    const pruned = prunableVersions(spec, versions, 0, around.isNamed)
    if (pruned.length === 0) return keep('')
    const reason = `the file keeps ${count(spec.keep ?? 0, 'version')}`
    const change = { address, kind: 'update', reason, diffs: [prunedDiff(pruned)] } as const
    return { kind: 'update', address, change, problems: [], version: undefined, pruned, leftovers: [] }
  }
  const underWay = versions.pending.find(({ tags }) => tags[tagKeys.source] === source)
  if (underWay) return keep(`version ${snapshotVersion(underWay)} is being completed (${underWay.id})`)
  const { hostsImpossible } = world.live.stack
  if (hostsImpossible !== undefined) return left({ ...leave(address, hostsImpossible), impossible: ['copy-files'] })
  const place = placeOf(around, spec)
  return 'kind' in place ? place : decideVersion(around, spec, versions, facts, source, place)
}

function decideVersion(
  { isNamed }: Surroundings,
  spec: ArchiveSpec,
  versions: ArchiveVersions,
  tree: TreeFacts,
  source: string,
  place: VersionPlace,
): ArchiveDecision {
  const { address } = spec
  const [newest] = versions.completed
  const base = newest?.tags[tagKeys.fstype] === spec.fstype ? newest : undefined
  const sizeGiB = Math.max(base?.sizeGiB ?? 1, archiveSizeGiB(tree, spec.slackPercent))
  const version: NewVersion = { spec, number: versions.next, source, tree, sizeGiB, place, base }
  const pruned = prunableVersions(spec, versions, 1, isNamed)
  const work = { address, problems: [], version, pruned, leftovers: [] } as const
  const files = `${count(tree.files, 'file')}, ${formatBytes(tree.bytes)}`
  if (!newest) {
    const wanted = { from: spec.from, version: version.number, files, fstype: spec.fstype, size: sizeGiB }
    const reason = 'no version of it is there yet'
    return {
      kind: 'create',
      ...work,
      change: { address, kind: 'create', reason, diffs: createDiffs(wanted, 'pending') },
    }
  }
  const before = snapshotVersion(newest)
  const diffs: Diff[] = [
    { path: 'version', before, after: version.number, cause: 'pending' },
    { path: 'files', before: null, after: files, cause: 'pending' },
  ]
  if (sizeGiB !== newest.sizeGiB) diffs.push({ path: 'size', before: newest.sizeGiB, after: sizeGiB, cause: 'pending' })
  if (!base) {
    const fstype = newest.tags[tagKeys.fstype] ?? null
    diffs.push({ path: 'fstype', before: fstype, after: spec.fstype, cause: 'pending' })
  }
  if (pruned.length > 0) diffs.push(prunedDiff(pruned))
  const reason = `${spec.from} is not what version ${before} holds`
  return { kind: 'update', ...work, change: { address, kind: 'update', reason, diffs: sortedDiffs(diffs) } }
}

/** Where a version can be made; else what keeps it from being made. */
function placeOf(
  { world, held }: Surroundings,
  { address, server }: ArchiveSpec,
): VersionPlace | LeaveArchive | RefuseArchive {
  const image = imageOf(world, server)
  if (!image) {
    const message = `no image is ${imageKey(server.image)}, which the file names for ${address}`
    return left(refuse(address, 'PLAN_IMAGE_NOT_FOUND', message))
  }
  const subnet = subnetOf(world, server)
  if (server.subnet && !subnet) {
    return left(refuse(address, 'PLAN_SUBNET_NOT_FOUND', `no subnet fits what the file says of ${address}`))
  }
  const missing = [server.keyPair, ...server.securityGroups].find((other) => held.has(other))
  if (missing !== undefined) return left(leave(address, `${missing} cannot be planned`))
  const zone = serverZone(world, server, undefined, [])
  if (zone === undefined) {
    return left(refused(address, [inServer(noZone(world, server))]))
  }
  const problems = launchProblems(world, server, { image, subnet, zone })
  if (problems.length > 0) return left(refused(address, problems.map(inServer)))
  return { zone, image, subnet }
}

/** What stands under `server` in the archive's entry. */
function inServer(problem: Problem): Problem {
  return problem.path ? { ...problem, path: ['server', ...problem.path] } : problem
}

function left<D extends object>(decision: D): D & { readonly leftovers: readonly LiveTemporary[] } {
  return { ...decision, leftovers: [] }
}

/** The entry is out of the file, or everything goes: what it made is data, and stays. */
function decideForgotten(world: World, address: Address, leftovers: readonly LiveTemporary[]): ArchiveDecision {
  const { completed } = archiveVersions(world, address)
  const kept =
    completed.length === 0 ? 'it has no versions' : `its ${count(completed.length, 'version')} stay as snapshots`
  const reason = `${reasonForRemoval(world.destroying !== undefined)}; ${kept}`
  const change = { address, kind: 'remove', reason, diffs: [removedDiff] } as const
  return { kind: 'remove', address, change, problems: [], leftovers }
}

function prunedDiff(versions: readonly LiveSnapshot[]): Diff {
  const numbers = versions.map((version) => String(snapshotVersion(version)))
  return { path: 'versions', before: numbers, after: null, cause: 'pending' }
}
