import type { Address } from '../address.js'
import type { ImageSelector } from '../launch/image.js'
import type { MetadataOptions, ServerOptions } from '../launch/server-options.js'
import type { SubnetSelector } from '../launch/subnet.js'
import type { Mutabilities } from '../property-change.js'
import type { Tagged, UserTags } from '../tags.js'
import type { Template } from '../template.js'
import type { RootDisk } from './server.js'

/** A group whose members Auto Scaling launches and ends, with the launch template that it launches from. */
export interface ScalingGroupSpec {
  readonly address: Address
  readonly image: ImageSelector
  readonly type: string
  /** Undefined: nobody enters its members. */
  readonly keyPair: Address | undefined
  readonly securityGroups: readonly Address[]
  readonly userData: Template | undefined
  readonly rootVolume: RootDisk
  /** Absent: the file names none. */
  readonly options?: MemberOptions
  /** Sorted; the default subnets of these zones. Undefined where it names subnets. */
  readonly zones: readonly string[] | undefined
  readonly subnets: readonly SubnetSelector[] | undefined
  readonly min: number
  readonly max: number
  /** Undefined: whoever scales it decides. */
  readonly desired: number | undefined
  readonly health: ScalingHealth
  readonly loadBalancer: Address | undefined
  readonly refresh: RefreshSpec
  /** Deletion protection. */
  readonly protect: boolean
  readonly tags: UserTags
}

export type MemberOptions = Pick<ServerOptions, 'iamInstanceProfile' | 'monitoring' | 'metadata'>

/** By what a member is judged, and how long after its start that begins. */
export interface ScalingHealth {
  readonly check: 'ec2' | 'load-balancer'
  readonly graceSeconds: number
}

/** How members are replaced when what they are launched from has changed. */
export interface RefreshSpec {
  /** Percent of the desired number. */
  readonly minHealthy: number
  /** Percent; over 100: others come before some go. Undefined: side by side. */
  readonly maxHealthy: number | undefined
  readonly warmupSeconds: number | undefined
  /** Whether a refresh that fails goes back to what was before. */
  readonly rollback: boolean
}

/** All that carries one address; `id` is the group's ARN, or the id of a template where there is no group. */
export interface LiveScalingGroup extends Tagged {
  readonly group: LiveGroup | undefined
  /** Launch templates, sorted: mostly the one in use. */
  readonly templateIds: readonly string[]
}

export interface LiveGroup {
  readonly name: string
  readonly min: number
  readonly max: number
  readonly desired: number
  /** Sorted. */
  readonly zones: readonly string[]
  /** Sorted; empty: the default subnets of its zones. */
  readonly subnetIds: readonly string[]
  readonly health: ScalingHealth
  readonly targetGroupIds: readonly string[]
  readonly protect: boolean
  /** Of Auto Scaling's processes, those that somebody has suspended; sorted. */
  readonly suspended: readonly string[]
  /** Undefined: what it launches from cannot be read, or is no launch template. */
  readonly template: LiveTemplate | undefined
  /** Sorted by instance. */
  readonly members: readonly LiveMember[]
  /** What a refresh that goes on makes its members of; read where not all of them are of its own template. */
  readonly refreshingTo?: Pick<LiveTemplate, 'id' | 'version'>
  /** It was deleted, and goes when its members have ended. */
  readonly isEnding?: true
}

/** What members are launched from. */
export interface LiveTemplate {
  readonly id: string
  readonly version: string
  readonly imageId: string
  readonly type: string
  readonly keyName: string | undefined
  readonly securityGroupIds: readonly string[]
  readonly rootVolume: RootDisk
  readonly iamInstanceProfile: string | undefined
  readonly monitoring: boolean
  readonly metadata: MetadataOptions
  /** Those of the template itself: what was applied of it is recorded there. */
  readonly tags: Tagged['tags']
}

export interface LiveMember {
  readonly instanceId: string
  readonly zone: string
  /** `Pending`, `InService`, `Terminating`, … in Auto Scaling's words. */
  readonly state: string
  readonly isHealthy: boolean
  readonly templateId: string | undefined
  readonly version: string | undefined
}

/** The paths under which a scaling group's properties stand in changes. */
export type ScalingGroupPath =
  | 'image'
  | 'type'
  | 'keyPair'
  | 'securityGroups'
  | 'userData'
  | 'rootVolume.size'
  | 'rootVolume.type'
  | 'iamInstanceProfile'
  | 'monitoring'
  | 'metadata.tokens'
  | 'metadata.hopLimit'
  | 'metadata.endpoint'
  | 'metadata.instanceTags'
  | 'template'
  | 'members'
  | 'zones'
  | 'subnets'
  | 'min'
  | 'max'
  | 'desired'
  | 'health.check'
  | 'health.grace'
  | 'loadBalancer'
  | 'protect'
  | 'suspended'

const update = { how: 'in-place', because: '', source: 'Auto Scaling API, UpdateAutoScalingGroup' } as const
const refreshed = { how: 'in-place', because: '', source: 'Auto Scaling API, StartInstanceRefresh' } as const

/** How each of them can change, with the source of the fact. */
export const scalingGroupMutability: Mutabilities<ScalingGroupPath> = {
  image: refreshed,
  type: refreshed,
  keyPair: refreshed,
  securityGroups: refreshed,
  userData: refreshed,
  'rootVolume.size': refreshed,
  'rootVolume.type': refreshed,
  iamInstanceProfile: refreshed,
  monitoring: refreshed,
  'metadata.tokens': refreshed,
  'metadata.hopLimit': refreshed,
  'metadata.endpoint': refreshed,
  'metadata.instanceTags': refreshed,
  template: refreshed,
  members: refreshed,
  zones: update,
  subnets: update,
  min: update,
  max: update,
  desired: update,
  'health.check': update,
  'health.grace': update,
  loadBalancer: { how: 'in-place', because: '', source: 'Auto Scaling API, AttachLoadBalancerTargetGroups' },
  protect: update,
  suspended: { how: 'in-place', because: '', source: 'Auto Scaling API, ResumeProcesses' },
}

/** What is recorded of a scaling group in its applied tag; options stand in a tag of their own. */
export const scalingGroupAppliedKeys = [
  'image',
  'type',
  'key',
  'group',
  'userdata',
  'root',
  'zones',
  'subnets',
  'min',
  'max',
  'desired',
  'health',
  'balancer',
  'protect',
  'tags',
] as const

/** How many members may be of another template than the group's; they are a difference of their own. */
export function outdatedMembers({ template, members }: LiveGroup): readonly LiveMember[] {
  return members.filter(
    ({ state, templateId, version }) =>
      !state.startsWith('Terminat') && (templateId !== template?.id || version !== template?.version),
  )
}
