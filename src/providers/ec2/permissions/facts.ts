import type { Action } from '../wire/actions.js'
import type { Need } from './needs.js'

/** Types of resources as ARNs name them (Service Authorization Reference, "Resource types defined by Amazon EC2"). */
export type ResourceType =
  | 'elastic-ip'
  | 'image'
  | 'instance'
  | 'internet-gateway'
  | 'key-pair'
  | 'launch-template'
  | 'natgateway'
  | 'network-acl'
  | 'network-interface'
  | 'route-table'
  | 'placement-group'
  | 'security-group'
  | 'security-group-rule'
  | 'snapshot'
  | 'spot-instances-request'
  | 'subnet'
  | 'volume'
  | 'vpc'
  | 'vpc-endpoint'

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
  'internet-gateway',
  'key-pair',
  'launch-template',
  'natgateway',
  'network-acl',
  'network-interface',
  'route-table',
  'placement-group',
  'security-group',
  'snapshot',
  'subnet',
  'volume',
  'vpc',
  'vpc-endpoint',
] as const satisfies readonly ResourceType[]

/**
 * Every action that evenkeel calls -> what must be allowed for it. `evenkeel iam-policy` and docs/permissions.md follow from
 * this table. Types: Service Authorization Reference, "Actions defined by Amazon EC2". Where that lists a resource as
 * optional, it is allowed too: EC2 asks for it in some calls.
 */
const permissionFacts = {
  AllocateAddress: { part: 'change', need: 'elasticIps', makes: ['elastic-ip'] },
  AssignPrivateIpAddresses: { part: 'change', need: 'addresses', beside: ['network-interface'] },
  AssociateAddress: {
    part: 'change',
    need: 'elasticIps',
    own: ['elastic-ip', 'instance'],
    beside: ['network-interface'],
  },
  AssociateIamInstanceProfile: changes('instanceProfiles', 'instance'),
  AssociateRouteTable: changes('networks', 'route-table', 'subnet'),
  AttachInternetGateway: changes('networks', 'internet-gateway', 'vpc'),
  AttachNetworkInterface: changes('interfaces', 'instance', 'network-interface'),
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
  CancelSpotInstanceRequests: changes('spot', 'spot-instances-request'),
  CopyImage: { part: 'change', need: 'builtImages', makes: ['image', 'snapshot'], own: ['image', 'snapshot'] },
  CopySnapshot: { part: 'change', need: 'snapshotCopies', makes: ['snapshot'], own: ['snapshot'] },
  CreateImage: { part: 'change', need: 'builtImages', makes: ['image', 'snapshot'], own: ['instance'] },
  CreateInternetGateway: { part: 'change', need: 'networks', makes: ['internet-gateway'] },
  CreateLaunchTemplate: { part: 'change', need: 'any', makes: ['launch-template'] },
  CreateLaunchTemplateVersion: changes('any', 'launch-template'),
  CreateNatGateway: { part: 'change', need: 'networks', makes: ['natgateway'], own: ['elastic-ip', 'subnet'] },
  CreateNetworkAcl: { part: 'change', need: 'networks', makes: ['network-acl'], own: ['vpc'] },
  CreateNetworkAclEntry: changes('networks', 'network-acl'),
  CreateNetworkInterface: {
    part: 'change',
    need: 'interfaces',
    makes: ['network-interface'],
    own: ['security-group'],
    beside: ['subnet'],
  },
  CreatePlacementGroup: { part: 'change', need: 'placementGroups', makes: ['placement-group'] },
  CreateRoute: changes('networks', 'route-table'),
  CreateRouteTable: { part: 'change', need: 'networks', makes: ['route-table'], own: ['vpc'] },
  CreateSecurityGroup: { part: 'change', need: 'securityGroups', makes: ['security-group'], beside: ['vpc'] },
  CreateSnapshot: { part: 'change', need: 'disks', makes: ['snapshot'], own: ['volume'] },
  CreateSubnet: { part: 'change', need: 'networks', makes: ['subnet'], own: ['vpc'] },
  CreateTags: changes('any', ...taggable),
  CreateVolume: { part: 'change', need: 'volumes', makes: ['volume'], own: ['snapshot'] },
  CreateVpc: { part: 'change', need: 'networks', makes: ['vpc'] },
  CreateVpcEndpoint: {
    part: 'change',
    need: 'networks',
    makes: ['vpc-endpoint'],
    own: ['route-table', 'security-group', 'subnet', 'vpc'],
  },
  DeleteInternetGateway: changes('networks', 'internet-gateway'),
  DeleteKeyPair: changes('keyPairs', 'key-pair'),
  DeleteLaunchTemplate: changes('any', 'launch-template'),
  DeleteLaunchTemplateVersions: changes('any', 'launch-template'),
  DeleteNatGateway: changes('networks', 'natgateway'),
  DeleteNetworkAcl: changes('networks', 'network-acl'),
  DeleteNetworkAclEntry: changes('networks', 'network-acl'),
  DeleteNetworkInterface: changes('interfaces', 'network-interface'),
  DeletePlacementGroup: changes('placementGroups', 'placement-group'),
  DeleteRoute: changes('networks', 'route-table'),
  DeleteRouteTable: changes('networks', 'route-table'),
  DeleteSecurityGroup: changes('securityGroups', 'security-group'),
  DeleteSnapshot: changes('disks', 'snapshot'),
  DeleteSubnet: changes('networks', 'subnet'),
  DeleteTags: changes('any', ...taggable),
  DeleteVolume: changes('volumes', 'volume'),
  DeleteVpc: changes('networks', 'vpc'),
  DeleteVpcEndpoints: changes('networks', 'vpc-endpoint'),
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
  DescribeInternetGateways: looks('networks'),
  DescribeKeyPairs: looks('any'),
  DescribeLaunchTemplateVersions: looks('any'),
  DescribeLaunchTemplates: looks('any'),
  DescribeNatGateways: looks('networks'),
  DescribeNetworkAcls: looks('networks'),
  DescribeNetworkInterfaces: looks('networksOrInterfaces'),
  DescribePlacementGroups: looks('placementGroups'),
  DescribeRegions: looks('catalogue'),
  DescribeReservedInstances: looks('servers'),
  DescribeRouteTables: looks('networks'),
  DescribeSecurityGroups: looks('any'),
  DescribeSnapshotAttribute: looks('sharedSnapshots'),
  DescribeSnapshots: looks('any'),
  DescribeSpotInstanceRequests: looks('servers'),
  DescribeSubnets: looks('subnets'),
  DescribeVolumeAttribute: looks('autoEnableIo'),
  DescribeVolumeStatus: looks('disks'),
  DescribeVolumes: looks('any'),
  DescribeVolumesModifications: looks('disks'),
  DescribeVpcAttribute: looks('networks'),
  DescribeVpcEndpoints: looks('networks'),
  DescribeVpcs: looks('networks'),
  DetachInternetGateway: changes('networks', 'internet-gateway', 'vpc'),
  DetachNetworkInterface: changes('interfaces', 'instance', 'network-interface'),
  DetachVolume: changes('volumes', 'instance', 'volume'),
  DisassociateAddress: {
    part: 'change',
    need: 'elasticIps',
    own: ['elastic-ip', 'instance'],
    beside: ['network-interface'],
  },
  DisassociateIamInstanceProfile: changes('instanceProfiles', 'instance'),
  DisassociateRouteTable: changes('networks', 'route-table', 'subnet'),
  EnableVolumeIO: changes('volumes', 'volume'),
  GetConsoleOutput: changes('servers', 'instance'),
  GetEbsEncryptionByDefault: looks('encryptionDefault'),
  ImportKeyPair: { part: 'change', need: 'keyPairs', makes: ['key-pair'] },
  ModifyImageAttribute: changes('builtImages', 'image'),
  ModifyInstanceAttribute: changes('servers', 'instance', 'security-group', 'volume'),
  ModifyInstanceCpuOptions: changes('cpuOptions', 'instance'),
  ModifyInstanceMetadataOptions: changes('metadataOptions', 'instance'),
  ModifyInstancePlacement: changes('placements', 'instance', 'placement-group'),
  ModifyLaunchTemplate: changes('any', 'launch-template'),
  ModifyNetworkInterfaceAttribute: {
    part: 'change',
    need: 'addresses',
    own: ['instance', 'security-group'],
    beside: ['network-interface'],
  },
  ModifySnapshotAttribute: changes('sharedSnapshots', 'snapshot'),
  ModifySubnetAttribute: changes('networks', 'subnet'),
  ModifyVolume: changes('disks', 'volume'),
  ModifyVolumeAttribute: changes('autoEnableIo', 'volume'),
  ModifyVpcAttribute: changes('networks', 'vpc'),
  ModifyVpcEndpoint: changes('networks', 'route-table', 'security-group', 'subnet', 'vpc-endpoint'),
  MonitorInstances: changes('monitoring', 'instance'),
  RebootInstances: changes('servers', 'instance'),
  RegisterImage: { part: 'change', need: 'builtImages', makes: ['image'], beside: ['snapshot'] },
  ReleaseAddress: changes('elasticIps', 'elastic-ip'),
  ReplaceIamInstanceProfileAssociation: changes('instanceProfiles', 'instance'),
  ReplaceNetworkAclAssociation: { part: 'change', need: 'networks', own: ['network-acl', 'subnet'] },
  ReplaceNetworkAclEntry: changes('networks', 'network-acl'),
  ReplaceRoute: changes('networks', 'route-table'),
  ReplaceRouteTableAssociation: changes('networks', 'route-table', 'subnet'),
  RevokeSecurityGroupEgress: changes('securityGroups', 'security-group'),
  RevokeSecurityGroupIngress: changes('securityGroups', 'security-group'),
  RunInstances: {
    part: 'change',
    need: 'servers',
    makes: ['instance', 'spot-instances-request', 'volume'],
    own: ['key-pair', 'placement-group', 'security-group'],
    beside: ['image', 'network-interface', 'subnet'],
  },
  StartInstances: changes('servers', 'instance'),
  StopInstances: changes('servers', 'instance'),
  TerminateInstances: changes('servers', 'instance'),
  UnassignPrivateIpAddresses: { part: 'change', need: 'addresses', beside: ['network-interface'] },
  UnmonitorInstances: changes('monitoring', 'instance'),
} as const satisfies Readonly<Record<Action, PermissionFacts>>

/** The table as a list, in order of names. */
export const permissions: readonly (PermissionFacts & { readonly action: Action })[] = (
  Object.entries(permissionFacts) as [Action, PermissionFacts][]
).map(([action, facts]) => ({ action, ...facts }))
