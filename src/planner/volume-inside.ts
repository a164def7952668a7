import type { Address } from '../model/address.js'
import { swapPath, type MountSpec, type VolumeSpec } from '../model/stack-spec.js'
import { parseApplied, pickApplied, type AppliedKey, type AppliedRecord } from '../model/applied.js'
import type { Diff } from '../model/change.js'
import { causeOf, recordOf } from './compare/comparison.js'
import { connection } from './connection.js'
import { fstabOptions, fstabText } from '../model/fstab-line.js'
import { filledView, insideView, type InsideView } from './inside-view.js'
import { fstypeFromBlkid, type FstabLine, type LiveVolume } from '../model/live-stack.js'
import { mountDifferences } from './mount-differences.js'
import { warn, type Planning } from './planning.js'
import { readySteps } from './readiness.js'
import type { ServerFate } from './server-fate.js'
import { stepId } from './graph/step-graph.js'
import type { StepId } from '../model/step.js'
import { tagKeys } from '../model/tags.js'
import { insideKeys, insideWords } from './volume-properties.js'
import { isAttached, unmount } from './volume-release.js'

/** A volume on the server that the file names for it. */
export interface InsideInput {
  readonly spec: VolumeSpec
  readonly fate: ServerFate
  /** Undefined: made in this plan. */
  readonly live: LiveVolume | undefined
  /** `blank`, `adopted` or a snapshot's id. */
  readonly origin: string
  /** It is attached to this server in this plan. */
  readonly arrives: boolean
  /** Its device becomes larger than the filesystem on it. */
  readonly grows: boolean
}

export interface InsideResult {
  readonly diffs: readonly Diff[]
  /** The part of the applied tag that tells of the inside, once all steps are done. */
  readonly record: AppliedRecord
  /** The volume inside which this one is mounted, where that one is unmounted in the plan. */
  readonly displacedBy: Address | undefined
}

/** Plans what happens inside a server for one of its volumes: make, mount, grow, fstab. */
export function planInside(planning: Planning, input: InsideInput): InsideResult {
  const { spec, fate, live, arrives } = input
  const applied = live && parseApplied(live.tags[tagKeys.applied])
  const kept = pickApplied(applied, insideKeys)
  if (fate.inside === 'closed') {
    noteClosed(planning, input, applied)
    return { diffs: [], record: kept, displacedBy: undefined }
  }
  if (fate.inside === 'impossible' && !arrives) return { diffs: [], record: kept, displacedBy: undefined }
  noteUnread(planning, spec, fate)
  const filled = planning.copies.filled.get(spec.address)
  if (filled?.state === 'waiting') return { diffs: [], record: kept, displacedBy: undefined }
  const seen = insideView(planning.digest, input, applied)
  const view = filled ? filledView(seen, filled.state) : seen
  const work = new InsideWork(planning, input, applied, view)
  work.plan()
  const isRecorded = fate.inside !== 'impossible' && (view.isWanted || spec.mount !== undefined)
  const record = isRecorded ? recordOf(planning.digest, insideWords(spec)) : kept
  return { diffs: work.diffs, record, displacedBy: work.displacedBy }
}

/** One volume's inside being planned: a class, because every part adds to the same diffs and needs the same four things. */
class InsideWork {
  readonly diffs: Diff[] = []
  displacedBy: Address | undefined
  readonly #planning: Planning
  readonly #input: InsideInput
  readonly #applied: AppliedRecord | undefined
  readonly #view: InsideView

  constructor(planning: Planning, input: InsideInput, applied: AppliedRecord | undefined, view: InsideView) {
    this.#planning = planning
    this.#input = input
    this.#applied = applied
    this.#view = view
  }

  plan(): void {
    this.#planFilesystem()
    const { mount } = this.#input.spec
    if (mount) this.#planMount(mount)
    else this.#planNoMount()
    this.#planGrowth()
  }

  #planFilesystem(): void {
    const { spec, fate, live } = this.#input
    const view = this.#view
    if (view.found !== undefined && !view.isWanted && !view.formats) {
      this.#warnOfContent(view.found)
      this.#differ('filesystem', 'fs', spec.fstype, view.found.fstype, spec.fstype)
    } else if (view.found === undefined && view.isRenamed) {
      this.#warnOfContent(undefined)
      this.#differ('filesystem', 'fs', spec.fstype, '(as last applied)', spec.fstype)
    } else if (view.formats && live) this.#differ('filesystem', 'fs', spec.fstype, null, spec.fstype)
    if (!view.formats) return
    this.#planning.steps.add(
      'make-filesystem',
      spec.address,
      {
        server: fate.address,
        fstype: spec.fstype,
        label: spec.label,
        uuid: spec.uuid,
        ...(spec.mount === undefined ? {} : { isUsed: true }),
      },
      { needs: this.#arrival() },
    )
  }

  #planMount(mount: MountSpec): void {
    const { spec, fate, live, arrives } = this.#input
    const view = this.#view
    const differences = mountDifferences(this.#planning.digest, mount, this.#applied, view, fate.inside)
    const { leaves, isOtherwise, sets, isThere } = differences
    const isLoose = live !== undefined && arrives && !isAttached(live)
    if (isLoose) this.#differ('mount', 'mount', mount.path, null, mount.path)
    for (const { path, key, word, before, after } of live ? differences.diffs : []) {
      if (!isLoose || path !== 'mount') this.#differ(path, key, word, before, after)
    }
    const isBroken = (!view.isWanted && !view.formats) || (view.found === undefined && view.isRenamed)
    const isOpen = arrives || fate.inside === 'started'
    const wantsMount = isBroken || isOpen || view.formats || isOtherwise || sets || !isThere
    const line = isBroken ? 'left' : this.#planFstabDiff(mount)
    const first: StepId[] = []
    this.displacedBy = view.mounts?.some(({ path }) => path === mount.path) ? this.#unmountedOuter() : undefined
    const copies = this.#planning.copies.resting.get(spec.address) ?? []
    const mustLeave = leaves || this.displacedBy !== undefined || copies.length > 0
    const isMounted = view.mounts === undefined || view.mounts.length > 0
    if (mustLeave && isMounted && !isBroken && !arrives && live)
      first.push(unmount(this.#planning, spec.address, live, fate))
    if (wantsMount || mustLeave) {
      const step = this.#planning.steps.add(
        'mount-volume',
        spec.address,
        { server: fate.address, fstype: spec.fstype, mount, fresh: view.isFresh },
        {
          needs: [
            ...this.#arrival(),
            ...first,
            ...copies,
            stepId('make-filesystem', spec.address),
            ...spec.dependsOn.flatMap((address) => readySteps(this.#planning, address)),
          ],
        },
      )
      fate.mounts.push(step)
    }
    // Unmounting takes the line out, so it is written again.
    if (line === 'wrong' || first.length > 0 || (line === 'unknown' && (wantsMount || mustLeave))) {
      this.#planning.steps.add(
        'write-fstab',
        spec.address,
        { server: fate.address, fstype: spec.fstype, mount },
        { needs: [...this.#arrival(), ...first, stepId('mount-volume', spec.address)] },
      )
    }
  }

  #unmountedOuter(): Address | undefined {
    return this.#input.spec.dependsOn.find((outer) => this.#planning.steps.has(stepId('unmount-volume', outer)))
  }

  /** Compares the line of fstab where both the line and the filesystem's UUID are known. */
  #planFstabDiff(mount: MountSpec): 'right' | 'wrong' | 'unknown' {
    const { spec, live, arrives } = this.#input
    const { found, fstab, formats } = this.#view
    if (fstab === undefined || formats || arrives) return 'unknown'
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
    if (isRight) return uuid === undefined ? 'unknown' : 'right'
    if (live) {
      const isMoved = this.#cause('mount', mount.path) === 'pending'
      const cause = isMoved ? 'pending' : this.#cause('opts', wanted.options)
      this.diffs.push({ path: 'fstab', before: line ? fstabText(line) : null, after: fstabText(wanted), cause })
    }
    return 'wrong'
  }

  /** A volume that the file no longer mounts is unmounted when the last apply had mounted it; what people mounted is left. */
  #planNoMount(): void {
    const { spec, live, fate, arrives } = this.#input
    const path = this.#view.mounts?.[0]?.path
    if (!live || arrives || path === undefined || this.#applied?.mount === undefined) return
    this.diffs.push({ path: 'mount', before: path, after: null, cause: 'pending' })
    unmount(this.#planning, spec.address, live, fate)
  }

  #planGrowth(): void {
    const { spec, fate, live } = this.#input
    const grows = this.#input.grows || this.#planning.copies.growing.has(spec.address)
    const { found, isWanted, shortfall, formats } = this.#view
    if (spec.fstype === 'raw' || formats) return
    if (found !== undefined && !isWanted) return
    if (!grows && shortfall === undefined) return
    if (!grows && shortfall && live) {
      this.#differ('filesystemSize', 'size', spec.sizeGiB, shortfall.filesystem, shortfall.device)
    }
    this.#planning.steps.add(
      'grow-filesystem',
      spec.address,
      { server: fate.address, fstype: spec.fstype, mountPath: spec.mount?.path },
      {
        needs: [
          ...this.#arrival(),
          stepId('modify-volume', spec.address),
          stepId('make-filesystem', spec.address),
          stepId('mount-volume', spec.address),
          ...(this.#planning.copies.resting.get(spec.address) ?? []),
        ],
      },
    )
  }

  #warnOfContent(found: InsideView['found']): void {
    const { spec, live, origin } = this.#input
    const name = live ? `${spec.address} (${live.id})` : spec.address
    if (!found || (found.fstype === null && this.#view.isRenamed)) {
      const message = `${name}: the file names ${spec.fstype}, which is not what it named at the last apply; no filesystem is made anew`
      warn(
        this.#planning,
        spec.address,
        'PLAN_FILESYSTEM_MISMATCH',
        message,
        'make a new volume, and copy what is on this one',
      )
    } else if (found.fstype !== null) {
      const label = found.label === undefined ? '' : ` labelled ${found.label}`
      warn(
        this.#planning,
        spec.address,
        'PLAN_FILESYSTEM_MISMATCH',
        `${name} holds ${found.fstype}${label}, and the file says ${spec.fstype}: it is not formatted, and mounting it will fail`,
        `write fstype: ${fstypeFromBlkid(found.fstype) ?? 'raw'} to use what is there`,
      )
    } else if (this.#applied?.fs !== undefined) {
      const message = `${name} held ${spec.fstype} at the last apply and is blank now: it is not formatted again`
      warn(this.#planning, spec.address, 'PLAN_FILESYSTEM_GONE', message, 'restore it from a snapshot')
    } else {
      const message = `${name} is blank (origin: ${origin}); only what this stack made blank is formatted`
      warn(this.#planning, spec.address, 'PLAN_FILESYSTEM_MISSING', message, 'make the filesystem by hand')
    }
  }

  /** What must be over before anything acts on the device. */
  #arrival(): StepId[] {
    const { spec, fate } = this.#input
    return [connection(fate), stepId('attach-volume', spec.address), stepId('adopt-volume', spec.address)]
  }

  #differ(path: string, key: AppliedKey, word: unknown, before: Diff['before'], after: Diff['after']): void {
    this.diffs.push({ path, before, after, cause: this.#cause(key, word) })
  }

  #cause(key: AppliedKey, word: unknown): Diff['cause'] {
    return causeOf(this.#planning.digest, this.#applied, key, word)
  }
}

function isSameSource(left: string, right: string): boolean {
  return left.toLowerCase() === right.toLowerCase()
}

function noteClosed(planning: Planning, { spec, fate }: InsideInput, applied: AppliedRecord | undefined): void {
  const wanted = recordOf(planning.digest, insideWords(spec))
  const isDone = insideKeys.every((key) => applied?.[key] === wanted[key])
  if (isDone || spec.fstype === 'raw') return
  const message = `${fate.address} is to be stopped: what is inside ${spec.address} waits until it runs`
  warn(planning, spec.address, 'PLAN_SERVER_CLOSED', message)
}

function noteUnread(planning: Planning, spec: VolumeSpec, fate: ServerFate): void {
  if (spec.fstype === 'raw' && !spec.mount) return
  if (fate.inside === 'unread' && fate.facts.kind === 'unreadable') planning.unread.set(fate.address, fate.facts.reason)
  if (fate.inside === 'unasked') planning.unread.set(fate.address, 'its inside was not asked')
}
