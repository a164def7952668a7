import type { Address } from '../address.js'
import type { Mutabilities } from '../property-change.js'
import type { SpotOptions } from './spot.js'

/**
 * What a server is launched with beside what and where it is. What is left out is EC2's affair at launch, and left alone
 * afterwards; where it was in the file before, it goes back to what EC2 gives by itself.
 */
export interface ServerOptions {
  /** Name or ARN. */
  readonly iamInstanceProfile?: string
  /** Detailed monitoring. */
  readonly monitoring?: boolean
  readonly cpu?: CpuOptions
  readonly metadata?: MetadataOptions
  readonly placement?: Placement
  readonly stopProtection?: boolean
  readonly shutdownBehavior?: ShutdownBehavior
  /** Absent: on demand. */
  readonly spot?: SpotOptions
  /** Of its first network interface, in its subnet. */
  readonly privateIp?: string
  /** Further ones of that interface, sorted. */
  readonly secondaryPrivateIps?: readonly string[]
  /** Whether EC2 drops what is neither from nor for it: a NAT instance, which passes on what is others', has none. */
  readonly sourceDestCheck?: boolean
}

export interface CpuOptions {
  readonly cores: number
  readonly threadsPerCore: number
}

export interface MetadataOptions {
  readonly tokens?: 'required' | 'optional'
  readonly hopLimit?: number
  readonly endpoint?: Switch
  readonly instanceTags?: Switch
}

/** Where in its zone it is. */
export interface Placement {
  /** In a file and a plan its address, in calls its id; as observed the name that EC2 has for it. */
  readonly group?: string
  readonly partition?: number
  readonly tenancy?: 'default' | 'dedicated' | 'host'
  readonly hostId?: string
}

export type Switch = 'enabled' | 'disabled'
export type ShutdownBehavior = 'stop' | 'terminate'

/** The same as observed, with the profile's ARN. The last two stand there alone where they were recorded: EC2 tells them one by one. */
export type LiveServerOptions = ServerOptions

/** What is changed of a live server; null: there is to be none. */
export interface ServerOptionChanges extends Omit<
  ServerOptions,
  'iamInstanceProfile' | 'placement' | 'privateIp' | 'spot'
> {
  readonly iamInstanceProfile?: string | null
  /** Never the tenancy. */
  readonly placement?: { readonly group?: string | null; readonly partition?: number; readonly hostId?: string }
}

/** The paths under which they stand in changes. */
export type ServerOptionPath =
  | 'iamInstanceProfile'
  | 'monitoring'
  | 'cpu.cores'
  | 'cpu.threadsPerCore'
  | 'metadata.tokens'
  | 'metadata.hopLimit'
  | 'metadata.endpoint'
  | 'metadata.instanceTags'
  | 'placement.group'
  | 'placement.partition'
  | 'placement.tenancy'
  | 'placement.hostId'
  | 'stopProtection'
  | 'shutdownBehavior'
  | 'spot.interruption'
  | 'spot.maxPrice'
  | 'privateIp'
  | 'secondaryPrivateIps'
  | 'sourceDestCheck'

const inPlace = (source: string) => ({ how: 'in-place', because: '', source }) as const
const cpu = {
  how: 'stop',
  because: 'cores and threads change while the server is stopped',
  source: 'EC2 API, ModifyInstanceCpuOptions',
} as const
const placement = {
  how: 'stop',
  because: 'a server is placed anew while it is stopped',
  source: 'EC2 API, ModifyInstancePlacement',
} as const
const spot = {
  how: 'replacement',
  because: 'whether a server is a spot instance, and of which request, is fixed at launch',
  source: 'EC2 API, RunInstances, InstanceMarketOptions',
} as const
const metadata = inPlace('EC2 API, ModifyInstanceMetadataOptions')
const attribute = inPlace('EC2 API, ModifyInstanceAttribute')

export const serverOptionMutability: Mutabilities<ServerOptionPath> = {
  iamInstanceProfile: inPlace('EC2 API, AssociateIamInstanceProfile and ReplaceIamInstanceProfileAssociation'),
  monitoring: inPlace('EC2 API, MonitorInstances and UnmonitorInstances'),
  'cpu.cores': cpu,
  'cpu.threadsPerCore': cpu,
  'metadata.tokens': metadata,
  'metadata.hopLimit': metadata,
  'metadata.endpoint': metadata,
  'metadata.instanceTags': metadata,
  'placement.group': placement,
  'placement.partition': placement,
  'placement.tenancy': {
    how: 'replacement',
    because: "an instance's tenancy is fixed at launch",
    source: 'EC2 API, ModifyInstancePlacement',
  },
  'placement.hostId': placement,
  stopProtection: attribute,
  shutdownBehavior: attribute,
  'spot.interruption': spot,
  'spot.maxPrice': spot,
  privateIp: {
    how: 'replacement',
    because: "an instance's private address is fixed at launch",
    source: 'EC2 User Guide, "Private IPv4 addresses"',
  },
  secondaryPrivateIps: inPlace('EC2 API, AssignPrivateIpAddresses and UnassignPrivateIpAddresses'),
  sourceDestCheck: inPlace('EC2 API, ModifyNetworkInterfaceAttribute'),
}

/** What no launch can ask for (EC2 API, RunInstances, names addresses by their number alone): it is done to the instance that it has made. */
export function changesAfterLaunch({ secondaryPrivateIps, sourceDestCheck }: ServerOptions = {}): ServerOptionChanges {
  return {
    ...(secondaryPrivateIps && secondaryPrivateIps.length > 0 && { secondaryPrivateIps }),
    ...(sourceDestCheck === false && { sourceDestCheck }),
  }
}

/** What is recorded of them, in a tag of its own (`evenkeel:options`). */
export const serverOptionKeys = [
  'check',
  'cpu',
  'iam',
  'ip',
  'ips',
  'metadata',
  'monitor',
  'place',
  'shutdown',
  'spot',
  'stop',
] as const

/** The name of an instance profile, which its ARN ends with, behind its path (IAM User Guide, "IAM identifiers"). */
export function profileName(profile: string): string {
  return profile.slice(profile.lastIndexOf('/') + 1)
}

/** Whether what a file names is the profile with this ARN: a name leaves its account and path open. */
export function isSameProfile(named: string, arn: string): boolean {
  return named.startsWith('arn:') ? named === arn : named === profileName(arn)
}

/** The placement group that a server of a file is in, as a list. */
export function placementGroupsOf(options: ServerOptions | undefined): readonly Address[] {
  const group = options?.placement?.group
  return group === undefined ? [] : [group as Address]
}
