import { HostError } from '../core/errors.js'
import { shellWord } from '../core/shell-words.js'
import type { HostAccess } from '../executor/ports.js'
import type { ChildResult } from './child.js'
import { rootPrefix, sshTo } from './machine.js'
import { grantOneShotKey } from './ssh/one-shot-key.js'
import { runWithLines, type TakeLine } from './report-lines.js'
import { mountGuard } from './mount-guard.js'
import { rsyncOptions } from './rsync-options.js'
import { describeRun, type RsyncRun } from './rsync-run.js'
import { farName, nearWords, serverCommand } from './server-command.js'

/**
 * Copies from one server of the stack straight to another, over their private addresses. The source may log in to the
 * destination once, for this one command, with a key that stays in an agent on this machine. It checks the destination's
 * pinned host key.
 */
export async function runDirect(run: RsyncRun, take: TakeLine): Promise<ChildResult> {
  const source = run.source.machine
  const target = run.target.machine
  if (source.kind !== 'server' || target.kind !== 'server') throw new TypeError('both ends must be servers')
  const from = privateAddress(source.access)
  const to = privateAddress(target.access)
  const command = await serverCommand(run)
  let result = await runWithKey(run, { from, to, command }, take)
  // What a killed run has left on the destination can take the rule's keys away once more before it ends.
  for (let again = 1; again < keysMax && isRefused(result, to); again += 1)
    result = await runWithKey(run, { from, to, command }, take)
  const isClosed = new RegExp(String.raw`connect to (?:address|host) ${to.replaceAll('.', String.raw`\.`)} .*`)
  const refused = isClosed.exec(result.stderrTail)?.[0]
  if (refused === undefined) return result
  throw new HostError('SYNC_NO_WAY', `${describeRun(run)}: ${source.access.address} cannot ${refused.trim()}`, {
    host: source.access.address,
    exitCode: result.exitCode,
    stderrTail: result.stderrTail,
    hint: `let ${source.access.address} reach port ${target.access.port} of ${target.access.address} (a security group rule), or write \`via: local\` in the rule`,
  })
}

/** Chosen: at most so many scripts that write keys can be left of a killed run: it gives one, and takes it away. */
const keysMax = 3

/** The destination knows the key no more. */
function isRefused({ exitCode, stderrTail }: ChildResult, to: string): boolean {
  return exitCode !== 0 && stderrTail.split('\n').some((line) => line.includes(`@${to}: Permission denied (`))
}

interface Passage {
  readonly from: string
  readonly to: string
  readonly command: string
}

/** One attempt, with a key of its own. */
async function runWithKey(run: RsyncRun, { from, to, command }: Passage, take: TakeLine): Promise<ChildResult> {
  const { machine } = run.target
  if (machine.kind !== 'server') throw new TypeError('the target must be a server')
  const name = run.rule.name ?? 'copy'
  const key = await grantOneShotKey(run.connections, { access: machine.access, from, command, name })
  let result: ChildResult
  try {
    result = await runWithLines({ argv: argvWithAgent(run, to), input: key.privateKey, signal: run.signal }, take)
  } catch (error) {
    await key.revoke().catch(() => undefined)
    throw error
  }
  await key.revoke().catch((error: unknown) => {
    if (result.exitCode === 0) throw error
  })
  return result
}

function privateAddress({ address, privateIp, hostname }: HostAccess): string {
  const found = privateIp ?? hostname
  if (/^[0-9A-Fa-f.:]+$/.test(found)) return found
  throw new HostError('HOST_NO_ADDRESS', `${address} has no private IP address that another server could reach`, {
    host: address,
    hint: 'write `via: local` in the rule',
  })
}

/** By itself an agent looks each 10 s whether its command goes on, and it is in a session of its own. */
const withAgent = `trap 'kill "$SSH_AGENT_PID"' EXIT; trap 'exit 20' HUP INT TERM
ssh-add -q - || exit 255
ssh -o "ForwardAgent=$SSH_AUTH_SOCK" "$@"`

/** An agent that ends with the command holds the key; the connection to the source lends it to the source alone. */
function argvWithAgent(run: RsyncRun, to: string): readonly string[] {
  const source = run.source.machine
  if (source.kind !== 'server') throw new TypeError('the source must be a server')
  const { argv, name } = sshTo(source)
  const [, ...options] = argv
  // The operator's own agent still logs in where there is one: the new one is for the source alone.
  const agent = process.env['SSH_AUTH_SOCK']
  return [
    'ssh-agent',
    'sh',
    '-c',
    withAgent,
    'direct',
    ...(agent === undefined ? [] : ['-o', `IdentityAgent=${agent}`]),
    '-oControlPath=none',
    '-oControlMaster=no',
    ...options,
    name,
    scriptAtSource(run, to),
  ]
}

function scriptAtSource(run: RsyncRun, to: string): string {
  const { source, target } = run
  if (target.machine.kind !== 'server') throw new TypeError('the target must be a server')
  const { hostKey, user, port } = target.machine.access
  const ssh = {
    HostName: to,
    Port: String(port),
    User: user,
    HostKeyAlias: farName,
    GlobalKnownHostsFile: '/dev/null',
    StrictHostKeyChecking: 'yes',
    UpdateHostKeys: 'no',
    CheckHostIP: 'no',
    BatchMode: 'yes',
    IdentityFile: 'none',
    PreferredAuthentications: 'publickey',
    ConnectTimeout: '10',
    ServerAliveInterval: '15',
    ServerAliveCountMax: '4',
  }
  const options = Object.entries(ssh).map(([option, value]) => `-o ${option}=${value}`)
  const words = [...rsyncOptions(run), '--', ...nearWords(run)].map(shellWord)
  return `${mountGuard([source])}umask 077; known=$(mktemp) || exit 1; trap 'rm -f "$known"' EXIT; trap 'exit 20' HUP INT TERM PIPE
printf '%s\\n' ${shellWord(`${farName} ${hostKey.trim()}`)} > "$known"
${rootPrefix(source.machine)}env SSH_AUTH_SOCK="$SSH_AUTH_SOCK" LC_ALL=C TZ=UTC RSYNC_PROTECT_ARGS=0 rsync \\
  --rsh="ssh -F /dev/null -o UserKnownHostsFile=$known ${options.join(' ')}" ${words.join(' ')}`
}
