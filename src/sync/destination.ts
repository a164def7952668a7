import { HostError } from '../core/errors.js'
import { shellWord } from '../core/shell-words.js'
import type { CopyDestination } from '../executor/ports.js'
import type { SshConnections } from './ssh-connections.js'

/** What a destination is on its server, before a copy. */
export interface DestinationFacts {
  readonly exists: boolean
  readonly hasRsync: boolean
  readonly owner: { readonly uid: number; readonly gid: number }
  /** `uid:gid mode` of the directory that is there already. */
  readonly top: { readonly owner: string; readonly mode: string } | undefined
}

/** Looks at a destination and changes nothing. */
export function readDestination(ssh: SshConnections, destination: CopyDestination): Promise<DestinationFacts> {
  return askDestination(ssh, destination, '')
}

/** Makes the directory that rsync writes into, and everything above it, for the login user; installs rsync when it is missing. */
export function prepareDestination(
  ssh: SshConnections,
  destination: CopyDestination,
  directory: string,
): Promise<DestinationFacts> {
  return askDestination(ssh, destination, prepareScript(directory))
}

/** Gives a directory that was there before the copy its owner and mode back: they are not rsync's to change. */
export async function restoreTop(
  ssh: SshConnections,
  { access, path }: CopyDestination,
  top: NonNullable<DestinationFacts['top']>,
): Promise<void> {
  const script = `chown ${shellWord(top.owner)} -- ${shellWord(path)} && chmod ${shellWord(top.mode)} -- ${shellWord(path)}\n`
  const result = await ssh.runScript(access, script, 'root')
  if (result.exitCode !== 0) throw failure({ access, path }, result)
}

async function askDestination(
  ssh: SshConnections,
  destination: CopyDestination,
  prepare: string,
): Promise<DestinationFacts> {
  const { access, path } = destination
  const script = `LC_ALL=C PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
export LC_ALL PATH
{
path=${shellWord(path)} user=${shellWord(access.user)}
uid=$(id -u "$user") && gid=$(id -g "$user") || exit 1
top=$([ ! -d "$path" ] || stat -c '%u:%g %a' -- "$path")
existed=no; [ ! -e "$path" ] || existed=yes
${prepare}
rsync=no; ! command -v rsync > /dev/null || rsync=yes
printf '%s\\n' "$existed" "$rsync" "$uid" "$gid" "$top"
} < /dev/null
`
  const result = await ssh.runScript(access, script, 'root')
  if (result.exitCode !== 0) throw failure(destination, result)
  const [existed, rsync, uid, gid, top = ''] = result.stdout.split('\n')
  const [owner = '', mode = ''] = top.split(' ')
  return {
    exists: existed === 'yes',
    hasRsync: rsync === 'yes',
    owner: { uid: Number(uid), gid: Number(gid) },
    // Five digits: with fewer, chmod leaves a directory's setgid bit as it is.
    top: top === '' ? undefined : { owner, mode: mode.padStart(5, '0') },
  }
}

/** Directories made on the way belong to the login user too; those that were there are left as they are. */
const prepareScript = (directory: string) => `
directory=${shellWord(directory)}
if [ ! -d "$directory" ]; then
  made=$directory
  while above=$(dirname -- "$made"; echo x) && above=\${above%?x} && [ ! -e "$above" ]; do made=$above; done
  mkdir -p -- "$directory" && chown -R "$uid:$gid" -- "$made" || exit 1
fi
if ! command -v rsync > /dev/null; then
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

function failure({ access, path }: CopyDestination, result: { exitCode: number; stderrTail: string }): HostError {
  const said = result.stderrTail.split('\n').slice(-2).join('; ')
  const common = { host: access.address, exitCode: result.exitCode, stderrTail: result.stderrTail }
  if (result.exitCode === 255) {
    return new HostError('SYNC_INTERRUPTED', `the connection to ${access.address} broke: ${said}`, {
      ...common,
      retryable: true,
    })
  }
  if (/^sudo: /m.test(result.stderrTail)) {
    return new HostError('HOST_NO_ROOT', `${access.user} on ${access.address} may not use sudo without a password`, {
      ...common,
      hint: `allow it in /etc/sudoers.d: ${access.user} ALL=(ALL) NOPASSWD:ALL`,
    })
  }
  return new HostError('SYNC_DESTINATION_REFUSED', `${path} on ${access.address} cannot be written to: ${said}`, {
    ...common,
    hint: 'look at the path on the server: something that is no directory may stand in the way',
  })
}
