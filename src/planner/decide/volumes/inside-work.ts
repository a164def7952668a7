import { swapPath, type MountSpec, type VolumeSpec } from '../../../model/kinds/volume.js'
import type { Address } from '../../../model/address.js'
import { parseApplied, pickApplied, type AppliedKey, type AppliedRecord } from '../../../model/applied.js'
import type { Diff } from '../../../model/change.js'
import { fstabOptions, fstabText } from '../../../model/inside/fstab-line.js'
import { fstypeFromBlkid } from '../../../model/inside/fstype.js'
import { type FstabLine } from '../../../model/inside/host-facts.js'
import { type LiveVolume } from '../../../model/kinds/volume.js'
import type { Problem } from '../../../model/plan-problem.js'
import { tagKeys } from '../../../model/tags.js'
import { causeOf, recordOf } from '../../compare/comparison.js'
import type { World } from '../../world.js'
import { warningOf } from '../decided.js'
import type { ServerOutlook } from '../servers/server-outlook.js'
import { contentProblem } from './differences/content-problem.js'
import { identityDifferences } from './differences/identity-differences.js'
import { filledView, insideView, type InsideView } from './inside-view.js'
import { hiddenProblem, unhide } from './hidden-mount.js'
import { mountDifferences, type MountDifferences } from './differences/mount-differences.js'
import { isAttached, mountedInside } from './release.js'
import type { InsideWork } from './volume-decision.js'
import type { VolumeInputs } from './volume-inputs.js'
import { insideKeys, insideWords } from './volume-properties.js'

/** A volume on the server that the file names for it. */
export interface InsideInput {
  readonly spec: VolumeSpec
  readonly server: ServerOutlook
  /** Undefined: made in this plan. */
  readonly live: LiveVolume | undefined
  /** `blank`, `adopted` or a snapshot's id. */
  readonly origin: string
  /** It is attached to this server in this plan. */
  readonly arrives: boolean
  /** Its device becomes larger than the filesystem on it. */
  readonly grows: boolean
  /** The volume inside which this one is mounted, where that one is unmounted in the plan. */
  readonly displacedBy: Address | undefined
}

export interface InsideFindings {
  /** Undefined: nothing can be done there in this plan. */
  readonly work: InsideWork | undefined
  readonly diffs: readonly Diff<'volume'>[]
  /** The part of the applied tag that tells of the inside, once all steps are done. */
  readonly record: AppliedRecord
  /** The volume inside which it is mounted, where it leaves its mount because that one is unmounted. */
  readonly displacedBy: Address | undefined
  readonly problems: readonly Problem[]
  readonly unread: ReadonlyMap<Address, string>
}

/** Decides what happens inside a server for one of its volumes: make, mount, grow, fstab. */
export function decideInside({ world, copies }: VolumeInputs, input: InsideInput): InsideFindings {
  const { spec, server, live, arrives } = input
  const applied = live && parseApplied(live.tags[tagKeys.applied])
  const kept = pickApplied(applied, insideKeys)
  const nothing = { work: undefined, diffs: [], record: kept, displacedBy: undefined, problems: [], unread: nobody }
  if (server.inside === 'closed') return { ...nothing, problems: closedProblems(world, input, applied) }
  const unread = unreadServer(spec, server)
  const filled = copies.filled.get(spec.address)
  if (filled?.state === 'waiting') return { ...nothing, unread }
  const seen = insideView(world.digest, input, applied)
  const view = filled ? filledView(seen, filled.state) : seen
  const isResting = (copies.resting.get(spec.address) ?? []).length > 0
  const context: Context = { world, input, applied, view, isResting }
  const filesystem = decideFilesystem(context)
  const mount = spec.mount ? decideMount(context, spec.mount) : decideNoMount(context)
  const growth = decideGrowth(context, input.grows || copies.growing.has(spec.address))
  const work = { server: server.address, fstype: spec.fstype, ...filesystem.work, ...mount.work, ...growth.work }
  // Its steps are told as what is not possible here; nothing of it is known to differ.
  if (server.inside === 'impossible' && !arrives) return { ...nothing, work }
  const isRecorded = server.inside !== 'impossible' && (view.isWanted || spec.mount !== undefined)
  // What comes from a copy has the label and UUID of its source.
  const isCopied = filled !== undefined || copies.records.has(spec.address)
  const identity = isCopied || arrives ? [] : identityDifferences(world.digest, spec, view, applied)
  return {
    work,
    diffs: [...filesystem.diffs, ...identity, ...mount.diffs, ...growth.diffs],
    record: isRecorded ? withoutLeft(recordOf(world.digest, insideWords(spec)), kept, identity) : kept,
    displacedBy: mount.isDisplaced ? input.displacedBy : undefined,
    problems: [...filesystem.problems, ...mount.problems],
    unread,
  }
}

const nobody: ReadonlyMap<Address, string> = new Map()

/** The record, with what it said before of what this plan does not bring about. */
function withoutLeft(record: AppliedRecord, kept: AppliedRecord, left: readonly Diff<'volume'>[]): AppliedRecord {
  const keys = left.map(({ path }) => path as AppliedKey)
  const others = Object.fromEntries(Object.entries(record).filter(([key]) => !keys.some((one) => one === key)))
  return { ...others, ...pickApplied(kept, keys) }
}

/** What every part of the decision looks at. */
interface Context {
  readonly world: World
  readonly input: InsideInput
  readonly applied: AppliedRecord | undefined
  readonly view: InsideView
  /** Its blocks are copied in the plan, so that it must rest meanwhile. */
  readonly isResting: boolean
}

interface Part<W> {
  readonly work: W
  readonly diffs: readonly Diff<'volume'>[]
}

function decideFilesystem(
  context: Context,
): Part<Pick<InsideWork, 'format'>> & { readonly problems: readonly Problem[] } {
  const { input, view } = context
  const { spec, live } = input
  const { label, uuid, fstype } = spec
  const differs = (before: string | null) => [diffOf(context, 'filesystem', 'fs', fstype, before, fstype)]
  const staying = (before: string | null, { hint = '' }: Problem) =>
    differs(before).map((diff) => ({ ...diff, left: hint }))
  const work = view.formats ? { format: { label, uuid, isUsed: spec.mount !== undefined } } : {}
  if (view.found !== undefined && !view.isWanted && !view.formats) {
    const problem = contentProblem(input, context.applied, view.found, view.isRenamed)
    return { work, diffs: staying(view.found.fstype, problem), problems: [problem] }
  }
  if (view.found === undefined && view.isRenamed) {
    const problem = contentProblem(input, context.applied, undefined, true)
    return { work, diffs: staying('(as last applied)', problem), problems: [problem] }
  }
  return { work, diffs: view.formats && live ? differs(null) : [], problems: [] }
}

interface MountPart extends Part<Pick<InsideWork, 'unmount' | 'mount' | 'fstab'>> {
  readonly isDisplaced: boolean
  readonly problems: readonly Problem[]
}

function decideMount(context: Context, mount: MountSpec): MountPart {
  const { world, input, view } = context
  const { server, live, arrives } = input
  const found = mountDifferences(world.digest, mount, context.applied, view, server.inside)
  const isBroken = (!view.isWanted && !view.formats) || (view.found === undefined && view.isRenamed)
  const line = isBroken ? leftLine : compareLine(context, mount)
  const isDisplaced = input.displacedBy !== undefined && (view.mounts ?? []).some(({ path }) => path === mount.path)
  const mustLeave = found.leaves || isDisplaced || context.isResting
  const isMounted = view.mounts === undefined || view.mounts.length > 0
  const unmounts = mustLeave && isMounted && !isBroken && !arrives && live !== undefined
  const isOpen = arrives || server.inside === 'started'
  const isUnlike = found.isOtherwise || found.sets || !found.isThere || isUnowned(view, mount)
  const mounts = mustLeave || isBroken || isOpen || view.formats || isUnlike
  // Unmounting takes the line out, so it is written again.
  const writes = line.state === 'wrong' || unmounts || (line.state === 'unknown' && mounts)
  return {
    problems:
      found.hiddenBy === undefined ? [] : [hiddenProblem(input.spec.address, input.spec, input.server, found.hiddenBy)],
    work: {
      ...(unmounts && { unmount: { inner: mountedInside(world, live, server) } }),
      ...(mounts && { mount: { at: mount, fresh: view.isFresh } }),
      ...(writes && { fstab: mount }),
    },
    diffs: [...mountDiffs(context, mount, found), ...line.diffs],
    isDisplaced,
  }
}

/** A new filesystem that was mounted by a run that was cut off before it had given its top directory to anybody. */
function isUnowned({ isFresh, mounts = [] }: InsideView, { path, owner }: MountSpec): boolean {
  const current = mounts.find((one) => one.path === path)
  return isFresh && owner === undefined && current?.owner.split(':')[0] === 'root'
}

function mountDiffs(context: Context, mount: MountSpec, found: MountDifferences): readonly Diff<'volume'>[] {
  const { live, arrives } = context.input
  if (!live) return []
  const isLoose = arrives && !isAttached(live)
  const told = found.diffs
    .filter(({ path }) => !isLoose || path !== 'mount')
    .map(({ path, key, word, before, after }): Diff<'volume'> => {
      const diff = diffOf(context, path, key, word, before, after)
      return found.hiddenBy === undefined ? diff : { ...diff, left: unhide(found.hiddenBy) }
    })
  return isLoose ? [diffOf(context, 'mount', 'mount', mount.path, null, mount.path), ...told] : told
}

interface LineFindings {
  readonly state: 'right' | 'wrong' | 'unknown' | 'left'
  readonly diffs: readonly Diff<'volume'>[]
}

const leftLine: LineFindings = { state: 'left', diffs: [] }

/** Compares the line of fstab where both the line and the filesystem's UUID are known. */
function compareLine(context: Context, mount: MountSpec): LineFindings {
  const { spec, live, arrives } = context.input
  const { found, fstab, formats } = context.view
  if (fstab === undefined || formats || arrives) return { state: 'unknown', diffs: [] }
  const uuid = found?.uuid
  const wanted: FstabLine = {
    source: uuid === undefined ? 'UUID=…' : `UUID=${uuid}`,
    path: mount.path,
    fstype: spec.fstype,
    options: fstabOptions(mount),
  }
  const line = fstab.find(
    ({ path, source }) => path === mount.path && (path !== swapPath || isSameSource(source, wanted.source)),
  )
  const isRight =
    line !== undefined &&
    (uuid === undefined ? line.source.startsWith('UUID=') : isSameSource(line.source, wanted.source)) &&
    (line.fstype === spec.fstype || fstypeFromBlkid(line.fstype) === spec.fstype) &&
    line.options === wanted.options
  if (isRight) return { state: uuid === undefined ? 'unknown' : 'right', diffs: [] }
  if (!live) return { state: 'wrong', diffs: [] }
  const isMoved = causeIn(context, 'mount', mount.path) === 'pending'
  const cause = isMoved ? 'pending' : causeIn(context, 'opts', wanted.options)
  const diff = { path: 'fstab', before: line ? fstabText(line) : null, after: fstabText(wanted), cause } as const
  return { state: 'wrong', diffs: [diff] }
}

/** A volume that the file no longer mounts is unmounted when the last apply had mounted it; what people mounted is left. */
function decideNoMount({ world, input: { live, arrives, server }, view, applied }: Context): MountPart {
  const path = view.mounts?.[0]?.path
  if (!live || arrives || path === undefined || applied?.mount === undefined) {
    return { work: {}, diffs: [], isDisplaced: false, problems: [] }
  }
  return {
    work: { unmount: { inner: mountedInside(world, live, server) } },
    diffs: [{ path: 'mount', before: path, after: null, cause: 'pending' }],
    isDisplaced: false,
    problems: [],
  }
}

function decideGrowth(context: Context, grows: boolean): Part<Pick<InsideWork, 'grow'>> {
  const { spec, live } = context.input
  const { found, isWanted, shortfall, formats } = context.view
  const isOurs = found === undefined || isWanted
  if (spec.fstype === 'raw' || formats || !isOurs || (!grows && shortfall === undefined)) return { work: {}, diffs: [] }
  const isShort = !grows && shortfall !== undefined && live !== undefined
  return {
    work: { grow: { mountPath: spec.mount?.path } },
    diffs: isShort
      ? [diffOf(context, 'filesystemSize', 'size', spec.sizeGiB, shortfall.filesystem, shortfall.device)]
      : [],
  }
}

function diffOf(
  context: Context,
  path: Diff<'volume'>['path'],
  key: AppliedKey,
  word: unknown,
  before: Diff['before'],
  after: Diff['after'],
): Diff<'volume'> {
  return { path, before, after, cause: causeIn(context, key, word) }
}

/** What a volume lacks on a server whose replacement was cut off has not come there yet: nobody has changed anything. */
function causeIn({ world, applied, input }: Context, key: AppliedKey, word: unknown): Diff['cause'] {
  return input.server.handsOver.length > 0 ? 'pending' : causeOf(world.digest, applied, key, word)
}

function isSameSource(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

function closedProblems(
  world: World,
  { spec, server }: InsideInput,
  applied: AppliedRecord | undefined,
): readonly Problem[] {
  const wanted = recordOf(world.digest, insideWords(spec))
  const isDone = insideKeys.every((key) => applied?.[key] === wanted[key])
  if (isDone || spec.fstype === 'raw') return []
  const message = `${server.address} is to be stopped: what is inside ${spec.address} waits until it runs`
  return [warningOf(spec.address, 'PLAN_SERVER_CLOSED', message)]
}

function unreadServer(spec: VolumeSpec, { address, inside, facts }: ServerOutlook): ReadonlyMap<Address, string> {
  if (spec.fstype === 'raw' && !spec.mount) return nobody
  if (inside === 'unread' && facts.kind === 'unreadable') return new Map([[address, facts.reason]])
  return inside === 'unasked' ? new Map([[address, 'its inside was not asked']]) : nobody
}
