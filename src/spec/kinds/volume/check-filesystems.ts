import { reportAt } from '../../context.js'
import type { Context } from '../../context.js'
import { volumeMembers, type VolumeMember } from './volume-members.js'
import { isMounted, isMountReadable, mountKeys, mountOf, mountPathOf, normalPath } from './written-mount.js'
import { isUnreadable } from '../../problem.js'
import type { Path } from '../../problem.js'
import type { VolumeShape } from '../../shape/stack-shape.generated.js'
import { canonicalUuid, filesystemRules, utf8Length } from '../../../model/inside/volume-rules.js'

/** Mounting over one of these takes a running system away from under itself. */
const systemDirectories = [
  '/',
  '/bin',
  '/boot',
  '/dev',
  '/etc',
  '/lib',
  '/lib64',
  '/proc',
  '/run',
  '/sbin',
  '/sys',
  '/usr',
]

/** What was seen on one server before: volumes by mount point, and what they are called by label. */
interface Seen {
  readonly mounts: Map<string, VolumeMember>
  readonly labels: Map<string, string>
}

/** Reports labels, UUIDs and mount points that a filesystem cannot have, or that two of them share. */
export function checkFilesystems(context: Context): void {
  const seenByServer = new Map<string, Seen>()
  const uuids = new Map<string, string>()
  for (const [name, volume] of context.volumes) {
    if (!volume) continue
    const path = ['volumes', name]
    checkLabel(context, path, volume)
    if (checkUuid(context, path, volume)) {
      tellTaken('SPEC_DUPLICATE_UUID', 'uuid', path, takenBy(uuids, canonicalOf(volume), name), canonicalOf(volume))
    }
    const isPossible = checkMount(context, path, volume)
    const mountPoint =
      isPossible && isMounted(volume) && isMountReadable(volume)
        ? mountOf(context.stack.stack ?? '…', name, volume).path
        : undefined
    const onServers = volumeMembers(context, name, volume).map((member) => ({ member, seen: seenOn(member) }))
    // Of the members of a count the first that stands in another's way is told, for all.
    const labelled = onServers.find(({ member, seen }) => takenBy(seen?.labels, volume.label, member.label))
    tellTaken('SPEC_DUPLICATE_LABEL', 'label', path, labelled?.seen?.labels.get(volume.label ?? ''), volume.label)
    const covered = onServers.find(({ member, seen }) => takenBy(seen?.mounts, mountPoint, member))
    const other = covered?.seen?.mounts.get(mountPoint ?? '')
    if (!other) continue
    const message = `volume \`${other.label}\` is mounted at ${mountPoint} on this server too`
    reportAt(context, mountPlace(path, volume))({ code: 'SPEC_MOUNT_CONFLICT', message })
  }
  const told = new Set<string>()
  for (const { mounts } of seenByServer.values()) checkNesting(context, mounts, told)

  function seenOn({ server }: VolumeMember): Seen | undefined {
    if (!server) return undefined
    const key = `${server.name}[${server.index ?? ''}]`
    const seen = seenByServer.get(key) ?? { mounts: new Map(), labels: new Map() }
    seenByServer.set(key, seen)
    return seen
  }

  function tellTaken(
    code: 'SPEC_DUPLICATE_LABEL' | 'SPEC_DUPLICATE_UUID',
    key: 'label' | 'uuid',
    path: readonly string[],
    other: string | undefined,
    value: string | undefined,
  ): void {
    if (other === undefined) return
    reportAt(context, [...path, key])({ code, message: `volume \`${other}\` has the ${key} ${value} too` })
  }
}

/** Who has the value already; takes it for `own` where nobody has. */
function takenBy<Owner>(
  taken: Map<string, Owner> | undefined,
  value: string | undefined,
  own: Owner,
): Owner | undefined {
  if (value === undefined || !taken) return undefined
  const other = taken.get(value)
  if (other === undefined) taken.set(value, own)
  return other
}

function canonicalOf(volume: VolumeShape): string | undefined {
  return volume.uuid === undefined ? undefined : canonicalUuid(volume.uuid, volume.fstype ?? 'ext4')
}

function checkLabel(context: Context, path: Path, volume: VolumeShape): void {
  if (volume.label === undefined || isUnreadable(volume, 'fstype')) return
  const fstype = volume.fstype ?? 'ext4'
  const { labelBytesMax, labelForm } = filesystemRules[fstype]
  const bytes = utf8Length(volume.label)
  if (bytes <= labelBytesMax) {
    const form = labelForm?.pattern.test(volume.label) === false ? labelForm.form : formOfAll(volume.label)
    if (form === undefined) return
    const message = `a label of ${fstype} is ${form}, not ${JSON.stringify(volume.label)}`
    return reportAt(context, [...path, 'label'])({ code: 'SPEC_BAD_LABEL', message })
  }
  const message =
    labelBytesMax === 0
      ? `a volume with fstype ${fstype} has no filesystem to label`
      : `a label of ${fstype} has at most ${labelBytesMax} bytes, and this one has ${bytes}`
  reportAt(context, [...path, 'label'])({ code: 'SPEC_BAD_LABEL', message })
}

/** What every label is, where this one is not: what reads labels leaves out the blanks at their end (libblkid), so that it would never be seen. */
function formOfAll(label: string): string | undefined {
  return label.endsWith(' ') ? 'text without a blank at its end' : undefined
}

/** Whether the UUID is one. */
function checkUuid(context: Context, path: Path, volume: VolumeShape): boolean {
  if (volume.uuid === undefined || isUnreadable(volume, 'fstype')) return false
  const fstype = volume.fstype ?? 'ext4'
  const { uuid } = filesystemRules[fstype]
  if (uuid?.pattern.test(volume.uuid)) return true
  const message = uuid
    ? `a UUID of ${fstype} is ${uuid.form}, not ${JSON.stringify(volume.uuid)}`
    : `a volume with fstype ${fstype} has no filesystem to give a UUID to`
  reportAt(context, [...path, 'uuid'])({ code: 'SPEC_BAD_UUID', message })
  return false
}

/** Whether the volume can be mounted as it says. */
function checkMount(context: Context, path: Path, volume: VolumeShape): boolean {
  const { mount } = volume
  if (typeof mount === 'object') {
    const twice = mountKeys.find((key) => key in mount && key in volume)
    if (twice !== undefined) {
      const message = `\`${twice}\` stands in \`mount\` and beside it`
      reportAt(
        context,
        [...path, twice],
        'key',
      )({ code: 'SPEC_CONFLICTING_KEYS', message, hint: 'leave one of them out' })
    }
  }
  if (isUnreadable(volume, 'fstype')) return false
  const fstype = volume.fstype ?? 'ext4'
  const key = (['mount', ...mountKeys] as const).find((candidate) => candidate in volume)
  if (!filesystemRules[fstype].isMountable) {
    if (key === undefined) return false
    const message = `a volume with fstype ${fstype} is not mounted, so \`${key}\` says nothing`
    reportAt(context, [...path, key], 'key')({ code: 'SPEC_BAD_MOUNT', message, hint: `leave \`${key}\` out` })
    return false
  }
  if (volume.unmounted === true) {
    if (key === undefined) return false
    const message = `a volume that is \`unmounted\` is not mounted, so \`${key}\` says nothing`
    const hint = `leave \`${key}\` or \`unmounted\` out`
    reportAt(context, [...path, key], 'key')({ code: 'SPEC_BAD_MOUNT', message, hint })
    return false
  }
  const written = typeof mount === 'object' ? mount.path : mount
  return written === undefined || checkMountPath(context, mountPlace(path, volume), written)
}

function checkMountPath(context: Context, path: Path, written: string): boolean {
  const mountPoint = normalPath(written)
  const report = reportAt(context, path)
  if (/\/\.\.?(\/|$)/.test(mountPoint)) {
    report({ code: 'SPEC_BAD_MOUNT', message: 'a mount point has no . and .. in it' })
    return false
  }
  if (!systemDirectories.includes(mountPoint)) return true
  report({
    code: 'SPEC_BAD_MOUNT',
    message: `${mountPoint} belongs to the system`,
    hint: 'mount below /srv, /mnt or /var/lib',
  })
  return false
}

/** Mounts inside a mount are covered by it when it comes later, so they must say that they wait for it. */
function checkNesting(context: Context, mounts: Seen['mounts'], told: Set<string>): void {
  for (const [mountPoint, { name }] of mounts) {
    const outer = outerMount(mounts, mountPoint)
    const volume = context.volumes.get(name)
    if (outer === undefined || !volume || isUnreadable(volume, 'dependsOn')) continue
    const dependencies = volume.dependsOn ?? []
    const isNamed = [outer.name, outer.label].some((word) => dependencies.includes(`volume.${word}`))
    const key = `${name} ${outer.name}`
    if (isNamed || dependencies.includes(undefined) || told.has(key)) continue
    told.add(key)
    reportAt(
      context,
      mountPlace(['volumes', name], volume),
    )({
      code: 'SPEC_MOUNT_NESTED',
      message: `${mountPoint} lies inside volume \`${outer.label}\`, which may be mounted over it`,
      hint: `say that it comes later: dependsOn: [volume.${outer.name}]`,
    })
  }
}

function outerMount(mounts: Seen['mounts'], mountPoint: string): VolumeMember | undefined {
  for (let end = mountPoint.lastIndexOf('/'); end > 0; end = mountPoint.lastIndexOf('/', end - 1)) {
    const outer = mounts.get(mountPoint.slice(0, end))
    if (outer !== undefined) return outer
  }
  return undefined
}

function mountPlace(path: Path, volume: VolumeShape): Path {
  return [...path, ...mountPathOf(volume.mount)]
}
