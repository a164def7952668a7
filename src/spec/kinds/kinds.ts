import type { ResourceKind } from '../../model/kinds/kinds.js'
import { archive } from './archive.js'
import { builtImage } from './built-image.js'
import { elasticIp } from './elastic-ip.js'
import { keyPair } from './key-pair.js'
import { networkInterface } from './network-interface.js'
import { network } from './network/network.js'
import { placementGroup } from './placement-group.js'
import { loadBalancer } from './load-balancer/load-balancer.js'
import { scalingGroup } from './scaling-group/scaling-group.js'
import { securityGroup } from './security-group/security-group.js'
import { server } from './server/server.js'
import type { SpecKind } from './spec-kind.js'
import { syncRule } from './sync-rule/sync-rule.js'
import { volume } from './volume/volume.js'

/** Every kind of resource that a stack file declares: one line each. */
export const specKinds: { readonly [Kind in ResourceKind]: SpecKind<Kind> } = {
  keyPair,
  network,
  securityGroup,
  image: builtImage,
  placementGroup,
  server,
  interface: networkInterface,
  elasticIp,
  scalingGroup,
  loadBalancer,
  volume,
  sync: syncRule,
  archive,
}
