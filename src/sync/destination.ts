import { mkdir } from 'node:fs/promises'
import { HostError, messageOf } from '../core/errors.js'
import { shellWord } from '../core/shell-words.js'
import type { MountedFilesystem } from '../executor/ports.js'
import { readChild, type ChildResult } from './child.js'
import { machineName, sshTo, type Machine } from './machine.js'
import { mountGuard, throwIfUnmounted } from './mount-guard.js'
import type { SshConnections } from './ssh/ssh-connections.js'

/** What a destination is on its machine, before a copy. */
export interface DestinationFacts {
  readonly exists: boolean
  readonly hasRsync: boolean
  /** Numbers of who is to own what is copied. */
  readonly owner: { readonly uid: number; readonly gid: number }
  /** `uid:gid mode` of the directory that is there already. */
  readonly top: { readonly owner: string; readonly mode: string } | undefined
}

/** An end on a machine that was reached. */
export interface Destination {
  readonly machine: Machine
  readonly path: string
  /** What must be mounted there, still, when it is written. */
  readonly mounted: readonly MountedFilesystem[]
  /** `user` or `user:group` by their names there; undefined: whoever logs in. */
  readonly owner: string | undefined
}

/** Looks at a destination and changes nothing. */
export function readDestination(ssh: SshConnections, destination: Destination): Promise<DestinationFacts> {
  return askDestination(ssh, destination, '')
}

/** Makes the directory that rsync writes into, and everything above it, for its owner; installs rsync on a server that has none. */
export async function prepareDestination(
  ssh: SshConnections,
  destination: Destination,
  directory: string,
): Promise<DestinationFacts> {
  const { machine } = destination
  if (machine.kind === 'here') {
    await mkdir(directory, { recursive: true }).catch((error: unknown) => {
      const { code } = error as NodeJS.ErrnoException
      const reason = code === 'EEXIST' || code === 'ENOTDIR' ? fileInTheWay : `cannot be made: ${messageOf(error)}`
      throw new HostError('SYNC_DESTINATION_REFUSED', `${directory} ${reason}`, {
        host: machineName(machine),
        cause: error,
      })
    })
  }
  return askDestination(ssh, destination, prepareScript(directory, machine.kind === 'server'))
}

/** Gives a directory that was there before the copy its owner and mode back: they are not rsync's to change. */
export async function restoreTop(
  ssh: SshConnections,
  destination: Destination,
  top: NonNullable<DestinationFacts['top']>,
): Promise<void> {
  const path = shellWord(destination.path)
  // Only root may give something away, and elsewhere than on servers nothing was.
  const chown = destination.machine.kind === 'server' ? `chown ${shellWord(top.owner)} -- ${path} && ` : ''
  const result = await runThere(ssh, destination.machine, `${chown}chmod ${shellWord(top.mode)} -- ${path}\n`)
  if (result.exitCode !== 0) throw failure(destination, result)
}

/** Runs a POSIX shell script on a machine: as root on a server, else as whoever logs in. */
export async function runThere(
  ssh: SshConnections,
  machine: Machine,
  script: string,
): Promise<ChildResult & { readonly stdout: string }> {
  if (machine.kind === 'server') return ssh.runScript(machine.access, script, 'root')
  if (machine.kind === 'here') return readChild({ argv: ['sh', '-s'], input: script })
  const { argv, name } = sshTo(machine)
  return readChild({ argv: [...argv, name, 'sh -s'], input: script })
}

async function askDestination(
  ssh: SshConnections,
  destination: Destination,
  prepare: string,
): Promise<DestinationFacts> {
  const { machine, path, owner } = destination
  const login = machine.kind === 'server' ? machine.access.user : ''
  const [user = '', group = ''] = (owner ?? login).split(':')
  const script = `LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
${mountGuard([destination])}
{
path=${shellWord(path)} user=${shellWord(user)} group=${shellWord(group)}
uid=$(id -u -- \${user:+"$user"}) && gid=$(id -g -- \${user:+"$user"}) || exit 1
if [ -n "$group" ]; then
  case $group in *[!0-9]*) gid=$(getent group "$group" | cut -d: -f3) ;; *) gid=$group ;; esac
  [ -n "$gid" ] || { echo "no group is called $group" >&2; exit 1; }
fi
top=$([ ! -d "$path" ] || stat -c '%u:%g %a' -- "$path" 2> /dev/null)
bare=$(printf %s "$path" | sed 's:\\(.\\)/*$:\\1:')
existed=no; [ ! -e "$bare" ] || existed=yes
${prepare}
rsync=no; ! command -v rsync > /dev/null || rsync=yes
printf '%s\\n' "$existed" "$rsync" "$uid" "$gid" "$top"
} < /dev/null
`
  const result = await runThere(ssh, machine, script)
  throwIfUnmounted(result)
  if (result.exitCode !== 0) throw failure(destination, result)
  const [existed, rsync, uid, gid, top = ''] = result.stdout.split('\n')
  const [topOwner = '', mode = ''] = top.split(' ')
  return {
    exists: existed === 'yes',
    hasRsync: rsync === 'yes',
    owner: { uid: Number(uid), gid: Number(gid) },
    // Five digits: with fewer, chmod leaves a directory's setgid bit as it is.
    top: top === '' ? undefined : { owner: topOwner, mode: mode.padStart(5, '0') },
  }
}

/** Only one file takes the place of a file; what else is copied makes a directory. */
const fileInTheWay = 'is a file, or below one, and what is copied needs a directory there'

/** As `prepareDestination` refuses it, for a dry run. */
export function refuseFileInTheWay({ machine, path }: Destination, { exists, top }: DestinationFacts): void {
  if (!exists || top !== undefined) return
  const host = machineName(machine)
  throw new HostError('SYNC_DESTINATION_REFUSED', `${path} on ${host} ${fileInTheWay}`, { host })
}

/** Directories made on the way belong to the owner too; those that were there are left as they are. */
const prepareScript = (directory: string, isServer: boolean) => `
directory=${shellWord(directory)}
if [ ! -d "$directory" ]; then
  [ "$existed" = no ] || [ "$directory" != "$path" ] || { echo ${shellWord(fileInTheWay)} >&2; exit 1; }
  made=$directory
  while above=$(dirname -- "$made"; echo x) && above=\${above%?x} && [ ! -e "$above" ]; do made=$above; done
  mkdir -p -- "$directory" ${isServer ? '&& chown -R "$uid:$gid" -- "$made" ' : ''}|| exit 1
fi
${isServer ? installScript : ''}`

const installScript = `if ! command -v rsync > /dev/null; then
  export DEBIAN_FRONTEND=noninteractive
  if command -v apt-get > /dev/null; then
    apt-get -q -y -o DPkg::Lock::Timeout=300 install rsync || { apt-get -q update && apt-get -q -y install rsync; }
  elif command -v dnf > /dev/null; then dnf -q -y install rsync
  elif command -v yum > /dev/null; then yum -q -y install rsync
  elif command -v zypper > /dev/null; then zypper --non-interactive --quiet install rsync
  elif command -v apk > /dev/null; then apk add --quiet rsync
  fi > /dev/null 2>&1
fi
`

function failure({ machine, path }: Destination, result: ChildResult): HostError {
  const said = result.stderrTail.split('\n').slice(-2).join('; ')
  const host = machineName(machine)
  const common = { host, exitCode: result.exitCode, stderrTail: result.stderrTail }
  if (result.exitCode === 255) return connectionBroke(host, said, common)
  if (machine.kind === 'server' && /^sudo: /m.test(result.stderrTail)) {
    const { user } = machine.access
    return new HostError('HOST_NO_ROOT', `${user} on ${host} may not use sudo without a password`, {
      ...common,
      hint: `allow it in /etc/sudoers.d: ${user} ALL=(ALL) NOPASSWD:ALL`,
    })
  }
  if (result.stderrTail.includes(fileInTheWay)) {
    return new HostError('SYNC_DESTINATION_REFUSED', `${path} on ${host} ${fileInTheWay}`, common)
  }
  return new HostError('SYNC_DESTINATION_REFUSED', `${path} on ${host} cannot be written to: ${said}`, {
    ...common,
    hint: 'look at the path there: something that is no directory may stand in the way',
  })
}

/** What ssh could not do: keys of hosts that are not known are never taken on trust. */
export function connectionBroke(
  host: string,
  said: string,
  common: { readonly host: string; readonly exitCode: number; readonly stderrTail: string },
): HostError {
  if (/Host key verification failed|No .* host key is known/.test(said)) {
    return new HostError('HOST_KEY_UNKNOWN', `ssh does not know the host key of ${host}: ${said}`, {
      ...common,
      hint: `log in once by hand (ssh ${host}), so that its key is in your known_hosts`,
    })
  }
  return new HostError('SYNC_INTERRUPTED', `the connection to ${host} broke: ${said}`, { ...common, retryable: true })
}
