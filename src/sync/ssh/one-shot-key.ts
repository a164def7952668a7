import { generateOpensshKeyPair } from '../../core/openssh-key.js'
import { HostError } from '../../core/errors.js'
import { shellWord } from '../../core/shell-words.js'
import type { HostAccess } from '../../executor/ports.js'
import type { SshConnections } from './ssh-connections.js'

/** Ends the comment of a one-shot key's line, before the rule's name and the second at which it expires. */
const oneShotMark = 'evenkeel-one-shot'

/**
 * Chosen: the key is needed once, right after it was made. The line's own command looks at the time: `expiry-time` is not
 * known to OpenSSH before 7.7 (Amazon Linux 2 has 7.4), which takes no line with it.
 */
const lifetimeSeconds = 600

export interface OneShotKey {
  /** In OpenSSH's format. It never leaves this machine: the source asks an agent here to sign. */
  readonly privateKey: string
  /** Takes the key away, whether or not it was used. */
  revoke(): Promise<void>
}

/**
 * Lets whoever has a new key run one command on a server, once, from one address. The line takes itself away when it is
 * used, does nothing when its time is over, and lines that an interrupted run left behind go first.
 */
export async function grantOneShotKey(
  connections: SshConnections,
  request: { readonly access: HostAccess; readonly from: string; readonly command: string; readonly name: string },
): Promise<OneShotKey> {
  const { access, from, command, name } = request
  const { privateKey, publicKey } = generateOpensshKeyPair('')
  const line = oneShotLine({ from, command, name, publicKey })
  const grant = `umask 077
mkdir -p "$HOME/.ssh" && touch "$HOME/.ssh/authorized_keys" || exit 1
now=$(date +%s) && expiry=$((now + ${lifetimeSeconds})) || exit 1
line=$(printf '%s\\n' ${shellWord(line)} | sed "s/@expiry@/$expiry/g") || exit 1
${edited(`awk -v now="$now" -v name=${shellWord(name)} '!(${isOneShot} && ($NF < now || $(NF-1) == name))'`, ` && printf '%s\\n' "$line" >> "$new"`)}
`
  await run(connections, access, grant)
  return { privateKey, revoke: () => run(connections, access, `${withoutKeys(name)}\n`) }
}

/**
 * The line of authorized_keys, with `@expiry@` where the second belongs at which it expires.
 *
 * @internal exported for its test
 */
export function oneShotLine(request: {
  readonly from: string
  readonly command: string
  readonly name: string
  readonly publicKey: string
}): string {
  const { from, command, name, publicKey } = request
  const forced = `${withoutKeys(name)}; [ $(date +%s) -lt @expiry@ ] || exit 255; ${onOneLine(`exec ${command}`)}`
  return `restrict,command="${forced.replaceAll('"', String.raw`\"`)}",from="${from}" ${publicKey} ${oneShotMark} ${name} @expiry@`
}

/** A command without line ends, and without what sshd or sed would change in the line: as `printf %b` takes them. */
function onOneLine(command: string): string {
  if (!/[\r\n"@\\]/.test(command)) return command
  const encoded = command.replaceAll(
    /[\r\n"'@\\]/g,
    (character) => String.raw`\0${character.charCodeAt(0).toString(8).padStart(3, '0')}`,
  )
  return `eval "$(printf %b '${encoded}')"`
}

const isOneShot = `NF > 2 && $(NF-2) == "${oneShotMark}"`

/** A shell command that takes the keys of a rule away. None there is success. */
function withoutKeys(name: string): string {
  return edited(`awk -v name=${shellWord(name)} '!(${isOneShot} && $(NF-1) == name)'`, '')
}

/** Rewrites the file as a whole, under a lock, so that no key of anybody else is ever missing from it. */
function edited(filter: string, then: string): string {
  const keys = '"$HOME/.ssh/authorized_keys"'
  const change = `new=$(mktemp "$HOME/.ssh/authorized_keys.XXXXXX") && cp -p ${keys} "$new" && ${filter} < ${keys} > "$new"${then} && mv -f "$new" ${keys}`
  return `( exec 9>>"$HOME/.ssh/.evenkeel-lock"; flock 9 2> /dev/null; ${change} )`
}

async function run(connections: SshConnections, access: HostAccess, script: string): Promise<void> {
  const result = await connections.runScript(access, script, 'user')
  if (result.exitCode === 0) return
  const said = result.stderrTail.split('\n').at(-1) ?? ''
  const message = `the one-shot key could not be written on ${access.address}: ${said}`
  throw new HostError('SYNC_NO_WAY', message, {
    host: access.address,
    exitCode: result.exitCode,
    stderrTail: result.stderrTail,
    hint: 'write `via: local` in the rule: files then go through this machine, and no key is needed',
  })
}
