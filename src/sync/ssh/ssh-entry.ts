import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HostError } from '../../core/errors.js'
import type { HostAccess } from '../../executor/ports.js'

/** A name and its value in ssh_config(5); some names stand there several times. */
type SshOption = readonly [name: string, value: string]

/** What OpenSSH has to know to enter one server as evenkeel does: with the right key, and to the pinned host key alone. */
export function entryOptions(
  access: HostAccess,
  {
    alias,
    knownHostsPath,
    jump,
    agentKeyPaths = [],
  }: {
    readonly alias: string
    readonly knownHostsPath: string
    readonly jump?: string | undefined
    /** Where `writeAgentKeys` has written the public halves that the agent is asked for. */
    readonly agentKeyPaths?: readonly string[]
  },
): readonly SshOption[] {
  checkWords(access)
  const ownPaths = [access.privateKeyPath, ...agentKeyPaths, access.pass?.privateKeyPath].filter(
    (path) => path !== undefined,
  )
  const [algorithm = 'ssh-ed25519'] = access.hostKey.trim().split(/\s+/)
  const options = {
    HostName: access.hostname,
    Port: String(access.port),
    User: access.user,
    HostKeyAlias: alias,
    UserKnownHostsFile: quotedPath(knownHostsPath),
    GlobalKnownHostsFile: '/dev/null',
    StrictHostKeyChecking: 'yes',
    UpdateHostKeys: 'no',
    CheckHostIP: 'no',
    HostKeyAlgorithms: algorithm === 'ssh-rsa' ? 'rsa-sha2-512,rsa-sha2-256' : algorithm,
    // A chain of them needs none here: each knows its own.
    ...(jump === undefined ? {} : { ProxyJump: jump }),
    ...(ownPaths.length === 0 ? {} : { IdentitiesOnly: 'yes' }),
  }
  const paths = [...ownPaths, ...(access.otherKeyPaths ?? [])]
  return [...Object.entries(options), ...paths.map((path) => ['IdentityFile', quotedPath(path)] as const)]
}

/**
 * Writes the public halves of the keys that an agent holds, `NAME.agent.pub` in a directory of one's own, and returns their paths:
 * as an IdentityFile each is asked of the agent, and with IdentitiesOnly no other is (ssh_config(5)).
 */
export function writeAgentKeys({ agentKeys = [] }: HostAccess, directory: string, name: string): readonly string[] {
  return agentKeys.map((key, index) => {
    const path = join(directory, `${name}${index === 0 ? '' : `-${index}`}.agent.pub`)
    writeFileSync(path, `${key}\n`, { mode: 0o600 })
    return path
  })
}

/** They come from tags and answers. A line end in one would begin an option of its own, such as ProxyCommand, which ssh runs here. */
function checkWords({ address, hostname, user, hostKey }: HostAccess): void {
  for (const [what, word] of Object.entries({ address: hostname, 'login user': user, 'host key': hostKey.trim() })) {
    if (!/[\0\r\n]/.test(word)) continue
    throw new HostError(
      'HOST_UNREACHABLE',
      `${address} has ${JSON.stringify(word)} as its ${what}, which is no such thing`,
      {
        host: address,
        hint: 'look at the tags of its instance: whoever may write them has done so',
      },
    )
  }
}

/** A block of ssh_config(5); `names` are what the server is called there. */
export function hostBlock(names: readonly string[], options: readonly SshOption[]): string {
  return `Host ${names.join(' ')}\n${options.map(([name, value]) => `  ${name} ${value}\n`).join('')}`
}

/** A server's line in a file of known hosts. */
export function knownHostsLine(access: HostAccess, alias: string): string {
  return `${alias} ${access.hostKey.trim()}\n`
}

/** Quoted for ssh_config(5), in which `%` begins a token, and a backslash keeps a quote from ending the word (OpenSSH 8.7). */
export function quotedPath(path: string): string {
  return `"${path.replaceAll('%', '%%').replaceAll(/\\(?=["\\]|$)|"/g, String.raw`\$&`)}"`
}
