import { required } from '../../core/assert.js'
import { addressOf, parseAddress, type Address } from '../address.js'
import type { ExistingSelector } from '../launch/existing.js'
import type { SubnetSelector } from '../launch/subnet.js'
import type { Mutabilities } from '../property-change.js'
import type { Tagged, UserTags } from '../tags.js'

/** A network interface beside the one that its server is launched with. It outlives the instances that it is attached to. */
export interface InterfaceSpec {
  readonly address: Address
  readonly server: Address
  readonly subnet: SubnetSelector
  /** Sorted; those of its server where its entry names none. */
  readonly securityGroups: readonly Address[]
  /** Groups beside, which are there already; sorted by `existingKey`. Absent: none. */
  readonly existingGroups?: readonly ExistingSelector[]
  /** Undefined: EC2 chooses. */
  readonly privateIp: string | undefined
  /** Sorted. */
  readonly secondaryPrivateIps: readonly string[]
  readonly sourceDestCheck: boolean
  /** Its server's. */
  readonly tags: UserTags
}

export interface LiveInterface extends Tagged {
  readonly subnetId: string
  readonly vpcId: string
  readonly zone: string
  readonly privateIp: string
  /** Sorted. */
  readonly secondaryPrivateIps: readonly string[]
  /** Sorted ids. */
  readonly securityGroupIds: readonly string[]
  readonly sourceDestCheck: boolean
  /** The instance that it is attached to; undefined: none, or nobody's that is told. */
  readonly instanceId: string | undefined
  /** Whether it is attached to anything at all, and stays so. */
  readonly isAttached: boolean
  /** Whether EC2 deletes it together with the instance that it is attached to. */
  readonly endsWithInstance: boolean
}

/** `server.web[0]`, `storage` -> `interface.web.storage[0]`. */
export function interfaceOf(server: Address, name: string): Address {
  const { name: entry, index } = required(parseAddress(server), 'the parts of an address')
  return addressOf('interface', `${entry}.${name}`, index)
}

/** `interface.web.storage[0]` -> `server.web[0]`: the only server that it is ever attached to. */
export function serverOfInterface(address: Address): Address {
  const { name, index } = required(parseAddress(address), 'the parts of an address')
  return addressOf('server', name.split('.')[0] ?? '', index)
}

/** `interface.web.storage[0]` -> `storage`. */
export function nameOfInterface(address: Address): string {
  return required(parseAddress(address), 'the parts of an address').name.split('.')[1] ?? ''
}

/** The paths under which an interface's properties stand in changes. */
export type InterfacePath =
  | 'subnet'
  | 'privateIp'
  | 'secondaryPrivateIps'
  | 'securityGroups'
  | 'sourceDestCheck'
  | 'attachment'
  | 'deleteOnTermination'

const modify = { how: 'in-place', because: '', source: 'EC2 API, ModifyNetworkInterfaceAttribute' } as const
/** How each of them can change, with the source of the fact. */
export const interfaceMutability: Mutabilities<InterfacePath> = {
  subnet: {
    how: 'replacement',
    because: "an interface's subnet is fixed when it is made",
    source: 'EC2 API, CreateNetworkInterface',
  },
  privateIp: {
    how: 'replacement',
    because: "an interface's first address is fixed when it is made",
    source: 'EC2 API, CreateNetworkInterface',
  },
  secondaryPrivateIps: {
    how: 'in-place',
    because: '',
    source: 'EC2 API, AssignPrivateIpAddresses and UnassignPrivateIpAddresses',
  },
  securityGroups: modify,
  sourceDestCheck: modify,
  attachment: { how: 'in-place', because: '', source: 'EC2 API, AttachNetworkInterface' },
  deleteOnTermination: modify,
}

/** What is recorded of an interface in its applied tag. */
export const interfaceAppliedKeys = ['address', 'addresses', 'group', 'passes', 'server', 'subnet', 'tags'] as const
