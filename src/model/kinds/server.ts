import type { Address } from '../address.js'
import type { ExistingSelector } from '../launch/existing.js'
import type { LaunchAlternative } from '../launch/alternatives.js'
import type { ImageSelector } from '../launch/image.js'
import {
  serverOptionMutability,
  type LiveServerOptions,
  type ServerOptionPath,
  type ServerOptions,
} from '../launch/server-options.js'
import type { LiveSpot } from '../launch/spot.js'
import type { SubnetSelector } from '../launch/subnet.js'
import type { Tagged, UserTags } from '../tags.js'
import type { Template } from '../template.js'
import type { VolumeType } from './volume.js'
import type { Mutabilities } from '../property-change.js'

export interface ServerSpec {
  readonly address: Address
  readonly image: ImageSelector
  readonly type: string
  readonly zone: string | undefined
  readonly subnet: SubnetSelector | undefined
  /** As what it is launched where EC2 has no room; absent: as nothing else. */
  readonly alternatives?: readonly LaunchAlternative[]
  /** Always set: a stack without key pairs has the generated `keyPair.default`. */
  readonly keyPair: Address
  /** The pair that `keyPair` stands for where no entry of the file does: it is there already. Absent: one of the file's. */
  readonly existingKeyPair?: ExistingSelector
  /** A server that names none has the generated `securityGroup.default` (SSH from my-ip). Sorted. */
  readonly securityGroups: readonly Address[]
  /** Groups beside, which are there already; sorted by `existingKey`. Absent: none. */
  readonly existingGroups?: readonly ExistingSelector[]
  /** Login user; undefined: guessed from the image. */
  readonly user: string | undefined
  readonly state: 'running' | 'stopped'
  readonly rootVolume: RootVolumeSpec
  /** How the members of its count leave service, the same for all of them; absent: all at once. */
  readonly rolling?: ServerRolling
  /** Where another server takes the place of this one, the old one ends before the new one comes; undefined: after it. */
  readonly replace: 'terminate-first' | undefined
  readonly userData: Template | undefined
  /** `stop-start`: the instance is given the new one while it is stopped. */
  readonly onUserDataChange: 'ignore' | 'replace' | 'stop-start'
  readonly protect: boolean
  readonly dependsOn: readonly Address[]
  /** The server through which it is entered; absent: it is reached straight. */
  readonly via?: Address
  readonly setup: readonly Template[]
  /** Absent: the file names none. */
  readonly options?: ServerOptions
  /** The instance that is adopted. */
  readonly instanceId?: string | undefined
  readonly tags: UserTags
  /** Keys whose changes are left alone, here and in the file: `type`, `tags.team`. Absent: none. */
  readonly ignoreChanges?: readonly string[]
}

/** How members of a count that are restarted or replaced leave service: a few at a time. */
export interface ServerRolling {
  /** So many of the count at most, those included that are down anyway; at least one. */
  readonly maxUnavailable: number
  readonly order: 'ascending' | 'descending'
  /** Shell command on the member that succeeds when it serves; undefined: it serves when it is ready. */
  readonly health: Template | undefined
  readonly timeoutSeconds: number
}

export type ReplaceOrder = 'launch-first' | 'terminate-first'

/** The disk that a server boots from, as a launch asks for it. */
export interface RootDisk {
  readonly sizeGiB: number | undefined
  readonly type: VolumeType | undefined
}

export interface RootVolumeSpec extends RootDisk {
  /** When the server's entry leaves the file, or everything goes, a snapshot of it is taken before; undefined: it goes. */
  readonly onRemove: 'snapshot' | undefined
  /** When another server takes the place of this one, it goes; undefined: a snapshot of it is taken before. */
  readonly onReplace: 'delete' | undefined
}

/** What becomes of a server's root disk when its entry goes. */
export function rootEndOnRemove({ rootVolume }: Pick<ServerSpec, 'rootVolume'>): RootEnd {
  return rootVolume.onRemove ?? 'delete'
}

/** What becomes of a server's root disk when another server takes its place. */
export function rootEndOnReplace({ rootVolume }: Pick<ServerSpec, 'rootVolume'>): RootEnd {
  return rootVolume.onReplace ?? 'snapshot'
}

/** A snapshot of it is taken before it goes, or it goes with all that is on it. */
export type RootEnd = 'snapshot' | 'delete'

export interface LiveServer extends Tagged {
  /** When it was launched, by its root volume, as starts do not change that; ISO 8601; absent where it is not known. */
  readonly createdAt?: string
  readonly state: 'pending' | 'running' | 'stopping' | 'stopped'
  readonly type: string
  readonly imageId: string
  readonly architecture: string
  readonly zone: string
  readonly subnetId: string
  readonly vpcId: string
  readonly keyName: string | undefined
  /** Sorted ids. */
  readonly securityGroupIds: readonly string[]
  readonly privateIp: string | undefined
  readonly publicIp: string | undefined
  /** EC2's names of the two addresses; absent where it has none, as in a network without DNS host names. */
  readonly privateDns?: string
  readonly publicDns?: string
  /** The public address where it is an elastic one, whoever owns that; absent where EC2 lent it. */
  readonly elasticIp?: string
  readonly rootVolume: { readonly id: string; readonly sizeGiB: number; readonly type: string } | undefined
  readonly options?: LiveServerOptions
  /** Absent: it is on demand. */
  readonly spot?: LiveSpot
  /** ISO 8601: when it was started the last time; absent where it is not known. */
  readonly startedAt?: string
}

/** The paths under which a server's properties stand in changes. */
export type ServerPath =
  | 'image'
  | 'type'
  | 'zone'
  | 'subnet'
  | 'alternatives'
  | 'keyPair'
  | 'securityGroups'
  | 'state'
  | 'rootVolume.size'
  | 'rootVolume.type'
  | 'rootVolume.onRemove'
  | 'instances'
  | 'userData'
  | 'protect'
  | 'setup'
  | ServerOptionPath
  | 'spot.request'
  | 'health'

const modifyInstance = 'EC2 API, ModifyInstanceAttribute'
const modifyVolume = 'EC2 API, ModifyVolume; EBS User Guide, "Modify a volume"'
const stopStart = 'EC2 User Guide, "Stop and start Amazon EC2 instances"'
/** How each of them can change, with the source of the fact. */
export const serverMutability: Mutabilities<ServerPath> = {
  type: { how: 'stop', because: 'the type changes while the server is stopped', source: stopStart },
  state: { how: 'in-place', because: '', source: 'EC2 API, StartInstances and StopInstances' },
  securityGroups: { how: 'in-place', because: '', source: modifyInstance },
  protect: { how: 'in-place', because: '', source: modifyInstance },
  setup: { how: 'in-place', because: '', source: 'run over SSH' },
  health: { how: 'in-place', because: '', source: 'asked over SSH' },
  image: {
    how: 'replacement',
    because: "an instance's image is fixed at launch",
    source: 'EC2 API, RunInstances',
  },
  zone: {
    how: 'replacement',
    because: "an instance's zone is fixed at launch",
    source: 'EC2 API, RunInstances',
  },
  subnet: {
    how: 'replacement',
    because: "an instance's subnet is fixed at launch",
    source: 'EC2 API, RunInstances',
  },
  alternatives: { how: 'in-place', because: '', source: 'tried at launch alone' },
  keyPair: {
    how: 'in-place',
    because: '',
    source: 'authorized_keys over SSH; EC2 User Guide, "Add or replace a public key on your Linux instance"',
  },
  userData: {
    how: 'replacement',
    because: 'user data is read at the first boot alone',
    source: 'EC2 User Guide, "Run commands at launch"',
  },
  'rootVolume.size': {
    how: 'replacement',
    because: 'a volume never shrinks',
    source: modifyVolume,
  },
  'rootVolume.type': { how: 'in-place', because: '', source: modifyVolume },
  'rootVolume.onRemove': { how: 'in-place', because: '', source: 'a tag of evenkeel' },
  instances: { how: 'in-place', because: '', source: 'EC2 API, TerminateInstances' },
  'spot.request': { how: 'in-place', because: '', source: 'EC2 API, CancelSpotInstanceRequests and CreateTags' },
  ...serverOptionMutability,
}

/** What is recorded of a server in its applied tag. Short: a tag's value holds 256 characters (EC2 User Guide, "Tag restrictions"). */
export const serverAppliedKeys = [
  'group',
  'image',
  'key',
  'protect',
  'root',
  'rootend',
  'setup',
  'state',
  'subnet',
  'tags',
  'type',
  'user',
  'userdata',
  'zone',
] as const
