import { readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { digestOf } from '../../core/digest.js'
import { HostError } from '../../core/errors.js'
import type { HostAccess } from '../../executor/ports.js'
import { type ChildResult, readChild } from '../child.js'
import { makeRunDirectory, runDirectoryNameBytes } from '../run-directory.js'
import { entryOptions, hostBlock, knownHostsLine, quotedPath, writeAgentKeys } from './ssh-entry.js'
import { type SharedConnection, openSharedConnection } from './shared-connection.js'

/** One server as ssh knows it in our own configuration. */
export interface SshTarget {
  readonly alias: string
  readonly configPath: string
}

/**
 * Shared connections of the system's ssh, one for each server: a run of rsync through one takes a third of the time
 * (measured: 87 against 269 ms). Everything lies in a private directory that `close` removes.
 */
export class SshConnections {
  readonly #temporaryDirectory: string
  readonly #targets = new Map<string, Promise<SshTarget>>()
  readonly #open: SharedConnection[] = []
  #directory: Promise<string> | undefined
  readonly #closing = new AbortController()

  constructor(temporaryDirectory = tmpdir()) {
    this.#temporaryDirectory = temporaryDirectory
  }

  /** A private directory (0700) for the life of this object. */
  directory(): Promise<string> {
    this.#directory ??= this.#makeDirectory()
    return this.#directory
  }

  /** Makes sure that a connection is open, and tells how ssh finds it. */
  connect(access: HostAccess): Promise<SshTarget> {
    const key = keyOf(access)
    const known = this.#targets.get(key)
    if (known) return known
    const target = this.#admitted(access, key)
    this.#targets.set(key, target)
    target.catch(() => this.#targets.delete(key))
    return target
  }

  /** Runs a POSIX shell script on the server: as root through sudo, or as the login user. */
  async runScript(access: HostAccess, script: string, as: 'root' | 'user'): Promise<ChildResult & { stdout: string }> {
    const { alias, configPath } = await this.connect(access)
    const command = as === 'root' && access.user !== 'root' ? 'sudo -n sh -s' : 'sh -s'
    return readChild({ argv: ['ssh', '-F', configPath, alias, command], input: script })
  }

  /** Also ends logins that still wait for an answer, which may take a minute. */
  async close(): Promise<void> {
    this.#closing.abort()
    await Promise.allSettled(this.#targets.values())
    this.#targets.clear()
    await Promise.all(this.#open.splice(0).map((connection) => connection.close()))
    const directory = await this.#directory?.catch(() => undefined)
    this.#directory = undefined
    if (directory !== undefined) await rm(directory, { recursive: true, force: true })
  }

  async #makeDirectory(): Promise<string> {
    // A socket's path holds 107 bytes, and ssh adds 17 while it makes one: /tmp is short enough everywhere.
    const base =
      Buffer.byteLength(this.#temporaryDirectory) > socketDirectoryBytesMax ? '/tmp' : this.#temporaryDirectory
    return makeRunDirectory(base)
  }

  /** Logs in; where EC2 would have to let this machine in, and that comes to nothing, an agent may hold a key that nobody knows of. */
  async #admitted(access: HostAccess, key: string): Promise<SshTarget> {
    const { pass, ...others } = access
    try {
      await pass?.admit()
      return await this.#login(access, key)
    } catch (error) {
      const isRefused =
        error instanceof HostError &&
        (error.code === 'HOST_NOT_ADMITTED' || error.code === 'HOST_AUTHENTICATION_FAILED')
      if (!pass || !isRefused || !process.env['SSH_AUTH_SOCK']) throw error
      return this.#login(others, key)
    }
  }

  async #login(access: HostAccess, key: string): Promise<SshTarget> {
    const directory = await this.directory()
    const target = { alias: `k${key}`, configPath: join(directory, `${key}.conf`) }
    await writeFile(join(directory, `${key}.hosts`), knownHostsLine(access, target.alias), { mode: 0o600 })
    // Its connection is shared: this one goes through it.
    const jump = access.via && (await this.connect(access.via))
    const before = jump === undefined ? '' : await readFile(jump.configPath, 'utf8')
    const agentKeyPaths = writeAgentKeys(access, directory, key)
    const own = configuration(access, { alias: target.alias, directory, key, jump: jump?.alias, agentKeyPaths })
    await writeFile(target.configPath, `${own}${before}`, { mode: 0o600 })
    const opened = await openSharedConnection(
      target.configPath,
      target.alias,
      join(directory, key),
      this.#closing.signal,
    )
    if ('exitCode' in opened) throw connectionFailure(access, opened)
    this.#open.push(opened)
    return target
  }
}

/** 76 was left for the directory, and its name. */
const socketDirectoryBytesMax = 75 - runDirectoryNameBytes

/** Another way to a server is another connection. */
function keyOf({
  instanceId,
  hostname,
  port,
  user,
  hostKey,
  privateKeyPath,
  otherKeyPaths = [],
  agentKeys = [],
  pass,
  via,
}: HostAccess): string {
  const words = [
    instanceId,
    hostname,
    port,
    user,
    hostKey,
    privateKeyPath ?? '',
    ...otherKeyPaths,
    ...agentKeys,
    pass?.privateKeyPath ?? '',
  ]
  return digestOf(via ? [...words, keyOf(via)] : words, 8)
}

function configuration(
  access: HostAccess,
  {
    alias,
    directory,
    key,
    jump,
    agentKeyPaths,
  }: {
    readonly alias: string
    readonly directory: string
    readonly key: string
    readonly jump: string | undefined
    readonly agentKeyPaths: readonly string[]
  },
): string {
  const options = {
    BatchMode: 'yes',
    PreferredAuthentications: 'publickey',
    ControlPath: quotedPath(join(directory, key)),
    ConnectTimeout: '15',
    ConnectionAttempts: '3',
    ServerAliveInterval: '15',
    ServerAliveCountMax: '4',
    Compression: 'no',
    ForwardAgent: 'no',
    RequestTTY: 'no',
  }
  const entry = entryOptions(access, { alias, knownHostsPath: join(directory, `${key}.hosts`), jump, agentKeyPaths })
  return hostBlock([alias], [...entry, ...Object.entries(options)])
}

function connectionFailure(access: HostAccess, { exitCode, stderrTail: said }: ChildResult): HostError {
  const target = `${access.address} (${access.user}@${access.hostname}:${access.port})`
  const common = { host: access.address, command: 'ssh', exitCode, stderrTail: said }
  if (/Host key verification failed|IDENTIFICATION HAS CHANGED|no matching host key/i.test(said)) {
    return new HostError('HOST_KEY_MISMATCH', `${target} shows another host key than ${access.hostKey.trim()}`, {
      ...common,
      hint: 'somebody may be in between, or the server was set up anew: learn its fingerprint in a way that cannot be forged (its console output), then say it: `evenkeel trust SERVER --fingerprint SHA256:…`',
    })
  }
  if (/Permission denied|Too many authentication failures/.test(said)) {
    const key =
      access.privateKeyPath ?? (access.agentKeys ? 'the stack’s key in the SSH agent' : 'any key of the SSH agent')
    return new HostError('HOST_AUTHENTICATION_FAILED', `${target} does not accept ${key}`, {
      ...common,
      hint: "check the server's `user`, and that it was launched with this key pair",
    })
  }
  return new HostError('HOST_UNREACHABLE', `${target} does not answer: ${said.split('\n').at(-1) ?? ''}`, {
    ...common,
    retryable: true,
    hint: 'check that the server runs, and that a security group lets this machine reach its SSH port',
  })
}
