import type { Duplex } from 'node:stream'
import { type Clock, systemClock } from '../core/clock.js'
import { Cancelled, HostError } from '../core/errors.js'
import type {
  BlockCopy,
  BlockCopyRequest,
  Effect,
  ExecStreams,
  Freeze,
  HostAccess,
  HostPlace,
  HostPort,
  KeyRequest,
  MountedFilesystem,
  ReadyOptions,
} from '../executor/ports.js'
import type { HostVitals } from '../model/inside/host-vitals.js'
import type { HostFacts } from '../model/inside/host-facts.js'
import { addAuthorizedKey, keyUnproven, removeAuthorizedKeys } from './keys/change-keys.js'
import { copyBlocks } from './blocks/block-copy.js'
import { checkMounted, type MountedRequest } from './mounts/check-mounted.js'
import { runShellCommand } from './ssh/command.js'
import { readBootId } from './ssh/boot-id.js'
import type { connect } from './ssh/connect.js'
import { execArgv } from './ssh/exec-argv.js'
import { type FreezeRequest, freezeVolumes } from './mounts/freeze-filesystems.js'
import { growFilesystem, type GrowRequest } from './filesystems/grow-to-device.js'
import { makeFilesystem, type MakeRequest } from './filesystems/mkfs.js'
import { mountVolume, type MountRequest } from './mounts/mount-filesystem.js'
import { probeFacts } from './probe/probe.js'
import { readVitals } from './probe/vitals.js'
import { waitForFirstBoot } from './ssh/first-boot.js'
import { SshSession } from './ssh/ssh-session.js'
import { unmountVolume } from './mounts/unmount-filesystem.js'
import { type FstabRequest, writeFstab } from './mounts/fstab-file.js'

export interface HostsOptions {
  readonly clock?: Clock
  /** How long a server that does not answer is tried again, outside of `waitUntilReady`. Default 10 s. */
  readonly connectPatienceMs?: number
  /** How long a refused login is tried again by `waitUntilReady`. Default 15 s. */
  readonly loginPatienceMs?: number
}

/** Works inside servers over SSH: one connection for each, made at the first use. */
export function createHosts(options: HostsOptions = {}): HostPort {
  return new Hosts(options)
}

interface Connection {
  /** What the connection was made with; another access means another connection. */
  readonly key: string
  readonly session: Promise<SshSession>
}

class Hosts implements HostPort {
  readonly #clock: Clock
  readonly #connectPatienceMs: number
  readonly #loginPatienceMs: number
  /** By instance: two may have one address, while one takes the place of the other. */
  readonly #connections = new Map<string, Connection>()

  constructor({ clock = systemClock, connectPatienceMs = 10_000, loginPatienceMs = 15_000 }: HostsOptions) {
    this.#clock = clock
    this.#connectPatienceMs = connectPatienceMs
    this.#loginPatienceMs = loginPatienceMs
  }

  async waitUntilReady(access: HostAccess, options: ReadyOptions): Promise<Effect> {
    const { timeoutMs, answerMs = timeoutMs, onAnswer, signal } = options
    const start = this.#clock.now()
    for (;;) {
      const leftMs = Math.max(1_000, start + answerMs - this.#clock.now())
      try {
        const session = await this.#session(access, leftMs, this.#loginPatienceMs, signal)
        onAnswer?.()
        const bootMs = Math.max(1_000, start + timeoutMs - this.#clock.now())
        return await unlessAborted(waitForFirstBoot(session, bootMs), signal)
      } catch (error) {
        // A first boot may restart sshd, or the server: waiting again is safe.
        const isLost = error instanceof HostError && error.code === 'HOST_CONNECTION_LOST'
        if (!isLost || this.#clock.now() - start >= timeoutMs) throw error
        this.disconnect(access.instanceId)
        await this.#clock.sleep(500)
      }
    }
  }

  async offeredHostKeys(place: HostPlace): Promise<readonly string[]> {
    const { offeredHostKeys } = await import('./ssh/offered-keys.js')
    return offeredHostKeys(place, this.#wayTo(place))
  }

  bootId(access: HostAccess): Promise<string> {
    return this.#whileConnected(access, readBootId)
  }

  async probe(access: HostAccess): Promise<HostFacts> {
    try {
      return await this.#whileConnected(access, probeFacts)
    } catch (error) {
      if (!(error instanceof HostError)) throw error
      return { kind: 'unreadable', reason: error.message, ...(error.hint !== undefined && { hint: error.hint }) }
    }
  }

  vitals(access: HostAccess): Promise<HostVitals> {
    return this.#whileConnected(access, readVitals)
  }

  makeFilesystem(access: HostAccess, request: MakeRequest): Promise<Effect> {
    return this.#whileConnected(access, (session) => makeFilesystem(session, request, this.#clock))
  }

  growFilesystem(access: HostAccess, request: GrowRequest): Promise<Effect> {
    return this.#whileConnected(access, (session) => growFilesystem(session, request, this.#clock))
  }

  mount(access: HostAccess, request: MountRequest): Promise<Effect> {
    return this.#whileConnected(access, (session) => mountVolume(session, request, this.#clock))
  }

  writeFstab(access: HostAccess, request: FstabRequest): Promise<Effect> {
    return this.#whileConnected(access, (session) => writeFstab(session, request))
  }

  unmount(access: HostAccess, request: { readonly volumeId: string }): Promise<Effect> {
    return this.#whileConnected(access, (session) => unmountVolume(session, request.volumeId))
  }

  checkMounted(access: HostAccess, request: MountedRequest): Promise<MountedFilesystem> {
    return this.#whileConnected(access, (session) => checkMounted(session, request))
  }

  freeze(access: HostAccess, request: FreezeRequest): Promise<Freeze> {
    return this.#whileConnected(access, (session) => freezeVolumes(session, request))
  }

  async copyBlocks(
    source: { readonly access: HostAccess; readonly volumeId: string },
    destination: { readonly access: HostAccess; readonly volumeId: string },
    request: BlockCopyRequest,
  ): Promise<BlockCopy> {
    const [from, to] = await Promise.all([this.#session(source.access), this.#session(destination.access)])
    const { signal } = request
    return copyBlocks(
      { session: from, volumeId: source.volumeId, signal },
      { session: to, volumeId: destination.volumeId, signal },
      request,
      this.#clock,
    ).catch((error: unknown) => {
      signal?.throwIfAborted()
      throw error
    })
  }

  async authorizeKey(access: HostAccess, request: KeyRequest): Promise<Effect> {
    const { publicKey: only, privateKeyPath } = request
    const added = await this.#whileConnected(access, (session) => addAuthorizedKey(session, request))
    const { otherKeyPaths: _others, ...place } = access
    const own = { ...place, privateKeyPath }
    const reach = this.#wayTo(access)
    const patience = { patienceMs: this.#connectPatienceMs, loginPatienceMs: 0, clock: this.#clock, reach }
    const { client } = await connectTo(own, { ...patience, only }).catch((error: unknown) => {
      throw error instanceof HostError ? keyUnproven(own, request, error) : error
    })
    const session = new SshSession(own, client)
    try {
      const removed = await removeAuthorizedKeys(session, request)
      return added === 'done' || removed === 'done' ? 'done' : 'unchanged'
    } finally {
      session.close()
    }
  }

  async run(
    access: HostAccess,
    command: string,
    onOutput: (line: string) => void,
    options: { readonly timeoutMs?: number; readonly shown?: string; readonly signal?: AbortSignal } = {},
  ): Promise<void> {
    const session = await this.#session(access)
    await runShellCommand(session, command, onOutput, options)
  }

  async exec(access: HostAccess, argv: readonly string[], streams: ExecStreams): Promise<number> {
    const session = await this.#session(access)
    return execArgv(session, argv, streams)
  }

  disconnect(instanceId: string): void {
    const connection = this.#connections.get(instanceId)
    this.#connections.delete(instanceId)
    connection?.session.then(
      (session) => session.close(),
      () => {},
    )
  }

  close(): void {
    for (const instanceId of this.#connections.keys()) this.disconnect(instanceId)
  }

  /**
   * Runs an operation that may be run again, once more when the connection breaks: each of them looks first at what is
   * there already.
   */
  async #whileConnected<T>(access: HostAccess, operate: (session: SshSession) => Promise<T>): Promise<T> {
    try {
      return await operate(await this.#session(access))
    } catch (error) {
      if (!(error instanceof HostError) || error.code !== 'HOST_CONNECTION_LOST') throw error
      this.disconnect(access.instanceId)
      return operate(await this.#session(access))
    }
  }

  async #session(
    access: HostAccess,
    patienceMs = this.#connectPatienceMs,
    loginPatienceMs = 0,
    signal?: AbortSignal,
  ): Promise<SshSession> {
    const { instanceId } = access
    const key = wordsOf(access)
    const known = this.#connections.get(instanceId)
    if (known?.key === key) {
      const session = await known.session
      session.access = access
      return session
    }
    if (known) this.disconnect(instanceId)
    const session = connectTo(access, {
      patienceMs,
      loginPatienceMs,
      clock: this.#clock,
      signal,
      reach: this.#wayTo(access),
    }).then(({ client, isAdmitted }) => {
      const made = new SshSession(access, client, isAdmitted)
      made.onClose(() => this.#forget(instanceId, session))
      return made
    })
    this.#connections.set(instanceId, { key, session })
    session.catch(() => this.#forget(instanceId, session))
    return session
  }

  /** Reaches a server through the one that it names, over that one's own connection. */
  #wayTo(place: HostPlace): (() => Promise<Duplex>) | undefined {
    const { via } = place
    return via && (async () => (await this.#session(via)).reach(place))
  }

  #forget(instanceId: string, session: Promise<SshSession>): void {
    if (this.#connections.get(instanceId)?.session === session) this.#connections.delete(instanceId)
  }
}

/** Loads ssh2 when a server is entered: many a plan enters none. */
const connectTo: typeof connect = async (access, options) => (await import('./ssh/connect.js')).connect(access, options)

/** What makes a connection another one: not what is attached to the server meanwhile. */
function wordsOf(access: HostAccess): string {
  const { hostname, port, user, hostKey, privateKeyPath, otherKeyPaths, agentKeys, pass, via } = access
  const keys = [privateKeyPath, otherKeyPaths, agentKeys, pass?.privateKeyPath]
  return JSON.stringify([hostname, port, user, hostKey, ...keys, via && wordsOf(via)])
}

/** The result, or Cancelled as soon as nobody waits for it any more. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  return new Promise((resolve, reject) => {
    const onAbort = () => reject(new Cancelled('nobody waits any more for the first boot to end'))
    if (signal.aborted) onAbort()
    signal.addEventListener('abort', onAbort, { once: true })
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', onAbort))
  })
}
