import type { ChildProcess } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { createServer, type Server } from 'node:net'
import { join } from 'node:path'
import { HostError, messageOf } from '../../../core/errors.js'
import { endOf } from '../child.js'
import { spawnChild } from '../commands.js'
import type { Disturbance, HostMetadata } from '../host-backend.js'
import type { HostsDirectory } from '../directory.js'
import { type NameRecords, nameService } from './name-service.js'
import { relayProcess, type RelayRequest } from './relay-process.js'
import type { Switch } from './switch.js'

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never

/** The daemon's hold on the relay process (relay-process.ts), which joins this machine's loopback to the switch. */
export class Relay {
  readonly #child: ChildProcess
  readonly #awaited = new Map<number, { resolve: () => void; reject: (error: Error) => void }>()
  #lastId = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (message: { readonly done: number }) => {
      this.#awaited.get(message.done)?.resolve()
      this.#awaited.delete(message.done)
    })
    void endOf(child).then(() => {
      for (const { reject } of this.#awaited.values()) reject(new Error('the relay has ended'))
      this.#awaited.clear()
    })
  }

  /** Resolves when the metadata service and the name service listen. */
  static async start(directory: HostsDirectory, network: Switch): Promise<Relay> {
    const program = join(directory.runtime, 'relay.cjs')
    await writeFile(program, relaySource(), { mode: 0o600 })
    const child = spawnChild(
      // prettier-ignore
      ['nsenter', `--net=/proc/${network.pid}/ns/net`, 'setpriv', '--pdeathsig', 'KILL',
        process.execPath, '--max-old-space-size=64', program],
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], environment: { EVENKEEL_HOSTS: directory.root } },
    )
    let complaint = ''
    child.stderr?.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(-4096)))
    const relay = new Relay(child)
    try {
      await new Promise<void>((resolve, reject) => relay.#awaited.set(0, { resolve, reject }))
    } catch (error) {
      throw new HostError(
        'SANDBOX_HOST_FAILED',
        `the sandbox's relay did not start: ${complaint || messageOf(error)}`,
        {
          host: 'relay',
          stderrTail: complaint,
          cause: error,
        },
      )
    }
    return relay
  }

  /** Listens on `from` of this machine and passes connections on to `to` inside the sandbox, until withdrawn. */
  async expose(
    key: string,
    from: { readonly address: string; readonly port: number },
    to: { readonly address: string; readonly port: number },
  ): Promise<void> {
    const server = await listen(from)
    try {
      await this.#ask({ kind: 'expose', key, ...to }, server)
    } finally {
      // The relay has acknowledged: only now is its copy certain to be open (Node queues handles).
      await new Promise<void>((resolve) => server.close(() => resolve()))
    }
  }

  /** Stops listening. Connections that were made there go on, unless `cut`. */
  withdraw(key: string, options: { readonly cut: boolean }): Promise<void> {
    return this.#ask({ kind: 'withdraw', key, ...options })
  }

  /** What the metadata service says to the host at `address`. */
  describe(address: string, metadata: HostMetadata): Promise<void> {
    return this.#ask({ kind: 'describe', address, metadata })
  }

  /** What the name service answers from now on. */
  learn(records: NameRecords): Promise<void> {
    return this.#ask({ kind: 'learn', records })
  }

  /** What goes wrong with connections to port 22 from now on. */
  disturb(disturbance: Disturbance): Promise<void> {
    return this.#ask({ kind: 'disturb', disturbance })
  }

  forget(address: string): Promise<void> {
    return this.#ask({ kind: 'forget', address })
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2000)
    await endOf(this.#child)
    clearTimeout(timer)
  }

  #ask(request: Unnumbered<RelayRequest>, server?: Server): Promise<void> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#awaited.set(id, { resolve, reject })
      this.#child.send({ id, ...request }, server, (error) => {
        if (error === null) return
        this.#awaited.delete(id)
        reject(error)
      })
    })
  }
}

function listen(from: { readonly address: string; readonly port: number }): Promise<Server> {
  return new Promise((resolve, reject) => {
    // Who connects before the relay has it is turned away, as by a host that does not listen yet: here nobody would answer,
    // and `close` would wait for its end.
    const server = createServer((early) => early.resetAndDestroy())
    server.once('error', reject)
    server.listen({ host: from.address, port: from.port, backlog: 128 }, () => resolve(server))
  })
}

/** `__name` stands in for the marker that some bundlers wrap named functions in. */
function relaySource(): string {
  return `'use strict'
const __name = (value) => value
const nameService = ${nameService.toString()}
const relayProcess = ${relayProcess.toString()}
const net = require('node:net')
const names = nameService({ net, dgram: require('node:dgram') })
relayProcess({ net, http: require('node:http'), crypto: require('node:crypto'), process, names })
`
}
