import { assert } from '../../../core/assert.js'
import type { FirewallRule } from '../host-backend.js'
import { KeyedQueue } from '../queue.js'
import { outsidePortsOf } from './outside-ports.js'
import type { Relay } from './relay.js'

/** A host's two addresses. */
export interface HostAddresses {
  readonly privateIp: string
  /** Empty where the host has none: then nothing leads in from this machine. */
  readonly publicIp: string
}

/** The ways into hosts from this machine. */
export interface Doors {
  /** Rejects when port 22 of the host cannot be reached from this machine. */
  open(host: HostAddresses): Promise<void>
  close(host: HostAddresses): Promise<void>
  setRules(rules: readonly FirewallRule[]): Promise<void>
}

/** Listeners on this machine's loopback, one for each host and port, passed on by the relay. */
export class LoopbackDoors implements Doors {
  readonly #relay: Relay
  readonly #queue = new KeyedQueue()
  /** Private address -> the host and the ports that are open. */
  readonly #hosts = new Map<string, { readonly publicIp: string; readonly ports: Set<number> }>()
  #rules: readonly FirewallRule[] = []

  constructor(relay: Relay) {
    this.#relay = relay
  }

  async open({ privateIp, publicIp }: HostAddresses): Promise<void> {
    if (publicIp === '') return
    assert(publicIp.startsWith('127.'), `${publicIp} is not a loopback address`)
    await this.#queue.run('doors', async () => {
      await this.#openPort(privateIp, publicIp, 22)
      this.#hosts.set(privateIp, { publicIp, ports: new Set([22]) })
      await this.#adjust(privateIp)
    })
  }

  close({ privateIp }: HostAddresses): Promise<void> {
    return this.#queue.run('doors', async () => {
      const host = this.#hosts.get(privateIp)
      this.#hosts.delete(privateIp)
      for (const port of host?.ports ?? []) await this.#relay.withdraw(`${privateIp}:${port}`)
    })
  }

  setRules(rules: readonly FirewallRule[]): Promise<void> {
    return this.#queue.run('doors', async () => {
      this.#rules = rules
      for (const privateIp of this.#hosts.keys()) await this.#adjust(privateIp)
    })
  }

  async #adjust(privateIp: string): Promise<void> {
    const host = this.#hosts.get(privateIp)
    if (host === undefined) return
    const wanted = outsidePortsOf(privateIp, this.#rules)
    for (const port of [...host.ports].filter((open) => !wanted.has(open))) {
      await this.#relay.withdraw(`${privateIp}:${port}`)
      host.ports.delete(port)
    }
    for (const port of [...wanted].filter((missing) => !host.ports.has(missing))) {
      // A program of this machine may listen on all addresses at that port: then this one door is not there.
      const isOpen = await this.#openPort(privateIp, host.publicIp, port).then(
        () => true,
        () => false,
      )
      if (isOpen) host.ports.add(port)
    }
  }

  #openPort(privateIp: string, publicIp: string, port: number): Promise<void> {
    const key = `${privateIp}:${port}`
    return this.#relay.expose(key, { address: publicIp, port }, { address: privateIp, port })
  }
}

/** With an uplink (uplink.ts) every port of every host is reached by routing. */
export const routedDoors: Doors = {
  open: () => Promise.resolve(),
  close: () => Promise.resolve(),
  setRules: () => Promise.resolve(),
}
