import { scalingGroupKind } from '../../auto-scaling/scaling-kind.js'
import { loadBalancerKind } from '../../elastic-load-balancing/balancer-kind.js'
import { elasticIpKind } from './elastic-ip/elastic-ip.js'
import { imageKind } from './image/image.js'
import { interfaceKind } from './interface/interface.js'
import type { Kind } from './kind.js'
import { keyPairKind } from './key-pair/key-pair.js'
import { launchTemplateKind } from './launch-template/launch-template.js'
import { networkKind } from './network/network.js'
import { placementGroupKind } from './placement-group/placement-group.js'
import { securityGroupKind } from './security-group/security-group.js'
import { serverKind } from './server/server.js'
import { snapshotKind } from './volume-snapshot/volume-snapshot.js'
import { spotRequestKind } from './spot-request/spot-request.js'
import { volumeKind } from './volume/volume.js'

/** Every kind of resource; what it calls stands in wire/actions.ts. */
export const kinds = {
  image: imageKind,
  server: serverKind,
  spotRequest: spotRequestKind,
  interface: interfaceKind,
  elasticIp: elasticIpKind,
  placementGroup: placementGroupKind,
  loadBalancer: loadBalancerKind,
  scalingGroup: scalingGroupKind,
  volume: volumeKind,
  snapshot: snapshotKind,
  network: networkKind,
  securityGroup: securityGroupKind,
  keyPair: keyPairKind,
  launchTemplate: launchTemplateKind,
} as const satisfies Readonly<Record<string, Kind<unknown, never, object, object>>>

type Kinds = typeof kinds

/** What EC2 said of all kinds, by kind. */
export type Descriptions = { readonly [Name in keyof Kinds]: Awaited<ReturnType<Kinds[Name]['describe']>> }

/** Values of all kinds as one: a kind that is missing is missing from the type too. */
export type Together<Part> = (Part extends unknown ? (part: Part) => void : never) extends (whole: infer Whole) => void
  ? Whole
  : never

/** The parts that the kinds bring, put together. */
export function together<Part extends object>(parts: readonly Part[]): Together<Part> {
  return Object.assign({}, ...parts) as Together<Part>
}
