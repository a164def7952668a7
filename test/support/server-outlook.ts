import type { Address } from '../../src/model/address.js'
import type { ServerOutlook, ServerOutlooks } from '../../src/planner/decide/servers/server-outlook.js'
import { at } from './live-stack.js'

/** Servers that run, were probed and are empty, but for what is said of each by its name. */
export function outlooks(servers: Readonly<Record<string, Partial<ServerOutlook>>>): ServerOutlooks {
  return new Map(
    Object.entries(servers).map(([name, change]): [Address, ServerOutlook] => {
      const address = at(`server.${name}`)
      const known: ServerOutlook = {
        address,
        spec: undefined,
        live: undefined,
        action: 'keep',
        handsOver: [],
        facts: { kind: 'read', devices: [], mounts: [], fstab: [], user: 'admin' },
        inside: 'known',
        runsNow: true,
        runsAfter: true,
        zone: 'us-east-1a',
      }
      return [address, { ...known, ...change }]
    }),
  )
}

/** A server as it is live, of the stack `demo`. */
export function liveServer(
  name: string,
  tags: Readonly<Record<string, string>> = {},
): NonNullable<ServerOutlook['live']> {
  return {
    address: at(`server.${name}`),
    id: `i-${name}`,
    tags: { 'evenkeel:stack': 'demo', 'evenkeel:address': `server.${name}`, ...tags },
    state: 'running',
    type: 't3.small',
    imageId: 'ami-0123456789abcdef0',
    architecture: 'x86_64',
    zone: 'us-east-1a',
    subnetId: 'subnet-1',
    vpcId: 'vpc-1',
    keyName: undefined,
    securityGroupIds: [],
    privateIp: undefined,
    publicIp: undefined,
    rootVolume: undefined,
  }
}
