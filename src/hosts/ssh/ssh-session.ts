import type { Duplex } from 'node:stream'
import pLimit from 'p-limit'
import type ssh2 from 'ssh2'
import { HostError } from '../../core/errors.js'
import type { HostAccess } from '../../executor/ports.js'

/** Chosen: sshd allows ten sessions on a connection (MaxSessions), and somebody else may want one. */
const channelsMax = 8

/** One SSH connection. Commands share it, at most eight at a time; the others wait. */
export class SshSession {
  /** With what is attached to the server by now. */
  access: HostAccess
  /** EC2 Instance Connect has let this machine in. */
  readonly isAdmitted: boolean
  readonly #client: ssh2.Client
  readonly #channels = pLimit(channelsMax)
  readonly #closeListeners = new Set<() => void>()
  #closed = false

  constructor(access: HostAccess, client: ssh2.Client, isAdmitted = false) {
    this.access = access
    this.isAdmitted = isAdmitted
    this.#client = client
    client.on('error', () => {})
    client.once('close', () => {
      this.#closed = true
      for (const listener of this.#closeListeners) listener()
    })
  }

  get closed(): boolean {
    return this.#closed
  }

  /**
   * Starts a command and hands its channel to `use`; the place among the eight is given back when that is over.
   * Fails with HOST_CONNECTION_LOST (retryable) when the command cannot have been started.
   */
  withChannel<T>(
    command: string,
    use: (channel: ssh2.ClientChannel) => Promise<T>,
    options: ssh2.ExecOptions = {},
  ): Promise<T> {
    return this.#channels(() => this.#open(command, use, options))
  }

  /** A connection from the server to a port that it can reach. Fails with HOST_UNREACHABLE (retryable) where it cannot. */
  reach({
    address,
    hostname,
    port,
  }: {
    readonly address: string
    readonly hostname: string
    readonly port: number
  }): Promise<Duplex> {
    return new Promise((resolve, reject) => {
      const failed = (cause: Error) =>
        reject(
          new HostError(
            'HOST_UNREACHABLE',
            `${this.access.address} cannot reach ${address} (${hostname}:${port}): ${cause.message}`,
            {
              host: address,
              retryable: true,
              cause,
              hint: `check that it runs, and that its security group lets ${this.access.address} reach its SSH port`,
            },
          ),
        )
      try {
        // sshd dials; where from, nobody there asks.
        this.#client.forwardOut('127.0.0.1', 0, hostname, port, (error, stream) =>
          error ? failed(error) : resolve(stream),
        )
      } catch (error) {
        failed(error as Error)
      }
    })
  }

  /** Calls back once when the connection is gone; returns the way to unsubscribe. */
  onClose(listener: () => void): () => void {
    this.#closeListeners.add(listener)
    return () => this.#closeListeners.delete(listener)
  }

  close(): void {
    this.#closed = true
    this.#client.end()
  }

  /** `use` is called at once: a short command's exit status may stand in the very packet that says that it was started. */
  #open<T>(command: string, use: (channel: ssh2.ClientChannel) => Promise<T>, options: ssh2.ExecOptions): Promise<T> {
    return new Promise((resolve, reject) => {
      const lost = (cause?: Error) =>
        reject(
          new HostError('HOST_CONNECTION_LOST', `the connection to ${this.access.address} is gone`, {
            host: this.access.address,
            retryable: true,
            cause,
          }),
        )
      if (this.#closed) {
        lost()
        return
      }
      const unsubscribe = this.onClose(lost)
      try {
        this.#client.exec(command, options, (error, channel) => {
          unsubscribe()
          if (error) lost(error)
          else resolve(use(channel))
        })
      } catch (error) {
        unsubscribe()
        lost(error as Error)
      }
    })
  }
}
