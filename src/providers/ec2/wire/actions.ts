import { catalogueActions } from '../catalogue/catalogue-actions.js'
import { elasticIpActions } from '../kinds/elastic-ip/elastic-ip-actions.js'
import { interfaceActions } from '../kinds/interface/interface-actions.js'
import { imageActions } from '../kinds/image/image-actions.js'
import { keyPairActions } from '../kinds/key-pair/key-pair-actions.js'
import { launchTemplateActions } from '../kinds/launch-template/launch-template-actions.js'
import { networkActions } from '../kinds/network/network-actions.js'
import { placementGroupActions } from '../kinds/placement-group/placement-group-actions.js'
import { securityGroupActions } from '../kinds/security-group/security-group-actions.js'
import { serverActions } from '../kinds/server/server-actions.js'
import { spotRequestActions } from '../kinds/spot-request/spot-request-actions.js'
import { snapshotActions } from '../kinds/volume-snapshot/snapshot-actions.js'
import { volumeActions } from '../kinds/volume/volume-actions.js'
import { lookupActions } from '../lookups/lookup-actions.js'
import { tagActions } from '../tags/tag-actions.js'

/** Every EC2 action that evenkeel calls: one line for each kind. permissions/facts.ts says what must be allowed for each. */
export const actions = {
  ...lookupActions,
  ...catalogueActions,
  ...tagActions,
  ...keyPairActions,
  ...networkActions,
  ...securityGroupActions,
  ...imageActions,
  ...serverActions,
  ...spotRequestActions,
  ...elasticIpActions,
  ...interfaceActions,
  ...placementGroupActions,
  ...volumeActions,
  ...snapshotActions,
  ...launchTemplateActions,
} as const

export type Action = keyof typeof actions

type CommandOf<A extends Action> = InstanceType<(typeof actions)[A]['command']>

/** What an action takes. */
export type InputOf<A extends Action> = CommandOf<A>['input']

/** What an action answers. */
export type OutputOf<A extends Action> =
  CommandOf<A> extends { resolveMiddleware(...args: never[]): (args: never) => Promise<{ output: infer Output }> }
    ? Output
    : never
