import { HostError } from '../../core/errors.js'
import type { Effect, HostAccess, KeyRequest } from '../../executor/ports.js'
import { authorizedKeyComment, staleLines } from '../../model/inside/authorized-keys.js'
import { runScriptOrFail } from '../ssh/command.js'
import type { SshSession } from '../ssh/ssh-session.js'

/** Adds the key, marked as the stack's, where no line without options has it. */
export async function addAuthorizedKey(
  session: SshSession,
  { stack, name, publicKey }: Pick<KeyRequest, 'stack' | 'name' | 'publicKey'>,
): Promise<Effect> {
  const line = `${publicKey} ${authorizedKeyComment(stack, name)}`
  const said = await runScriptOrFail(session, {
    title: 'add a key to authorized_keys',
    body: addScript,
    args: [session.access.user, ...publicKey.split(' '), line],
  })
  return effectOf(said)
}

/** Takes the stack's other keys away, line by line as they stand there: what came meanwhile stays. */
export async function removeAuthorizedKeys(
  session: SshSession,
  { stack, publicKey: wanted, former }: Pick<KeyRequest, 'stack' | 'publicKey' | 'former'>,
): Promise<Effect> {
  const { user } = session.access
  const title = 'take keys from authorized_keys'
  const text = await runScriptOrFail(session, { title, body: `${locateScript}cat "$file"`, args: [user] })
  const stale = staleLines(text.toString('utf8'), { stack, wanted, former })
  if (stale.length === 0) return 'unchanged'
  return effectOf(await runScriptOrFail(session, { title, body: removeScript, args: [user, ...stale] }))
}

/** A key that was added and does not open the server: its private half is not here, or sshd reads another file. */
export function keyUnproven({ address }: HostAccess, { name }: KeyRequest, cause: HostError): HostError {
  return new HostError(
    'HOST_KEY_UNPROVEN',
    `the key of keyPair.${name} was added to ${address}, and no login with it succeeded, so the keys that were there stay: ${cause.message}`,
    {
      host: address,
      cause,
      hint: 'apply again where the private half of the new key is, or load it into the SSH agent',
    },
  )
}

function effectOf(said: Buffer): Effect {
  return said.toString('utf8').trim() === 'changed' ? 'done' : 'unchanged'
}

/** Sets `file` to the user's authorized_keys, behind whatever links; makes it, with its directory, where it is missing. */
const locateScript = String.raw`
user=$1
home=$(getent passwd "$user" 2>/dev/null | cut -d: -f6)
[ -n "$home" ] || home=$(awk -F: -v user="$user" '$1 == user { print $6; exit }' /etc/passwd)
[ -d "$home" ] || { echo "$user has no home directory" >&2; exit 1; }
owner=$user:$(id -g "$user") || exit 1
[ -d "$home/.ssh" ] || { mkdir -m 700 "$home/.ssh" && chown "$owner" "$home/.ssh"; } || exit 1
file=$(readlink -f "$home/.ssh/authorized_keys") && [ -n "$file" ] || exit 1
[ -e "$file" ] || { (umask 077; : > "$file") && chown "$owner" "$file"; } || exit 1
`

/** Behind `locateScript`: sets `new` to a copy with the same owner and modes, while nobody else of us writes. */
const copyScript = String.raw`
[ -e "$home/.ssh/.evenkeel-lock" ] || { (umask 077; : > "$home/.ssh/.evenkeel-lock") && chown "$owner" "$home/.ssh/.evenkeel-lock"; } || exit 1
exec 9>>"$home/.ssh/.evenkeel-lock"
flock 9 2> /dev/null
new=$(mktemp "$file.XXXXXX") && trap 'rm -f "$new"' EXIT && cp -p "$file" "$new" || exit 1
`

/** Puts the copy in the file's place, in one step. */
const swapScript = String.raw`
mv -f "$new" "$file" || exit 1
restorecon "$file" 2> /dev/null
echo changed
`

const addScript = `${locateScript}${copyScript}${String.raw`
! awk -v kind="$2" -v key="$3" '$1 == kind && $2 == key { found = 1 } END { exit !found }' "$file" || exit 0
[ -z "$(tail -c 1 "$new")" ] || echo >> "$new"
printf '%s\n' "$4" >> "$new" || exit 1
`}${swapScript}`

const removeScript = `${locateScript}${copyScript}${String.raw`
shift
for line in "$@"; do printf '%s\n' "$line"; done |
  awk 'NR == FNR { stale[$0] = 1; next } !($0 in stale)' - "$file" > "$new" || exit 1
! cmp -s "$new" "$file" || exit 0
`}${swapScript}`
