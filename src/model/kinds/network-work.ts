import type { AclEntry, EndpointSpec, NetworkPart, Route } from './network.js'

/*
 * What is asked of EC2 for a part of a network. Texts that name another resource are its address in a step, and its id in
 * the call: what a plan makes has no id before.
 */

/** What a part is made with. The rest of what the file says of it is work on what was made. */
export type NetworkMaking =
  | { readonly part: 'vpc'; readonly cidr: string }
  | { readonly part: 'subnet'; readonly network: string; readonly cidr: string; readonly zone: string }
  | { readonly part: 'gateway' | 'nat-address' }
  | { readonly part: 'routes' | 'acl'; readonly network: string }
  | { readonly part: 'nat'; readonly subnet: string; readonly allocation: string }
  | ({ readonly part: 'endpoint'; readonly network: string } & Pick<EndpointSpec, 'service' | 'type' | 'privateDns'> & {
        readonly routeTables: readonly string[]
        readonly subnets: readonly string[]
        readonly securityGroups: readonly string[]
      })

/** What changes of a part; what is left out stays. */
export type NetworkWork =
  | { readonly part: 'vpc'; readonly dnsSupport?: boolean; readonly dnsHostnames?: boolean }
  | {
      readonly part: 'subnet'
      readonly publicIps?: boolean
      /** `default`: that of its network. */
      readonly acl?: string
    }
  | { readonly part: 'gateway'; readonly attach: string }
  | {
      readonly part: 'routes'
      readonly associate?: string
      readonly put: readonly Route[]
      /** The blocks that no route leads to any more. */
      readonly drop: readonly string[]
    }
  | { readonly part: 'acl'; readonly put: readonly AclEntry[]; readonly drop: readonly AclNumber[] }
  | {
      readonly part: 'endpoint'
      readonly privateDns?: boolean
      readonly add: EndpointPlaces
      readonly remove: EndpointPlaces
    }

export type AclNumber = Pick<AclEntry, 'egress' | 'number'>

export interface EndpointPlaces {
  readonly routeTables: readonly string[]
  readonly subnets: readonly string[]
  readonly securityGroups: readonly string[]
}

/** Of the parts of one kind. */
export type WorkOn<Part extends NetworkPart> = Extract<NetworkWork, { readonly part: Part }>
