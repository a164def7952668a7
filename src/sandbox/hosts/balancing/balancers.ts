import type { ChildProcess } from 'node:child_process'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { HostError, messageOf } from '../../../core/errors.js'
import { endOf } from '../child.js'
import { spawnChild } from '../commands.js'
import type { HostsDirectory } from '../directory.js'
import type { BalancerAddress, BalancerListener, Probe, ProbeResult } from '../host-backend.js'
import type { Switch } from '../network/switch.js'
import { balancerProcess, type BalancerRequest } from './balancer-process.js'

type Unnumbered<T> = T extends unknown ? Omit<T, 'id'> : never

interface Answer {
  readonly done: number
  readonly result?: unknown
  readonly error?: string
}

interface Awaited {
  readonly resolve: (result: unknown) => void
  readonly reject: (error: Error) => void
}

/** The daemon's hold on the process of the load balancers (balancer-process.ts), which is there from the first of them on. */
export class Balancers {
  readonly #directory: HostsDirectory
  readonly #network: Switch
  #process: Promise<BalancerChild> | undefined
  #addresses: ReadonlySet<string> = new Set()

  constructor(directory: HostsDirectory, network: Switch) {
    this.#directory = directory
    this.#network = network
  }

  /** Gives the switch the addresses of balancers, and takes those of balancers that are no more. */
  async setAddresses(addresses: readonly BalancerAddress[]): Promise<void> {
    const wanted = new Set(addresses.map(({ privateIp }) => privateIp))
    const lines = [
      ...[...this.#addresses].filter((one) => !wanted.has(one)).map((one) => `addr del ${one}/32 dev lo\n`),
      ...[...wanted].filter((one) => !this.#addresses.has(one)).map((one) => `addr add ${one}/32 dev lo\n`),
    ]
    if (lines.length > 0) await this.#network.run('ip', ['-batch', '-'], lines.join(''))
    this.#addresses = wanted
  }

  async balance(listeners: readonly BalancerListener[]): Promise<void> {
    if (listeners.length === 0 && this.#process === undefined) return
    await (await this.#started()).ask({ kind: 'balance', listeners })
  }

  async probe(probe: Probe): Promise<ProbeResult> {
    return (await (await this.#started()).ask({ kind: 'probe', probe })) as ProbeResult
  }

  async stop(): Promise<void> {
    const running = await this.#process?.catch(() => undefined)
    await running?.stop()
  }

  #started(): Promise<BalancerChild> {
    this.#process ??= BalancerChild.start(this.#directory, this.#network).catch((error: unknown) => {
      this.#process = undefined
      throw error
    })
    return this.#process
  }
}

class BalancerChild {
  readonly #child: ChildProcess
  readonly #awaited = new Map<number, Awaited>()
  #lastId = 0

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', ({ done, result, error }: Answer) => {
      const awaited = this.#awaited.get(done)
      this.#awaited.delete(done)
      if (error === undefined) awaited?.resolve(result)
      else awaited?.reject(new Error(error))
    })
    void endOf(child).then(() => {
      for (const { reject } of this.#awaited.values()) reject(new Error('the load balancers have ended'))
      this.#awaited.clear()
    })
  }

  static async start(directory: HostsDirectory, network: Switch): Promise<BalancerChild> {
    const program = join(directory.runtime, 'balancers.cjs')
    await writeFile(program, balancerSource(), { mode: 0o600 })
    const child = spawnChild(
      // prettier-ignore
      ['nsenter', `--net=/proc/${network.pid}/ns/net`, 'setpriv', '--pdeathsig', 'KILL',
        process.execPath, '--max-old-space-size=128', program],
      { stdio: ['ignore', 'ignore', 'pipe', 'ipc'], environment: { EVENKEEL_HOSTS: directory.root } },
    )
    let complaint = ''
    child.stderr?.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(-4096)))
    const balancers = new BalancerChild(child)
    try {
      await new Promise((resolve, reject) => balancers.#awaited.set(0, { resolve, reject }))
    } catch (error) {
      const message = `the sandbox's load balancers did not start: ${complaint || messageOf(error)}`
      throw new HostError('SANDBOX_HOST_FAILED', message, {
        host: 'load balancers',
        stderrTail: complaint,
        cause: error,
      })
    }
    return balancers
  }

  ask(request: Unnumbered<BalancerRequest>): Promise<unknown> {
    this.#lastId += 1
    const id = this.#lastId
    return new Promise((resolve, reject) => {
      this.#awaited.set(id, { resolve, reject })
      this.#child.send({ id, ...request }, (error) => {
        if (error === null) return
        this.#awaited.delete(id)
        reject(error)
      })
    })
  }

  async stop(): Promise<void> {
    if (this.#child.connected) this.#child.disconnect()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 2000)
    await endOf(this.#child)
    clearTimeout(timer)
  }
}

/** `__name` stands in for the marker that some bundlers wrap named functions in. */
function balancerSource(): string {
  return `'use strict'
const __name = (value) => value
const balancerProcess = ${balancerProcess.toString()}
balancerProcess({ net: require('node:net'), http: require('node:http'), crypto: require('node:crypto'), process })
`
}
