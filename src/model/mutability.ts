import { elasticIpMutability } from './kinds/elastic-ip.js'
import { imageMutability } from './kinds/image.js'
import { keyPairMutability } from './kinds/key-pair.js'
import { interfaceMutability } from './kinds/network-interface.js'
import { networkMutability } from './kinds/network.js'
import { placementGroupMutability } from './kinds/placement-group.js'
import { loadBalancerMutability } from './kinds/load-balancer.js'
import { scalingGroupMutability } from './kinds/scaling-group.js'
import { securityGroupMutability } from './kinds/security-group.js'
import { serverMutability } from './kinds/server.js'
import { volumeMutability } from './kinds/volume.js'
import type { Mutabilities, Mutability } from './property-change.js'
import type { PathOf, PropertyPaths } from './property-path.js'

/** The kinds whose properties EC2 or a server holds, one line each. */
const mutability = {
  keyPair: keyPairMutability,
  network: networkMutability,
  securityGroup: securityGroupMutability,
  image: imageMutability,
  placementGroup: placementGroupMutability,
  server: serverMutability,
  interface: interfaceMutability,
  elasticIp: elasticIpMutability,
  loadBalancer: loadBalancerMutability,
  scalingGroup: scalingGroupMutability,
  volume: volumeMutability,
} satisfies { readonly [K in keyof PropertyPaths]?: Mutabilities<PropertyPaths[K]> }

const tags: Mutability = { how: 'in-place', because: '', source: 'EC2 API, CreateTags' }

/** The table's answer for a property of a kind of resource. */
export function mutabilityOf<K extends keyof typeof mutability>(kind: K, path: PathOf<K>): Mutability {
  const table: Readonly<Record<string, Mutability>> = mutability[kind]
  // What is neither a tag nor whether it exists is in the table: the compiler has seen to it.
  return table[path] ?? tags
}
