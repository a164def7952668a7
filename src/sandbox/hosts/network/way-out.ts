import type { ChildProcess } from 'node:child_process'
import { existsSync } from 'node:fs'
import { networkInterfaces } from 'node:os'
import { endOf } from '../child.js'
import { spawnChild, systemEnvironment } from '../commands.js'
import type { HostsDirectory } from '../directory.js'
import type { Switch } from './switch.js'

/** The switch's interface to the world. */
export const worldLink = 'world'

/**
 * slirp4netns's network, link-local, so that it hides no network of this machine's. Its third address forwards name lookups to
 * this machine's resolver, wherever that is.
 */
const cidr = '169.254.2.0/24'
export const worldNameServer = '169.254.2.3'

const readyWithinMs = 5_000

/**
 * The hosts' way to the network that this machine is in: slirp4netns, one process for all hosts, which makes their connections its
 * own as any program of this machine does. The switch's firewall keeps them from this machine and from private networks
 * (firewall-rules.ts). It ends with the daemon, however that ends.
 */
export class WayOut {
  readonly #child: ChildProcess

  private constructor(child: ChildProcess) {
    this.#child = child
  }

  /** Resolves the way out, or why there is none. */
  static async open(directory: HostsDirectory, network: Switch): Promise<WayOut | string> {
    const directories = (systemEnvironment['PATH'] ?? '').split(':')
    if (!directories.some((place) => existsSync(`${place}/slirp4netns`))) return 'slirp4netns is not installed'
    const child = spawnChild(
      // prettier-ignore
      ['setpriv', '--pdeathsig', 'KILL', 'slirp4netns', '--configure', '--disable-host-loopback', `--cidr=${cidr}`,
        '--ready-fd=3', '--exit-fd=4', '--netns-type=path', `/proc/${network.pid}/ns/net`, worldLink],
      { stdio: ['ignore', 'ignore', 'pipe', 'pipe', 'pipe'], environment: { EVENKEEL_HOSTS: directory.root } },
    )
    let complaint = ''
    child.stderr?.on('data', (chunk: Buffer) => (complaint = `${complaint}${chunk.toString()}`.slice(-1024)))
    const wayOut = new WayOut(child)
    if (await wayOut.#isReady()) return wayOut
    await wayOut.close()
    return `slirp4netns did not start: ${complaint.trim().split('\n').at(-1) || 'it said nothing'}`
  }

  async close(): Promise<void> {
    this.#child.kill('SIGKILL')
    await endOf(this.#child)
  }

  #isReady(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => resolve(false), readyWithinMs)
      const answer = (isReady: boolean) => {
        clearTimeout(timer)
        resolve(isReady)
      }
      this.#child.stdio[3]?.once('data', () => answer(true))
      void endOf(this.#child).then(() => answer(false))
    })
  }
}

/** This machine's own IPv4 addresses, now. */
export function machineAddresses(): readonly string[] {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? [])
  return [...new Set(all.filter(({ family }) => family === 'IPv4').map(({ address }) => address))].sort()
}
