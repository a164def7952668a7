import type { Action } from '../wire/actions.js'
import type { Need } from './needs.js'

/** Types of resources as ARNs name them (Service Authorization Reference, "Resource types defined by Amazon EC2"). */
export type ResourceType =
  | 'elastic-ip'
  | 'image'
  | 'instance'
  | 'key-pair'
  | 'launch-template'
  | 'network-interface'
  | 'security-group'
  | 'security-group-rule'
  | 'snapshot'
  | 'subnet'
  | 'volume'
  | 'vpc'

/** What must be allowed for one action. One that lists no types is about no resource: it can be allowed for `*` alone. */
export interface PermissionFacts {
  /** `look`: a plan makes this call too; `change`: only what changes something does. */
  readonly part: 'look' | 'change'
  readonly need: Need
  /** What it makes, with the stack's tag in the same call. */
  readonly makes?: readonly ResourceType[]
  /** What it names, reads or changes of the stack's own, which carries the stack's tag. */
  readonly own?: readonly ResourceType[]
  /** What EC2 asks for beside, and what carries no tag of a stack. */
  readonly beside?: readonly ResourceType[]
}

const looks = (need: Need): PermissionFacts => ({ part: 'look', need })
const changes = (need: Need, ...own: readonly ResourceType[]): PermissionFacts => ({ part: 'change', need, own })

/** What evenkeel makes, and therefore tags. */
const taggable = [
  'elastic-ip',
  'image',
  'instance',
  'key-pair',
  'launch-template',
  'security-group',
  'snapshot',
  'volume',
] as const satisfies readonly ResourceType[]

/**
 * Every action that evenkeel calls -> what must be allowed for it. `evenkeel iam-policy` and docs/permissions.md follow from
 * this table. Types: Service Authorization Reference, "Actions defined by Amazon EC2". Where that lists a resource as
 * optional, it is allowed too: EC2 asks for it in some calls.
 */
const permissionFacts = {
  AllocateAddress: { part: 'change', need: 'elasticIps', makes: ['elastic-ip'] },
  AssociateAddress: {
    part: 'change',
    need: 'elasticIps',
    own: ['elastic-ip', 'instance'],
    beside: ['network-interface'],
  },
  AssociateIamInstanceProfile: changes('instanceProfiles', 'instance'),
  AttachVolume: changes('volumes', 'instance', 'volume'),
  AuthorizeSecurityGroupEgress: {
    part: 'change',
    need: 'securityGroups',
    own: ['security-group'],
    beside: ['security-group-rule'],
  },
  AuthorizeSecurityGroupIngress: {
    part: 'change',
    need: 'securityGroups',
    own: ['security-group'],
    beside: ['security-group-rule'],
  },
  CopyImage: { part: 'change', need: 'builtImages', makes: ['image', 'snapshot'], own: ['image', 'snapshot'] },
  CreateImage: { part: 'change', need: 'builtImages', makes: ['image', 'snapshot'], own: ['instance'] },
  CreateLaunchTemplate: { part: 'change', need: 'any', makes: ['launch-template'] },
  CreateLaunchTemplateVersion: changes('any', 'launch-template'),
  CreateSecurityGroup: { part: 'change', need: 'securityGroups', makes: ['security-group'], beside: ['vpc'] },
  CreateSnapshot: { part: 'change', need: 'disks', makes: ['snapshot'], own: ['volume'] },
  CreateTags: changes('any', ...taggable),
  CreateVolume: { part: 'change', need: 'volumes', makes: ['volume'], own: ['snapshot'] },
  DeleteKeyPair: changes('keyPairs', 'key-pair'),
  DeleteLaunchTemplate: changes('any', 'launch-template'),
  DeleteLaunchTemplateVersions: changes('any', 'launch-template'),
  DeleteSecurityGroup: changes('securityGroups', 'security-group'),
  DeleteSnapshot: changes('disks', 'snapshot'),
  DeleteTags: changes('any', ...taggable),
  DeleteVolume: changes('volumes', 'volume'),
  DeregisterImage: changes('builtImages', 'image', 'snapshot'),
  DescribeAddresses: looks('elasticIps'),
  DescribeAvailabilityZones: looks('any'),
  DescribeIamInstanceProfileAssociations: looks('instanceProfiles'),
  DescribeImageAttribute: looks('builtImages'),
  DescribeImages: looks('images'),
  DescribeInstanceAttribute: looks('serverAttributes'),
  DescribeInstanceStatus: looks('servers'),
  DescribeInstanceTypeOfferings: looks('servers'),
  DescribeInstanceTypes: looks('servers'),
  DescribeInstances: looks('any'),
  DescribeKeyPairs: looks('any'),
  DescribeLaunchTemplateVersions: looks('any'),
  DescribeLaunchTemplates: looks('any'),
  DescribeRegions: looks('catalogue'),
  DescribeReservedInstances: looks('servers'),
  DescribeSecurityGroups: looks('any'),
  DescribeSnapshots: looks('any'),
  DescribeSubnets: looks('servers'),
  DescribeVolumes: looks('any'),
  DescribeVolumesModifications: looks('disks'),
  DetachVolume: changes('volumes', 'instance', 'volume'),
  DisassociateAddress: {
    part: 'change',
    need: 'elasticIps',
    own: ['elastic-ip', 'instance'],
    beside: ['network-interface'],
  },
  DisassociateIamInstanceProfile: changes('instanceProfiles', 'instance'),
  GetConsoleOutput: changes('servers', 'instance'),
  GetEbsEncryptionByDefault: looks('encryptionDefault'),
  ImportKeyPair: { part: 'change', need: 'keyPairs', makes: ['key-pair'] },
  ModifyImageAttribute: changes('builtImages', 'image'),
  ModifyInstanceAttribute: changes('servers', 'instance', 'security-group', 'volume'),
  ModifyInstanceCpuOptions: changes('cpuOptions', 'instance'),
  ModifyInstanceMetadataOptions: changes('metadataOptions', 'instance'),
  ModifyLaunchTemplate: changes('any', 'launch-template'),
  ModifyVolume: changes('disks', 'volume'),
  MonitorInstances: changes('monitoring', 'instance'),
  RebootInstances: changes('servers', 'instance'),
  RegisterImage: { part: 'change', need: 'builtImages', makes: ['image'], beside: ['snapshot'] },
  ReleaseAddress: changes('elasticIps', 'elastic-ip'),
  ReplaceIamInstanceProfileAssociation: changes('instanceProfiles', 'instance'),
  RevokeSecurityGroupEgress: changes('securityGroups', 'security-group'),
  RevokeSecurityGroupIngress: changes('securityGroups', 'security-group'),
  RunInstances: {
    part: 'change',
    need: 'servers',
    makes: ['instance', 'volume'],
    own: ['key-pair', 'security-group'],
    beside: ['image', 'network-interface', 'subnet'],
  },
  StartInstances: changes('servers', 'instance'),
  StopInstances: changes('servers', 'instance'),
  TerminateInstances: changes('servers', 'instance'),
  UnmonitorInstances: changes('monitoring', 'instance'),
} as const satisfies Readonly<Record<Action, PermissionFacts>>

/** The table as a list, in order of names. */
export const permissions: readonly (PermissionFacts & { readonly action: Action })[] = (
  Object.entries(permissionFacts) as [Action, PermissionFacts][]
).map(([action, facts]) => ({ action, ...facts }))
