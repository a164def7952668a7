import type { Address } from './address.js'
import type { ArchiveSpec } from './kinds/archive.js'
import type { ElasticIpSpec } from './kinds/elastic-ip.js'
import type { ImageSpec } from './kinds/image.js'
import type { KeyPairSpec } from './kinds/key-pair.js'
import { kinds, specLists, type ResourceKind, type SpecList } from './kinds/kinds.js'
import type { LoadBalancerSpec } from './kinds/load-balancer.js'
import type { InterfaceSpec } from './kinds/network-interface.js'
import type { NetworkSpec } from './kinds/network.js'
import type { PlacementGroupSpec } from './kinds/placement-group.js'
import type { ScalingGroupSpec } from './kinds/scaling-group.js'
import type { SecurityGroupSpec } from './kinds/security-group.js'
import type { ServerSpec } from './kinds/server.js'
import type { Move } from './moves/move.js'
import type { OutputSpec } from './outputs/stack-output.js'
import type { SyncSpec } from './kinds/sync-rule.js'
import type { VolumeSpec } from './kinds/volume.js'

/**
 * What a stack file says, fully resolved: variables replaced, defaults filled, counts expanded, names turned into
 * addresses. Lists are sorted by address. Nothing in it was observed; nothing in it depends on where the file lies.
 */
export interface StackSpec {
  readonly stack: string
  readonly target: Target
  readonly keyPairs: readonly KeyPairSpec[]
  /** Every part of every network. */
  readonly networks: readonly NetworkSpec[]
  readonly securityGroups: readonly SecurityGroupSpec[]
  readonly images: readonly ImageSpec[]
  readonly placementGroups: readonly PlacementGroupSpec[]
  readonly servers: readonly ServerSpec[]
  readonly elasticIps: readonly ElasticIpSpec[]
  /** Beside those that servers are launched with; absent where the file has none. */
  readonly interfaces?: readonly InterfaceSpec[]
  /** Absent where the file has none. */
  readonly scalingGroups?: readonly ScalingGroupSpec[]
  /** Absent where the file has none. */
  readonly loadBalancers?: readonly LoadBalancerSpec[]
  readonly volumes: readonly VolumeSpec[]
  readonly syncs: readonly SyncSpec[]
  readonly archives: readonly ArchiveSpec[]
  /** What was renamed, as the file says it; absent where it says nothing. */
  readonly moves?: readonly Move[]
  /** By name; absent where the file has none. */
  readonly outputs?: readonly OutputSpec[]
}

export type Target =
  | { readonly kind: 'sandbox'; readonly region: string }
  | {
      readonly kind: 'ec2'
      readonly region: string | undefined
      readonly profile: string | undefined
      /** Twelve digits; the account that the credentials must belong to. */
      readonly account: string | undefined
      readonly endpoint: string | undefined
    }

/** A specification that names nothing. */
export function emptyStack(stack: string, target: Target): StackSpec {
  return { stack, target, ...specListsOf(() => []) }
}

/** Every entry of a specification, in the order of reports. */
export function specsIn(stack: StackSpec): readonly { readonly address: Address }[] {
  return specLists.flatMap((list): readonly { readonly address: Address }[] => stack[list] ?? [])
}

/** The lists of a specification, of what is said of each kind; that of a rare kind is left out where it is empty. */
export function specListsOf(listOf: (kind: ResourceKind) => readonly unknown[]): Pick<StackSpec, SpecList> {
  const lists = (Object.keys(kinds) as readonly ResourceKind[]).flatMap((kind): [SpecList, readonly unknown[]][] => {
    const list = listOf(kind)
    const isLeftOut = list.length === 0 && 'isRare' in kinds[kind]
    return isLeftOut ? [] : [[kinds[kind].specs, list]]
  })
  return Object.fromEntries(lists) as unknown as Pick<StackSpec, SpecList>
}
