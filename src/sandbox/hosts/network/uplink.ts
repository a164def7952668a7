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
  await run('ip', ['link', 'add', link, 'type', 'veth', 'peer', 'name', 'uplink', 'netns', String(network.pid)])
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
