import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { messageOf } from '../core/errors.js'
import { liveHostAccess } from '../executor/observe/live-host-access.js'
import type { HostAccess, Pass } from '../executor/ports.js'
import { agentSocket } from '../hosts/keys/agent-socket.js'
import type { Address } from '../model/address.js'
import { entryOptions, hostBlock, knownHostsLine, writeAgentKeys } from '../sync/ssh/ssh-entry.js'
import { enterable, enterServer } from './enter-server.js'
import { liveServerOf } from '../model/kinds/live-named.js'
import type { Session } from './session.js'

/** Servers as the system's OpenSSH knows them. */
export interface SshConfiguration {
  /** In the format of ssh_config(5). */
  readonly text: string
  /** What ssh is to be called with, in the order of `text`. */
  readonly aliases: readonly string[]
  /** What lets this machine in for a login that begins now; nothing where it has the keys. */
  admit(): Promise<void>
  /** Servers that cannot be entered now, and why. */
  readonly left: readonly { readonly address: Address; readonly reason: string }[]
}

/** A configuration for one server, by its name, or for a volume's. */
export async function sshConfigurationOf(session: Session, name: string): Promise<SshConfiguration> {
  return written(session, [await withoutNeedlessPass(session, await enterServer(session, name))], [])
}

/** A configuration for all servers of the stack that run; the others are told. */
export async function sshConfiguration(session: Session): Promise<SshConfiguration> {
  const { spec, ports } = session
  const cloud = await enterable(session)
  const accessOf = liveHostAccess(spec, cloud, ports)
  const found: HostAccess[] = []
  const left: { address: Address; reason: string }[] = []
  for (const { address } of spec.servers) {
    const server = liveServerOf(cloud.servers, address)
    if (server?.state !== 'running') {
      left.push({ address, reason: server ? `it is ${server.state}` : 'it does not exist' })
      continue
    }
    const access = await accessOf(server).then((way) => withoutNeedlessPass(session, way), messageOf)
    if (typeof access === 'string') left.push({ address, reason: access })
    else if (passesTo(access).length > 0) left.push({ address, reason: byPassAlone })
    else found.push(access)
  }
  return written(session, found, left)
}

/** Host keys lie in a file of the stack's own, beside its keys: ssh reads them after this process has ended. */
function written(session: Session, found: readonly HostAccess[], left: SshConfiguration['left']): SshConfiguration {
  const { keysDirectory, spec } = session
  const aliasOf = ({ address }: Pick<HostAccess, 'address'>) =>
    `${spec.stack}-${address
      .slice(address.indexOf('.') + 1)
      .replace('[', '-')
      .replace(']', '')}`
  mkdirSync(keysDirectory, { recursive: true, mode: 0o700 })
  const blocks = withWays(found).map((access) => {
    const alias = aliasOf(access)
    const knownHostsPath = join(keysDirectory, `${alias}.known_hosts`)
    writeFileSync(knownHostsPath, knownHostsLine(access, alias), { mode: 0o600 })
    const agentKeyPaths = writeAgentKeys(access, keysDirectory, alias)
    const jump = access.via && aliasOf(access.via)
    return hostBlock([alias, access.address], entryOptions(access, { alias, knownHostsPath, jump, agentKeyPaths }))
  })
  const passes = found.flatMap(passesTo)
  const admit = async () => void (await Promise.all(passes.map((pass) => pass.admit())))
  return { text: blocks.join('\n'), aliases: found.map(aliasOf), admit, left }
}

/** Where an agent runs it may hold a key that opens the server, although nobody knows of it: a login tells. */
async function withoutNeedlessPass({ ports }: Session, access: HostAccess): Promise<HostAccess> {
  const { pass, ...others } = access
  if (!pass || agentSocket() === undefined) return access
  const facts = await ports.hosts.probe(access)
  return facts.kind === 'read' && facts.admitted !== true ? others : access
}

/** Those that let this machine into a server, and into what stands before it. */
function passesTo({ pass, via }: HostAccess): readonly Pass[] {
  return [...(via ? passesTo(via) : []), ...(pass ? [pass] : [])]
}

const byPassAlone =
  'its key is neither on this machine nor in an SSH agent, and EC2 Instance Connect lets keys in for a minute alone: `evenkeel ssh` and `evenkeel exec` go that way'

/** The same, and behind them the servers through which they are entered, each once. */
function withWays(found: readonly HostAccess[]): readonly HostAccess[] {
  const all = new Map(found.map((access) => [access.address, access]))
  for (let next = found.flatMap(({ via }) => via ?? []); next.length > 0; next = next.flatMap(({ via }) => via ?? [])) {
    for (const access of next) if (!all.has(access.address)) all.set(access.address, access)
  }
  return [...all.values()]
}
