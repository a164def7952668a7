import { systemClock } from '../../../core/clock.js'
import type { AddressBlock } from '../address-block.js'
import { run } from '../commands.js'
import { operatorAddress } from './outside-ports.js'
import type { Switch } from './switch.js'

/**
 * Joins this machine to the switch by a link and a route, where the loopback's port 22 is taken by a program that
 * listens on all addresses (the machine's own sshd). Public addresses are then 100.B.H.L (RFC 6598). The link and its
 * route vanish with the switch's namespace, so nothing is left when that is killed.
 */
export async function joinByUplink(network: Switch, block: AddressBlock): Promise<void> {
  const link = `evenkeel${block.number}`
  await addLink(link, network.pid)
  await network.run(
    'ip',
    ['-batch', '-'],
    `addr del ${operatorAddress}/32 dev lo
addr add 169.254.1.1/32 dev uplink
link set uplink up
route add ${operatorAddress}/32 dev uplink
`,
  )
  await run(
    'ip',
    ['-batch', '-'],
    `addr add ${operatorAddress}/32 dev ${link}
link set ${link} up
route add ${block.publicNetwork} via 169.254.1.1 dev ${link} onlink src ${operatorAddress}
`,
  )
}

/** A killed sandbox's link goes a moment after its processes; the block is locked, so one of that name is a leftover. */
async function addLink(link: string, networkPid: number): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      await run('ip', ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', String(networkPid)])
      return
    } catch (error) {
      if (attempt === 20) throw error
      await run('ip', ['link', 'delete', link]).catch(() => '')
      await systemClock.sleep(20)
    }
  }
}
