import type { MountSpec } from '../../../../model/kinds/volume.js'
import type { AppliedRecord, Digester } from '../../../../model/applied.js'
import type { Property } from '../../../compare/comparison.js'
import { fstabOptions, shownMountOptions } from '../../../../model/inside/fstab-line.js'
import type { HostMount } from '../../../../model/inside/host-facts.js'
import type { InsideView } from '../inside-view.js'
import type { Inside } from '../../servers/server-outlook.js'

/** How a volume's mount differs from what the file wants. */
export interface MountDifferences {
  readonly diffs: readonly Property<'volume'>[]
  /** Whether it is mounted where it should be, as far as anybody knows. */
  readonly isThere: boolean
  /** Whether it is mounted at another path, which it must leave first. */
  readonly leaves: boolean
  /** Whether other options are wanted: a mounted filesystem takes them in place (mount(8), `remount`). */
  readonly isOtherwise: boolean
  /** Whether owner or mode of the top directory must be set. */
  readonly sets: boolean
  /** What somebody mounted over it, where the file wants it: evenkeel unmounts nothing of others. */
  readonly hiddenBy?: string
}

/** Compares a mount with what the probe saw or, where there was none, with what was last applied. */
export function mountDifferences(
  digest: Digester,
  mount: MountSpec,
  applied: AppliedRecord | undefined,
  view: InsideView,
  inside: Inside,
): MountDifferences {
  const options = fstabOptions(mount)
  if (view.mounts === undefined) {
    const isNew = (key: keyof AppliedRecord, word: unknown) =>
      applied?.mount !== undefined && applied[key] !== digest(word)
    const isMoved = isNew('mount', mount.path)
    const isOther = isNew('opts', options)
    const diffs: Property<'volume'>[] = []
    if (isMoved) diffs.push(propertyOf('mount', 'mount', mount.path, '(as last applied)', mount.path))
    if (isOther) diffs.push(propertyOf('options', 'opts', options, '(as last applied)', options))
    // What nobody could look at counts as there when the last apply had put it there; a new server has nothing.
    const isThere = inside !== 'new' && applied?.mount !== undefined
    return {
      diffs,
      isThere,
      leaves: isMoved,
      isOtherwise: isOther,
      sets: isNew('owner', mount.owner) || isNew('mode', mount.mode),
    }
  }
  const current = view.mounts.find(({ path }) => path === mount.path)
  const elsewhere = view.mounts[0]
  if (!current) {
    const diffs = [propertyOf('mount', 'mount', mount.path, elsewhere?.path ?? null, mount.path)]
    return { diffs, isThere: false, leaves: elsewhere !== undefined, isOtherwise: false, sets: false }
  }
  const { hiddenBy } = current
  if (hiddenBy !== undefined) {
    const before = `${mount.path}, hidden by ${hiddenBy}`
    const diffs = [propertyOf('mount', 'mount', mount.path, before, mount.path)]
    return { diffs, isThere: true, leaves: false, isOtherwise: false, sets: false, hiddenBy }
  }
  const diffs: Property<'volume'>[] = []
  const isOther =
    (applied?.opts !== undefined && applied.opts !== digest(options)) || !hasOptions(current.options, options)
  if (isOther) diffs.push(propertyOf('options', 'opts', options, current.options, options))
  const ownership = ownershipDifferences(mount, current)
  return {
    diffs: [...diffs, ...ownership],
    isThere: true,
    leaves: false,
    isOtherwise: isOther,
    sets: ownership.length > 0,
  }
}

function ownershipDifferences(mount: MountSpec, current: HostMount): readonly Property<'volume'>[] {
  const diffs: Property<'volume'>[] = []
  const { owner, mode } = mount
  if (owner !== undefined && current.owner !== owner && current.owner.split(':')[0] !== owner) {
    diffs.push(propertyOf('owner', 'owner', owner, current.owner, owner))
  }
  if (mode !== undefined && Number.parseInt(mode, 8) !== Number.parseInt(current.mode, 8)) {
    diffs.push(propertyOf('mode', 'mode', mode, current.mode, mode))
  }
  return diffs
}

/** Whether the wanted options that show are there, and a filesystem that should be written to is not read-only. */
function hasOptions(live: string, wanted: string): boolean {
  const present = new Set(live.split(','))
  const asked = new Set(wanted.split(','))
  return (
    present.has('ro') === asked.has('ro') &&
    shownMountOptions.every((option) => present.has(option) || !asked.has(option))
  )
}

function propertyOf(
  path: Property<'volume'>['path'],
  key: Property['key'],
  word: unknown,
  before: Property['before'],
  after: Property['after'],
): Property<'volume'> {
  return { path, key, word, before, after }
}
