import type { Address } from '../address.js'

export type SubnetSelector =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'tag'; readonly key: string; readonly value: string }
  | NetworkSubnet

/** A subnet of the stack itself: `network.lab.a`. */
export interface NetworkSubnet {
  readonly kind: 'network'
  readonly address: Address
}

export interface LiveSubnet {
  readonly id: string
  readonly zone: string
  readonly vpcId: string
  /** Whether a server that is launched there gets a public address. */
  readonly givesPublicIp: boolean
  /** Of one that the plan makes itself: its ids are its addresses until then. */
  readonly made?: { readonly subnet: Address; readonly network: Address }
}

/** The key under which `subnets` holds a selector's answer. */
export function subnetKey(selector: SubnetSelector): string {
  switch (selector.kind) {
    case 'id':
      return selector.id
    case 'tag':
      return `tag:${selector.key}=${selector.value}`
    case 'network':
      return selector.address
  }
}
