import { run } from '../commands.js'
import type { HostInterface } from '../host-backend.js'
import type { Switch } from './switch.js'

let lastLink = 0

/** A name in the switch for the other end of a link. The removal of one is not finished when its host ends: each has a name of its own. */
export function nextLinkName(): string {
  lastLink += 1
  return `host${lastLink}`
}

interface Link {
  readonly switchName: string
  readonly macAddress: string | undefined
  readonly addresses: ReadonlySet<string>
}

/** Of what a further interface sends, its own table of routes decides (ip-rule(8)): below 1000 are the system's. */
const firstTable = 1000

/** What a running host has in the network beside its first address: further addresses, and links of their own, as real as the first. */
export class HostLinks {
  readonly #network: Switch
  readonly #pid: number
  readonly #firstLink: string
  readonly #links = new Map<string, Link>()

  /** `pid`: of the host's PID 1, in this machine's numbering; `firstLink`: the switch's end of its first interface. */
  constructor(network: Switch, pid: number, firstLink: string) {
    this.#network = network
    this.#pid = pid
    this.#firstLink = firstLink
  }

  /** Makes it so that it has these and no others. */
  async set(interfaces: readonly HostInterface[]): Promise<void> {
    const wanted = new Map(interfaces.map((one) => [one.name, one]))
    for (const [name, link] of this.#links) {
      const stays = wanted.get(name)
      if (stays === undefined || stays.macAddress !== link.macAddress) await this.#remove(name, link)
    }
    for (const one of wanted.values()) await this.#ensure(one)
  }

  async #remove(name: string, { switchName, macAddress, addresses }: Link): Promise<void> {
    if (macAddress === undefined) await this.#changeAddresses(name, switchName, { gone: [...addresses], come: [] })
    else {
      const lines = [...addresses].map((address) => `rule del from ${address} lookup ${tableOf(name)}`)
      await this.#inside([...lines, `link del ${name}`])
    }
    this.#links.delete(name)
  }

  async #ensure({ name, macAddress, addresses }: HostInterface): Promise<void> {
    const known = this.#links.get(name)
    const switchName = known?.switchName ?? (macAddress === undefined ? this.#firstLink : nextLinkName())
    if (!known && macAddress !== undefined) await this.#addLink(name, macAddress, switchName)
    const before = known?.addresses ?? new Set<string>()
    const after = new Set(addresses)
    const gone = [...before].filter((address) => !after.has(address))
    const come = addresses.filter((address) => !before.has(address))
    await this.#changeAddresses(name, switchName, { gone, come })
    this.#links.set(name, { switchName, macAddress, addresses: after })
  }

  /** As the first one is joined (host-boot-program.ts), with routes of its own for what it sends: an answer goes out where the question came in. */
  async #addLink(name: string, macAddress: string, switchName: string): Promise<void> {
    await this.#inside([
      `link add ${name} address ${macAddress} type veth peer name ${switchName} netns /proc/${this.#network.pid}/ns/net`,
      `link set ${name} up`,
      `route add 169.254.1.1/32 dev ${name} table ${tableOf(name)}`,
      `route add default via 169.254.1.1 dev ${name} table ${tableOf(name)} quickack 1`,
    ])
    await this.#outside([`link set ${switchName} up`, `addr add 169.254.1.1/32 dev ${switchName}`])
  }

  async #changeAddresses(
    name: string,
    switchName: string,
    { gone, come }: { readonly gone: readonly string[]; readonly come: readonly string[] },
  ): Promise<void> {
    const isFirst = switchName === this.#firstLink
    const rule = (act: 'add' | 'del', address: string) =>
      isFirst ? [] : [`rule ${act} from ${address} lookup ${tableOf(name)}`]
    const lines = [
      ...gone.flatMap((address) => [...rule('del', address), `addr del ${address}/32 dev ${name}`]),
      ...come.flatMap((address) => [`addr replace ${address}/32 dev ${name}`, ...rule('add', address)]),
    ]
    if (lines.length === 0) return
    await this.#inside(lines)
    await this.#outside([
      ...gone.map((address) => `route del ${address}/32 dev ${switchName}`),
      ...come.map((address) => `route replace ${address}/32 dev ${switchName} quickack 1`),
    ])
  }

  async #inside(lines: readonly string[]): Promise<void> {
    await run('nsenter', [`--net=/proc/${this.#pid}/ns/net`, 'ip', '-batch', '-'], `${lines.join('\n')}\n`)
  }

  async #outside(lines: readonly string[]): Promise<void> {
    await this.#network.run('ip', ['-batch', '-'], `${lines.join('\n')}\n`)
  }
}

function tableOf(name: string): number {
  return firstTable + Number(name.replace(/^\D+/, ''))
}
