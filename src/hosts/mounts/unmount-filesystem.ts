import { HostError } from '../../core/errors.js'
import type { Effect } from '../../executor/ports.js'
import { commandFailed, runScript, runScriptOrFail } from '../ssh/command.js'
import { isSwappedOn, mountsOf, type VolumeDevice } from '../probe/devices.js'
import { readInside } from '../probe/probe.js'
import { aloneFunction, exitStatuses } from '../filesystems/shell-library.js'
import type { SshSession } from '../ssh/ssh-session.js'
import { swapOff } from './swap-area.js'
import { editFstab } from './fstab-file.js'
import { managedLinesOf, putLinesBack, removeManagedLine } from './fstab-text.js'

/**
 * Takes the managed fstab line out first, so that a reboot in between does not mount it again; then unmounts. What is in
 * use stays mounted, and gets its line back: a reboot while somebody looks for what holds it must not leave it out.
 */
export async function unmountVolume(session: SshSession, volumeId: string): Promise<Effect> {
  const inside = await readInside(session)
  let taken: readonly string[] = []
  const edited = await editFstab(session, inside.fstab, (text) => {
    taken = managedLinesOf(text, volumeId)
    return removeManagedLine(text, volumeId)
  })
  const device = inside.devices.find((candidate) => candidate.volumeId === volumeId)
  if (!device) return edited
  const mounts = mountsOf(inside, device)
  if (isSwappedOn(inside, device)) {
    await swapOff(session, device)
    return 'done'
  }
  if (mounts.length === 0) return edited
  // The last mounted lies on top, or inside of the others.
  const paths = [...mounts].reverse().map((mount) => mount.path)
  try {
    await unmountPaths(session, device, paths)
  } catch (error) {
    if (taken.length > 0 && error instanceof HostError && error.code === 'HOST_BUSY') {
      await editFstab(session, (await readInside(session)).fstab, (text) => putLinesBack(text, taken))
    }
    throw error
  }
  return 'done'
}

/** Unmounts each path; one that is in use is an error that names who uses it. Never forced, never lazy. */
export async function unmountPaths(session: SshSession, device: VolumeDevice, paths: readonly string[]): Promise<void> {
  for (const path of paths) {
    const args = [path, device.contentPath]
    const result = await runScript(session, { title: `umount ${path}`, body: unmountScript, args })
    if (result.exitCode === exitStatuses.busy) throw await busy(session, device, path)
    if (result.exitCode !== 0) throw commandFailed(session, `umount ${path}`, result)
  }
}

/** Tried for a second: a process that has just ended, or a scanner, may still be there for a moment. */
const unmountScript = `${aloneFunction}
alone "$2"
for turn in 1 2 3 4; do
  said=$(umount -- "$1" 2>&1 8<&-) && exit 0
  case $said in *'not mounted'*) exit 0 ;; *busy*) sleep 0.25 ;; *) printf '%s\\n' "$said" >&2; exit 1 ;; esac
done
exit ${exitStatuses.busy}
`

interface Holder {
  /** e.g. `bash (pid 123, user admin)`. */
  readonly who: string
  /** e.g. `working directory /srv/music`. */
  readonly holds: string
}

async function busy(session: SshSession, device: VolumeDevice, path: string): Promise<HostError> {
  const holders = await readHolders(session, path)
  const inner = (await readInside(session)).mounts.filter((mount) => mount.path.startsWith(`${path}/`))
  const named = [
    ...inner.map((mount) => `${mount.path} is mounted inside it`),
    ...holders.slice(0, 5).map(({ who, holds }) => `${who}: ${holds}`),
  ]
  const rest = holders.length > 5 ? ` and ${holders.length - 5} more` : ''
  const who =
    named.length > 0
      ? `${named.join('; ')}${rest}`
      : 'no process has it open; look for a swap file, a loop device or an NFS export in it'
  return new HostError('HOST_BUSY', `${path} (${device.volumeId}) on ${session.access.address} is in use: ${who}`, {
    host: session.access.address,
    retryable: false,
    hint: 'end what holds it, then apply again; evenkeel never unmounts by force',
  })
}

/** Who holds a mount: processes by their working directory, root, program, open files and mappings. */
async function readHolders(session: SshSession, path: string): Promise<readonly Holder[]> {
  const output = await runScriptOrFail(session, { title: 'look for holders', body: holdersScript, args: [path] })
  const fields = output.toString('utf8').split('\0')
  const byProcess = new Map<string, Holder>()
  for (let at = 0; at + 4 < fields.length; at += 5) {
    const [pid = '', user = '', command = '', kind = '', target = ''] = fields.slice(at, at + 5)
    if (byProcess.has(pid)) continue
    byProcess.set(pid, { who: `${command.trim()} (pid ${pid}, user ${user})`, holds: holding(kind, target) })
  }
  return [...byProcess.values()]
}

function holding(kind: string, target: string): string {
  const words: Readonly<Record<string, string>> = { cwd: 'working directory', root: 'root directory', exe: 'program' }
  return `${words[kind] ?? (kind === 'map' ? 'maps' : 'has open')} ${target}`
}

const holdersScript = String.raw`
show() { # process, kind, target
  user=$(stat -c %U "/proc/$1" 2>/dev/null) || return 0
  words=$(tr '\0\n' '  ' < "/proc/$1/cmdline" 2>/dev/null | cut -c 1-80)
  [ -n "$words" ] || read -r words < "/proc/$1/comm" || words='?'
  printf '%s\0' "$1" "$user" "$words" "$2" "$3"
}
for process in /proc/[0-9]*; do
  pid=$(basename "$process")
  for kind in cwd root exe; do
    target=$(readlink "$process/$kind" 2>/dev/null) || continue
    case $target in "$1"|"$1"/*) show "$pid" "$kind" "$target" ;; esac
  done
  for file in "$process"/fd/*; do
    target=$(readlink "$file" 2>/dev/null) || continue
    case $target in "$1"|"$1"/*) show "$pid" fd "$target" ;; esac
  done
  target=$(grep -F -m 1 " $1/" "$process/maps" 2>/dev/null) && show "$pid" map "/$(printf %s "$target" | cut -d / -f 2-)"
done
exit 0
`
