import type { Clock } from '../../core/clock.js'
import { HostError } from '../../core/errors.js'
import type { Effect, HostPort } from '../../executor/ports.js'
import { fstabOptions } from '../../model/inside/fstab-line.js'
import { commandFailed, type CommandResult, runScript } from '../ssh/command.js'
import { describeContent, isWantedFstype } from '../filesystems/describe-content.js'
import { mountsOf, type VolumeDevice } from '../probe/devices.js'
import { filesystemTable } from '../filesystems/filesystem-table.js'
import { foreignContent, packageMissing } from '../filesystems/mkfs.js'
import { type Inside, readInside } from '../probe/probe.js'
import type { MountInfo } from '../probe/probe-output.js'
import { aloneFunction, exitStatuses, needFunction, packageArguments } from '../filesystems/shell-library.js'
import type { SshSession } from '../ssh/ssh-session.js'
import { swapOn } from './swap-area.js'
import { readDevice } from '../probe/wait-for-device.js'

export type MountRequest = Parameters<HostPort['mount']>[1]

/** Mounts a volume's filesystem at its mount point, and gives the top directory its owner and mode. */
export async function mountVolume(session: SshSession, request: MountRequest, clock: Clock): Promise<Effect> {
  const { volumeId, fstype, mount } = request
  if (fstype === 'raw') return 'unchanged'
  const { inside, device } = await readDevice(session, volumeId, clock)
  if (!device.content) throw filesystemMissing(session, volumeId)
  if (!isWantedFstype(device.content, fstype)) throw foreignContent(session, volumeId, device.content, fstype)
  if (fstype === 'swap') return swapOn(session, inside, device)
  const there = topMountAt(inside, mount.path)
  const isOurs = there !== undefined && mountsOf(inside, device).includes(there)
  if (there && !isOurs) throw taken(session, request, `${there.source} (${there.fstype}) is mounted there`)
  let effect: Effect = 'unchanged'
  if (!isOurs) {
    checkUuidIsUnique(session, device, inside)
    await mountDevice(session, request, device)
    effect = 'done'
  } else if (!hasOptions(there, mount.options)) {
    await remount(session, device, request)
    effect = 'done'
  }
  return (await setTop(session, request)) === 'done' ? 'done' : effect
}

/** What is mounted at a path, on top of all that is mounted there. */
function topMountAt(inside: Inside, path: string) {
  return inside.mounts.findLast((mount) => mount.path === path)
}

async function mountDevice(session: SshSession, request: MountRequest, device: VolumeDevice): Promise<void> {
  const { mount, fstype } = request
  if (fstype === 'raw') return
  const facts = filesystemTable[fstype]
  const result = await runScript(session, {
    title: `mount ${mount.path}`,
    body: mountScript,
    args: [
      mount.path,
      facts.mountType ?? fstype,
      fstabOptions(mount),
      device.content?.uuid ?? '',
      device.contentPath,
      facts.mountProgram ?? '',
      ...packageArguments(facts.packages),
    ],
  })
  const inside = await readInside(session)
  const now = topMountAt(inside, mount.path)
  const devices = inside.devices.find((candidate) => candidate.volumeId === request.volumeId)
  // Also where it failed because what a killed run had left in the server mounted it meanwhile.
  if (now && devices && mountsOf(inside, devices).includes(now)) return
  if (result.exitCode !== 0) throw explainMount(session, request, device, result)
  throw new HostError(
    'HOST_MOUNT_FAILED',
    `after mount, ${mount.path} on ${session.access.address} shows ${now ? `${now.source} (${now.fstype})` : 'nothing'} instead of ${request.volumeId}`,
    { host: session.access.address },
  )
}

/**
 * By UUID, as fstab will at the next boot; where mount(8) cannot find it (no udev, a stale cache), by the device that
 * was found for the volume id a moment ago.
 */
const mountScript = `${needFunction}${aloneFunction}
path=$1 type=$2 options=$3 uuid=$4 device=$5 program=$6
shift 6
[ -z "$program" ] || need "$program" "$@"
alone "$device"
if [ -e "$path" ] || [ -L "$path" ]; then
  real=$(readlink -f -- "$path")
  [ "$real" = "$path" ] || { printf '%s' "$real" >&2; exit ${exitStatuses.symbolicLink}; }
  [ -d "$path" ] || exit ${exitStatuses.notDirectory}
  entries=$(ls -A -- "$path" | grep -v -x -F lost+found | head -n 4)
  [ -z "$entries" ] || { printf '%s' "$entries" >&2; exit ${exitStatuses.notEmpty}; }
else
  mkdir -p -- "$path" || exit 1
  real=$(readlink -f -- "$path")
  [ "$real" = "$path" ] || { rmdir -- "$path"; printf '%s' "$real" >&2; exit ${exitStatuses.symbolicLink}; }
fi
if [ -n "$uuid" ] && [ "$(blkid -U "$uuid" 2>/dev/null)" = "$device" ]; then
  mount -t "$type" -o "$options" "UUID=$uuid" "$path" 8<&- && exit 0
else
  mount -t "$type" -o "$options" "$device" "$path" 8<&- && exit 0
fi
status=$?
dmesg 2>/dev/null | tail -n 5 | grep -F "$(basename "$device")" >&2
exit "$status"
`

function explainMount(
  session: SshSession,
  request: MountRequest,
  device: VolumeDevice,
  result: CommandResult,
): HostError {
  const { mount, volumeId, fstype } = request
  const host = session.access.address
  const said = result.stderrTail.replace(/^ *dmesg\(1\) may have more information.*$/m, '').trim()
  switch (result.exitCode) {
    case exitStatuses.symbolicLink:
      return taken(session, request, `it leads through a symbolic link to ${said}; name that path instead`)
    case exitStatuses.notDirectory:
      return taken(session, request, 'it is no directory')
    case exitStatuses.notEmpty:
      return taken(
        session,
        request,
        `the directory is not empty, and its content would be hidden: ${said.split('\n').join(', ')}`,
      )
    case exitStatuses.packageMissing:
      return packageMissing(session, `mount.${fstype}`, said)
    default:
      break
  }
  if (/unknown filesystem type/.test(said)) {
    return new HostError('HOST_FILESYSTEM_UNSUPPORTED', `the kernel of ${host} cannot mount ${fstype}: ${said}`, {
      host,
      stderrTail: said,
      hint: 'choose another fstype, or an image whose kernel has it',
    })
  }
  const holds = device.content ? describeContent(device.content) : 'nothing'
  return new HostError(
    'HOST_MOUNT_FAILED',
    `${volumeId} (${holds}) could not be mounted at ${mount.path} on ${host}: ${said}`,
    {
      host,
      command: 'mount',
      exitCode: result.exitCode,
      stderrTail: said,
      hint: 'if the filesystem is damaged, repair it on the server by fsck and apply again',
    },
  )
}

/** Two filesystems of one UUID (a volume and its copy by snapshot): which of them fstab would mount is chance. */
function checkUuidIsUnique(session: SshSession, device: VolumeDevice, inside: Inside): void {
  const uuid = device.content?.uuid
  const twin = inside.devices.find(
    (other) => other.volumeId !== device.volumeId && uuid !== undefined && other.content?.uuid === uuid,
  )
  if (!twin) return
  throw new HostError(
    'HOST_DUPLICATE_UUID',
    `${device.volumeId} and ${twin.volumeId} on ${session.access.address} hold filesystems with the same UUID ${uuid}: one is a copy of the other`,
    {
      host: session.access.address,
      hint: 'attach them to different servers, or give one of them a new UUID (tune2fs -U random, xfs_admin -U generate)',
    },
  )
}

/** Options that mountinfo never shows: they speak to mount(8), systemd or people. */
const unseenOption =
  /^(?:defaults|nofail|auto|noauto|user|users|nouser|_netdev|owner|group|rw|async|dev|exec|suid|loop|remount|x-.*|comment=.*)$/

/** Flags that are off by default: set and not asked for, they are what the file said before, or somebody's doing. */
const plainFlags = ['noatime', 'nodiratime', 'nodev', 'nosuid', 'noexec', 'sync', 'dirsync', 'lazytime']

function hasOptions(mounted: MountInfo, options: string | undefined): boolean {
  const seen = new Set([...mounted.options.split(','), ...mounted.superOptions.split(',')])
  const wanted = (options ?? '').split(',').filter((option) => option !== '')
  const isSet = wanted.every((option) => unseenOption.test(option) || seen.has(option))
  return isSet && !plainFlags.some((flag) => seen.has(flag) && !wanted.includes(flag))
}

/** With device and directory both named, the options replace the old ones; the kernel keeps the kind of atime unless one is named. */
async function remount(session: SshSession, device: VolumeDevice, { mount }: MountRequest): Promise<void> {
  const wanted = fstabOptions(mount)
  const options = `remount,${wanted}${/atime/.test(wanted) ? '' : ',relatime'}`
  const title = `mount -o ${options} ${mount.path}`
  const result = await runScript(session, {
    title,
    body: 'mount -o "$3" -- "$1" "$2"',
    args: [device.contentPath, mount.path, options],
  })
  if (result.exitCode !== 0) throw commandFailed(session, title, result)
}

/** Owner and mode of the top directory; a new filesystem's belongs to the login user, unless the file says otherwise. */
async function setTop(session: SshSession, request: MountRequest): Promise<Effect> {
  const { mount, fresh, fstype } = request
  const hasOwners = fstype !== 'raw' && filesystemTable[fstype].hasOwners
  const owner = mount.owner ?? (fresh && hasOwners ? `${session.access.user}:` : '')
  if (owner === '' && mount.mode === undefined) return 'unchanged'
  const result = await runScript(session, {
    title: `set owner and mode of ${mount.path}`,
    body: topScript,
    // Five digits: with fewer, chmod leaves a directory's setgid bit as it is.
    args: [mount.path, owner, mount.mode?.padStart(5, '0') ?? ''],
  })
  if (result.exitCode === 0) return result.stdout.toString('utf8').trim() === 'done' ? 'done' : 'unchanged'
  if (result.exitCode === exitStatuses.owner) {
    throw new HostError(
      'HOST_FILESYSTEM_UNSUPPORTED',
      `${mount.path} on ${session.access.address} cannot have the owner ${owner} or mode ${mount.mode ?? ''}: ${result.stderrTail.trim()}`,
      {
        host: session.access.address,
        stderrTail: result.stderrTail,
        hint: hasOwners
          ? 'check that the user and group exist on the server'
          : `${fstype} holds no owners: use options such as uid=1000,gid=1000,umask=022`,
      },
    )
  }
  throw commandFailed(session, `set owner and mode of ${mount.path}`, result)
}

const topScript = `
before=$(stat -c '%u:%g:%a' -- "$1") || exit 1
[ -z "$2" ] || chown -- "$2" "$1" || exit ${exitStatuses.owner}
[ -z "$3" ] || chmod -- "$3" "$1" || exit ${exitStatuses.owner}
[ "$before" = "$(stat -c '%u:%g:%a' -- "$1")" ] || echo done
`

function taken(session: SshSession, { mount, volumeId }: MountRequest, why: string): HostError {
  return new HostError(
    'HOST_MOUNT_POINT_TAKEN',
    `${volumeId} cannot be mounted at ${mount.path} on ${session.access.address}: ${why}`,
    { host: session.access.address, hint: 'choose another mount point, or clear this one by hand' },
  )
}

export function filesystemMissing(session: SshSession, volumeId: string): HostError {
  return new HostError('HOST_FILESYSTEM_MISSING', `${volumeId} on ${session.access.address} holds no filesystem`, {
    host: session.access.address,
    hint: 'evenkeel formats only volumes that it made blank itself; make one by hand, or take a new volume',
  })
}
