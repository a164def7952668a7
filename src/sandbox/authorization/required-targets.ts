import type { RunInstancesParameters } from '../actions/launch/members.js'
import type { TagSpecification } from '../wire/shape.js'
import type { World } from '../world/world.js'
import { launchTargets, specifiedTags } from './launch-targets.js'
import { aclAssociationOf } from '../world/network-acls.js'
import {
  existing,
  existingById,
  made,
  snapshotArn,
  vpcArn,
  type Facts,
  type ResourceType,
  type Target,
} from './target.js'

/** The parameters of a call by wire name, parsed. */
export type Given = Readonly<Record<string, unknown>>

/** Some of the resources that an action is authorized against. */
type Requirement = (given: Given, world: World) => readonly Target[]

/** Every resource that these parameters name by id. */
const named =
  (type: ResourceType, ...members: readonly string[]): Requirement =>
  (given, world) =>
    members.flatMap((member) => texts(given[member])).map((id) => existing(world, type, id))

/** What the call makes, with the tags that it gives it. */
const makes =
  (type: ResourceType, factsOf: (given: Given, world: World) => Facts = () => ({})): Requirement =>
  (given, world) => [
    made(
      type,
      specifiedTags(given['TagSpecification'] as readonly TagSpecification[] | undefined, type),
      factsOf(given, world),
    ),
  ]

const instances = named('instance', 'InstanceId')
const volume = named('volume', 'VolumeId')
const image = named('image', 'ImageId')

const keyPair: Requirement = (given, world) => {
  const byName = texts(given['KeyName']).flatMap((name) => world.keyPairs.withKey(name).map(({ id }) => id))
  return [...texts(given['KeyPairId']), ...byName].map((id) => existing(world, 'key-pair', id))
}

const group: Requirement = (given, world) => {
  const byName = texts(given['GroupName']).flatMap((name) =>
    world.securityGroups.withKey(name.toLowerCase()).map(({ id }) => id),
  )
  const byRule = texts(given['SecurityGroupRuleId']).flatMap((id) => world.rules.get(id)?.groupId ?? [])
  const ids = new Set([...texts(given['GroupId']), ...byName, ...byRule])
  return [...ids].map((id) => existing(world, 'security-group', id))
}

const changedRules: Requirement = (given, world) =>
  records(given['SecurityGroupRule'])
    .flatMap((rule) => texts(rule['SecurityGroupRuleId']))
    .map((id) => existing(world, 'security-group-rule', id))

const template: Requirement = (given, world) => {
  const byName = texts(given['LaunchTemplateName']).flatMap((name) =>
    world.launchTemplates.withKey(name).map(({ id }) => id),
  )
  return [...texts(given['LaunchTemplateId']), ...byName].map((id) => existing(world, 'launch-template', id))
}

const placementGroup: Requirement = (given, world) => {
  const byName = texts(given['GroupName']).flatMap((name) => world.placementGroups.withKey(name).map(({ id }) => id))
  return [...texts(given['GroupId']), ...byName].map((id) => existing(world, 'placement-group', id))
}

const association: Requirement = (given, world) => {
  const [id] = texts(given['AssociationId'])
  const address = id === undefined ? undefined : world.addresses.find(({ associationId }) => associationId === id)
  return address
    ? [existing(world, 'elastic-ip', address.id)]
    : [named('elastic-ip', 'AssociationId')(given, world)].flat()
}

const instanceOfAssociation: Requirement = (given, world) =>
  texts(given['AssociationId'])
    .flatMap((id) => world.profileAssociations.get(id) ?? [])
    .map(({ instanceId }) => existing(world, 'instance', instanceId))

const tagged: Requirement = (given, world) => {
  const tags = given['Tag'] as readonly { readonly Key?: string; readonly Value?: string }[] | undefined
  const isRemoval = given['Action'] === 'DeleteTags'
  const requestTags = Object.fromEntries((tags ?? []).map(({ Key = '', Value = '' }) => [Key, Value]))
  return texts(given['ResourceId']).flatMap((id) => {
    const target = existingById(world, id)
    return target ? [isRemoval ? { ...target, tagKeys: Object.keys(requestTags) } : { ...target, requestTags }] : []
  })
}

const snapshotsOfInstance: Requirement = (given, world) => {
  const [specification] = records(given['InstanceSpecification'])
  const [instanceId] = texts(specification?.['InstanceId'])
  if (instanceId === undefined) return []
  const disks = world.volumes.withKey(instanceId).map(({ id }) => existing(world, 'volume', id))
  return [existing(world, 'instance', instanceId), ...disks]
}

const creditedInstances: Requirement = (given, world) =>
  records(given['InstanceCreditSpecification'])
    .flatMap((one) => texts(one['InstanceId']))
    .map((id) => existing(world, 'instance', id))

const mappedVolumes: Requirement = (given, world) =>
  records(given['BlockDeviceMapping'])
    .flatMap((mapping) => records(mapping['Ebs']))
    .flatMap((ebs) => texts(ebs['VolumeId']))
    .map((id) => existing(world, 'volume', id))

const mappedSnapshots: Requirement = (given, world) =>
  records(given['BlockDeviceMapping'])
    .flatMap((mapping) => records(mapping['Ebs']))
    .flatMap((ebs) => texts(ebs['SnapshotId']))
    .map((id) => existing(world, 'snapshot', id))

/** A group is made in a VPC, and both are asked for; without one it is the default VPC. */
const vpc: Requirement = (given, world) =>
  [texts(given['VpcId'])[0] ?? world.defaultVpc?.id ?? []].flat().map((id) => existing(world, 'vpc', id))

const networkInterface = named('network-interface', 'NetworkInterfaceId')

const attachedInterface: Requirement = (given, world) =>
  texts(given['AttachmentId']).flatMap((id) => {
    const one = world.networkInterfaces.find(({ attachment }) => attachment?.id === id)
    if (!one?.attachment) return []
    return [existing(world, 'instance', one.attachment.instanceId), existing(world, 'network-interface', one.id)]
  })

const namedVpc = named('vpc', 'VpcId')
const subnet = named('subnet', 'SubnetId')
const gateway = named('internet-gateway', 'InternetGatewayId')
const routeTable = named('route-table', 'RouteTableId')

const routeTableOfAssociation: Requirement = (given, world) =>
  texts(given['AssociationId'])
    .flatMap((id) => world.routeTables.find(({ associations }) => associations.some((one) => one.id === id)) ?? [])
    .map(({ id }) => existing(world, 'route-table', id))

const networkAcl = named('network-acl', 'NetworkAclId')
const natGateway = named('natgateway', 'NatGatewayId')
const endpoint = named('vpc-endpoint', 'VpcEndpointId')

const subnetOfAclAssociation: Requirement = (given, world) =>
  texts(given['AssociationId'])
    .flatMap((id) => world.subnets.find((one) => aclAssociationOf(one).id === id) ?? [])
    .map(({ id }) => existing(world, 'subnet', id))

const endpointPlaces: readonly Requirement[] = [
  named('route-table', 'RouteTableId', 'AddRouteTableId', 'RemoveRouteTableId'),
  named('subnet', 'SubnetId', 'AddSubnetId', 'RemoveSubnetId'),
  named('security-group', 'SecurityGroupId', 'AddSecurityGroupId', 'RemoveSecurityGroupId'),
]

/**
 * Action -> what it is authorized against, all of which must be allowed. Source: Service Authorization Reference, "Actions
 * defined by Amazon EC2"; where a resource stands there as optional it is asked for when the call names one. An action that
 * is not here is about no resource: a policy allows it for `*` alone. An empty list says that of one that writes.
 */
export const requirements: Readonly<Record<string, readonly Requirement[]>> = {
  AllocateAddress: [makes('elastic-ip')],
  AssociateAddress: [named('elastic-ip', 'AllocationId'), instances, named('network-interface', 'NetworkInterfaceId')],
  AssociateIamInstanceProfile: [instances],
  AssociateRouteTable: [routeTable, subnet],
  AssignPrivateIpAddresses: [networkInterface],
  AttachInternetGateway: [gateway, namedVpc],
  AttachNetworkInterface: [instances, networkInterface],
  AttachVolume: [instances, volume],
  AuthorizeSecurityGroupEgress: [group],
  AuthorizeSecurityGroupIngress: [group],
  CancelSpotInstanceRequests: [named('spot-instances-request', 'SpotInstanceRequestId')],
  CopyImage: [makes('image'), makes('snapshot')],
  CopySnapshot: [makes('snapshot')],
  CreateDefaultVpc: [],
  CreateImage: [instances, makes('image'), makes('snapshot')],
  CreateInternetGateway: [makes('internet-gateway')],
  CreateKeyPair: [makes('key-pair', ({ KeyName }) => ({ 'ec2:KeyPairName': texts(KeyName)[0] }))],
  CreateLaunchTemplate: [makes('launch-template')],
  CreateLaunchTemplateVersion: [template],
  CreateNatGateway: [makes('natgateway'), subnet, named('elastic-ip', 'AllocationId')],
  CreateNetworkAcl: [makes('network-acl'), namedVpc],
  CreateNetworkAclEntry: [networkAcl],
  CreateNetworkInterface: [makes('network-interface'), subnet, named('security-group', 'SecurityGroupId')],
  CreateRoute: [routeTable],
  CreateRouteTable: [makes('route-table'), namedVpc],
  CreatePlacementGroup: [makes('placement-group')],
  CreateSecurityGroup: [
    makes('security-group', ({ VpcId }, world) => ({
      'ec2:Vpc': vpcArn(world, texts(VpcId)[0] ?? world.defaultVpc?.id),
    })),
    vpc,
  ],
  CreateSnapshot: [
    volume,
    makes('snapshot', ({ VolumeId }, world) => ({
      'ec2:ParentVolume': `arn:aws:ec2:${world.region.name}:${world.accountId}:volume/${texts(VolumeId)[0]}`,
      'ec2:VolumeSize': world.volumes.get(texts(VolumeId)[0] ?? '')?.sizeGiB.toString(),
      'ec2:Owner': world.accountId,
    })),
  ],
  CreateSnapshots: [snapshotsOfInstance, makes('snapshot')],
  CreateSubnet: [makes('subnet'), namedVpc],
  CreateTags: [tagged],
  CreateVolume: [
    makes('volume', (given, world) => ({
      'ec2:AvailabilityZone': texts(given['AvailabilityZone'])[0],
      'ec2:Encrypted': texts(given['Encrypted'])[0] ?? 'false',
      'ec2:VolumeSize': texts(given['Size'])[0],
      'ec2:VolumeType': texts(given['VolumeType'])[0] ?? 'gp2',
      'ec2:VolumeIops': texts(given['Iops'])[0],
      'ec2:VolumeThroughput': texts(given['Throughput'])[0],
      'ec2:ParentSnapshot': texts(given['SnapshotId']).map((id) => snapshotArn(world, id))[0],
    })),
    named('snapshot', 'SnapshotId'),
  ],
  CreateVpc: [makes('vpc')],
  CreateVpcEndpoint: [makes('vpc-endpoint'), namedVpc, ...endpointPlaces],
  DeleteInternetGateway: [gateway],
  DeleteKeyPair: [keyPair],
  DeleteLaunchTemplate: [template],
  DeleteLaunchTemplateVersions: [template],
  DeleteNatGateway: [natGateway],
  DeleteNetworkAcl: [networkAcl],
  DeleteNetworkAclEntry: [networkAcl],
  DeleteNetworkInterface: [networkInterface],
  DeleteRoute: [routeTable],
  DeleteRouteTable: [routeTable],
  DeletePlacementGroup: [placementGroup],
  DeleteSecurityGroup: [group],
  DeleteSnapshot: [named('snapshot', 'SnapshotId')],
  DeleteSubnet: [subnet],
  DeleteTags: [tagged],
  DeleteVolume: [volume],
  DeleteVpc: [namedVpc],
  DeleteVpcEndpoints: [endpoint],
  DeregisterImage: [image],
  DescribeImageAttribute: [image],
  DescribeInstanceAttribute: [instances],
  DescribeVpcAttribute: [namedVpc],
  DetachInternetGateway: [gateway, namedVpc],
  DescribeVolumeAttribute: [volume],
  DescribeSnapshotAttribute: [named('snapshot', 'SnapshotId')],
  DetachNetworkInterface: [attachedInterface],
  DetachVolume: [volume, instances],
  DisableEbsEncryptionByDefault: [],
  DisassociateAddress: [association],
  DisassociateIamInstanceProfile: [instanceOfAssociation],
  DisassociateRouteTable: [routeTableOfAssociation],
  EnableEbsEncryptionByDefault: [],
  EnableVolumeIO: [volume],
  GetConsoleOutput: [instances],
  ImportKeyPair: [makes('key-pair', ({ KeyName }) => ({ 'ec2:KeyPairName': texts(KeyName)[0] }))],
  ModifyImageAttribute: [image],
  ModifyInstanceAttribute: [instances, named('security-group', 'GroupId'), mappedVolumes],
  ModifyInstanceEventStartTime: [instances],
  ModifyInstanceCpuOptions: [instances],
  ModifyInstanceCreditSpecification: [creditedInstances],
  ModifyInstancePlacement: [instances, placementGroup],
  ModifyInstanceMetadataOptions: [instances],
  ModifyLaunchTemplate: [template],
  ModifyNetworkInterfaceAttribute: [networkInterface, named('security-group', 'SecurityGroupId')],
  ModifySecurityGroupRules: [group, changedRules],
  ModifySubnetAttribute: [subnet],
  ModifySnapshotAttribute: [named('snapshot', 'SnapshotId')],
  ModifyVolume: [volume],
  ModifyVolumeAttribute: [volume],
  ModifyVpcAttribute: [namedVpc],
  ModifyVpcEndpoint: [endpoint, ...endpointPlaces],
  MonitorInstances: [instances],
  RebootInstances: [instances],
  RegisterImage: [makes('image'), mappedSnapshots],
  ReleaseAddress: [named('elastic-ip', 'AllocationId')],
  ReplaceIamInstanceProfileAssociation: [instanceOfAssociation],
  ReplaceNetworkAclAssociation: [networkAcl, subnetOfAclAssociation],
  ReplaceNetworkAclEntry: [networkAcl],
  ReplaceRoute: [routeTable],
  ReplaceRouteTableAssociation: [routeTable, routeTableOfAssociation],
  ResetImageAttribute: [image],
  ResetSnapshotAttribute: [named('snapshot', 'SnapshotId')],
  RevokeSecurityGroupEgress: [group],
  RevokeSecurityGroupIngress: [group],
  RunInstances: [(given, world) => launchTargets(given as unknown as RunInstancesParameters, world)],
  StartInstances: [instances],
  StopInstances: [instances],
  TerminateInstances: [instances],
  UnassignPrivateIpAddresses: [networkInterface],
  UnmonitorInstances: [instances],
}

/** The role of the profile that a call gives to an instance: it has the profile's name, as the console makes them. */
export function passedRole(given: Given, world: World): string | undefined {
  const [profile] = records(given['IamInstanceProfile'])
  const [name = texts(profile?.['Arn'])[0]?.replace(/^.*\//, '')] = texts(profile?.['Name'])
  return name === undefined ? undefined : `arn:aws:iam::${world.accountId}:role/${name}`
}

function texts(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(texts)
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? [String(value)] : []
}

function records(value: unknown): readonly Given[] {
  if (Array.isArray(value)) return value.flatMap(records)
  return typeof value === 'object' && value !== null ? [value as Given] : []
}
