import { assert } from '../../../core/assert.js'
import type { FirewallRule, HostNetwork } from '../host-backend.js'
import { KeyedQueue } from '../queue.js'
import { outsidePortsAmong, outsidePortsOf } from './outside-ports.js'
import type { Relay } from './relay.js'

/** The ways into hosts from this machine. A host is named by its private address. */
export interface Doors {
  /** The host listens. Rejects when its port 22 cannot be reached from this machine at its public address. */
  open(privateIp: string): Promise<void>
  close(privateIp: string): Promise<void>
  /** Rejects when port 22 of a host with a new public address cannot be reached there. */
  setNetwork(network: HostNetwork): Promise<void>
}

/** What is open for a host now. */
interface OpenDoors {
  readonly publicIp: string
  readonly ports: Set<number>
}

/** Listeners on this machine's loopback, one for each host and port, passed on by the relay. */
export class LoopbackDoors implements Doors {
  readonly #relay: Relay
  readonly #queue = new KeyedQueue()
  /** Private addresses of the hosts that run, with and without a public one. */
  readonly #running = new Set<string>()
  readonly #open = new Map<string, OpenDoors>()
  /** Private address -> public address. */
  #addresses: ReadonlyMap<string, string> = new Map()
  /** Private addresses of further interfaces -> the first ones of their hosts. */
  #hosts: ReadonlyMap<string, string> = new Map()
  #rules: readonly FirewallRule[] = []
  /** Private addresses of load balancers -> the ports at which they listen. */
  #balancers: ReadonlyMap<string, ReadonlySet<number>> = new Map()

  constructor(relay: Relay) {
    this.#relay = relay
  }

  open(privateIp: string): Promise<void> {
    return this.#queue.run('doors', async () => {
      this.#running.add(privateIp)
      for (const own of [privateIp, ...this.#furtherOf(privateIp)]) await this.#readdress(own)
    })
  }

  close(privateIp: string): Promise<void> {
    return this.#queue.run('doors', async () => {
      this.#running.delete(privateIp)
      for (const own of [privateIp, ...this.#furtherOf(privateIp)]) await this.#shut(own, { cut: false })
    })
  }

  setNetwork({ publicAddresses, rules, balancers = [] }: HostNetwork): Promise<void> {
    return this.#queue.run('doors', async () => {
      this.#rules = rules
      this.#balancers = new Map(balancers.map(({ privateIp, ports }) => [privateIp, new Set(ports)]))
      this.#hosts = new Map(publicAddresses.flatMap(({ privateIp, hostIp }) => (hostIp ? [[privateIp, hostIp]] : [])))
      this.#addresses = new Map(publicAddresses.map(({ privateIp, publicIp }) => [privateIp, publicIp]))
      // All that lead to the wrong host are shut before one opens: an address may have moved from one to another.
      for (const [privateIp, { publicIp }] of this.#open) {
        if (publicIp !== this.#addresses.get(privateIp)) await this.#shut(privateIp, { cut: true })
      }
      const further = [...this.#running].flatMap((privateIp) => this.#furtherOf(privateIp))
      const outcomes = await Promise.allSettled(
        [...this.#running, ...further, ...this.#balancers.keys()].map((privateIp) => this.#readdress(privateIp)),
      )
      for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason
    })
  }

  #furtherOf(hostIp: string): readonly string[] {
    return [...this.#hosts].flatMap(([privateIp, host]) => (host === hostIp ? [privateIp] : []))
  }

  /** Opens the host's doors at its public address, where they are not yet, and those that the rules ask for. */
  async #readdress(privateIp: string): Promise<void> {
    const publicIp = this.#addresses.get(privateIp)
    if (publicIp === undefined) return
    assert(publicIp.startsWith('127.'), `${publicIp} is not a loopback address`)
    let doors = this.#open.get(privateIp)
    if (doors === undefined) {
      const isHost = !this.#balancers.has(privateIp)
      if (isHost) await this.#openPort(privateIp, publicIp, 22)
      doors = { publicIp, ports: new Set(isHost ? [22] : []) }
      this.#open.set(privateIp, doors)
    }
    await this.#adjust(privateIp, doors)
  }

  async #adjust(privateIp: string, { publicIp, ports }: OpenDoors): Promise<void> {
    const listening = this.#balancers.get(privateIp)
    const wanted = listening
      ? outsidePortsAmong(listening, privateIp, this.#rules)
      : outsidePortsOf(privateIp, this.#rules)
    for (const port of [...ports].filter((open) => !wanted.has(open))) {
      await this.#relay.withdraw(`${privateIp}:${port}`, { cut: false })
      ports.delete(port)
    }
    for (const port of [...wanted].filter((missing) => !ports.has(missing))) {
      // A program of this machine may listen on all addresses at that port: then this one door is not there.
      const isOpen = await this.#openPort(privateIp, publicIp, port).then(
        () => true,
        () => false,
      )
      if (isOpen) ports.add(port)
    }
  }

  async #shut(privateIp: string, options: { readonly cut: boolean }): Promise<void> {
    const doors = this.#open.get(privateIp)
    this.#open.delete(privateIp)
    for (const port of doors?.ports ?? []) await this.#relay.withdraw(`${privateIp}:${port}`, options)
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
  setNetwork: () => Promise.resolve(),
}
