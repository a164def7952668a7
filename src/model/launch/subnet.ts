export type SubnetSelector =
  | { readonly kind: 'id'; readonly id: string }
  | { readonly kind: 'tag'; readonly key: string; readonly value: string }

export interface LiveSubnet {
  readonly id: string
  readonly zone: string
  readonly vpcId: string
  /** Whether a server that is launched there gets a public address. */
  readonly givesPublicIp: boolean
}

/** The key under which `subnets` holds a selector's answer. */
export function subnetKey(
  selector:
    | { readonly kind: 'id'; readonly id: string }
    | { readonly kind: 'tag'; readonly key: string; readonly value: string },
): string {
  return selector.kind === 'id' ? selector.id : `tag:${selector.key}=${selector.value}`
}
