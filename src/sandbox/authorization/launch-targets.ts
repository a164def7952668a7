import type { RunInstancesParameters } from '../actions/launch/members.js'
import { findTemplate, mergeLaunchTemplate } from '../actions/launch/named-template.js'
import { findPublicParameter } from '../model/image.js'
import { noTags, readTagSpecifications, type Tags } from '../model/tags.js'
import { defaultGroupOf } from '../world/vpc.js'
import type { World } from '../world/world.js'
import { existing, made, snapshotArn, vpcArn, type Target } from './target.js'

/** The types that RunInstances tags and makes. */
const makes = ['instance', 'volume', 'network-interface', 'spot-instances-request'] as const

/**
 * What a launch is authorized against: image, instance, volumes, network interface, subnet and security groups always;
 * key pair, launch template and snapshots where they are named (Service Authorization Reference, RunInstances). What the
 * call leaves to EC2 is what EC2 would take: the default subnet, the default group, the image's root disk.
 */
export function launchTargets(given: RunInstancesParameters, world: World): readonly Target[] {
  const { parameters } = mergeLaunchTemplate(world, given)
  const tags = readTagSpecifications(parameters.TagSpecification, makes)
  const [network] = parameters.NetworkInterface ?? []
  const zone = parameters.Placement?.AvailabilityZone
  const wanted = network?.SubnetId ?? parameters.SubnetId
  const subnet =
    wanted === undefined
      ? world.subnets.find(({ isDefault, zone: own }) => isDefault && (zone === undefined || own === zone))
      : world.subnets.get(wanted)
  const subnetId = wanted ?? subnet?.id
  const inNetwork = { 'ec2:AvailabilityZone': zone ?? subnet?.zone, 'ec2:Vpc': vpcArn(world, subnet?.vpcId) }
  const { KeyName: keyName, MetadataOptions: metadata } = parameters
  const [keyPair] = keyName === undefined ? [] : world.keyPairs.withKey(keyName)
  const snapshots = (parameters.BlockDeviceMapping ?? []).flatMap(({ Ebs }) => Ebs?.SnapshotId ?? [])
  return [
    existing(world, 'image', imageId(world, parameters.ImageId)),
    made('instance', tags.instance, {
      'ec2:AvailabilityZone': inNetwork['ec2:AvailabilityZone'],
      'ec2:EbsOptimized': String(parameters.EbsOptimized ?? false),
      'ec2:InstanceType': parameters.InstanceType ?? 'm1.small',
      'ec2:MetadataHttpEndpoint': metadata?.HttpEndpoint,
      'ec2:MetadataHttpPutResponseHopLimit': metadata?.HttpPutResponseHopLimit?.toString(),
      'ec2:MetadataHttpTokens': metadata?.HttpTokens,
      'ec2:RootDeviceType': 'ebs',
      'ec2:Tenancy': 'default',
    }),
    ...volumes(parameters, world, tags.volume),
    made('network-interface', tags['network-interface'], inNetwork),
    ...(subnetId === undefined ? [] : [existing(world, 'subnet', subnetId)]),
    ...groupIds(parameters, world, subnet?.vpcId).map((id) => existing(world, 'security-group', id)),
    ...(keyPair ? [existing(world, 'key-pair', keyPair.id)] : []),
    ...(parameters.LaunchTemplate
      ? [existing(world, 'launch-template', findTemplate(world, parameters.LaunchTemplate).id)]
      : []),
    ...(parameters.InstanceMarketOptions ? [made('spot-instances-request', tags['spot-instances-request'])] : []),
    ...snapshots.map((id) => existing(world, 'snapshot', id)),
  ]
}

function imageId(world: World, text = ''): string {
  const parameter = /^resolve:ssm:(.*)$/.exec(text)?.[1]
  return parameter === undefined ? text : (findPublicParameter(world.catalogue, parameter)?.value ?? text)
}

/** Each disk of the launch; the root disk also where no mapping speaks of it. */
function volumes(parameters: RunInstancesParameters, world: World, tags: Tags): readonly Target[] {
  const mappings = (parameters.BlockDeviceMapping ?? []).filter(({ NoDevice }) => NoDevice === undefined)
  if (mappings.length === 0) return [made('volume', tags)]
  return mappings.map(({ Ebs = {} }) =>
    made('volume', tags, {
      'ec2:Encrypted': Ebs.Encrypted?.toString(),
      'ec2:VolumeSize': Ebs.VolumeSize?.toString(),
      'ec2:VolumeType': Ebs.VolumeType,
      'ec2:VolumeIops': Ebs.Iops?.toString(),
      'ec2:VolumeThroughput': Ebs.Throughput?.toString(),
      'ec2:ParentSnapshot': Ebs.SnapshotId === undefined ? undefined : snapshotArn(world, Ebs.SnapshotId),
    }),
  )
}

function groupIds(parameters: RunInstancesParameters, world: World, vpcId: string | undefined): readonly string[] {
  const named = (parameters.SecurityGroup ?? []).flatMap((name) =>
    world.securityGroups.withKey(name.toLowerCase()).map(({ id }) => id),
  )
  const interfaces = (parameters.NetworkInterface ?? []).flatMap(({ SecurityGroupId }) => SecurityGroupId ?? [])
  const ids = [...(parameters.SecurityGroupId ?? []), ...named, ...interfaces]
  const byDefault = vpcId === undefined ? undefined : defaultGroupOf(world, vpcId)
  return ids.length > 0 || !byDefault ? ids : [byDefault.id]
}

/** The tags of a call's TagSpecifications for one type, before the action itself has checked them. */
export function specifiedTags(
  specifications:
    | readonly {
        readonly ResourceType?: string | undefined
        readonly Tag?: readonly { readonly Key?: string | undefined; readonly Value?: string | undefined }[] | undefined
      }[]
    | undefined,
  type: string,
): Tags {
  const tags = specifications?.find(({ ResourceType }) => ResourceType === type)?.Tag
  return tags ? Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value])) : noTags
}
