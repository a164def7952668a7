import { instanceTypes } from '../model/instance-types.js'
import { kindOfId, resourceKinds } from '../model/ids.js'
import type { Tags } from '../model/tags.js'
import type { World } from '../world/world.js'
import type { ResourceKey } from './condition-keys.js'

/** What EC2 calls the types of resources in ARNs and in tag specifications. */
export type ResourceType = string

/** The values of keys that belong to a resource. */
export type Facts = Readonly<Partial<Record<ResourceKey, string | undefined>>>

/** One resource that an action is authorized against. */
export interface Target {
  readonly type: ResourceType
  /** Behind the type in the ARN; `*` for one that the call is to make. */
  readonly name: string
  /** Of a resource that exists. */
  readonly tags: Tags | undefined
  /** That the call is to give it. */
  readonly requestTags: Tags | undefined
  /** The keys of tags that the call names without giving any: DeleteTags. */
  readonly tagKeys: readonly string[] | undefined
  readonly facts: Facts
}

/** These belong to nobody's account in their ARN (Service Authorization Reference, "Resource types defined by Amazon EC2"). */
const withoutAccount: readonly ResourceType[] = ['image', 'snapshot']

export function arnOf(world: World, { type, name }: Target): string {
  const account = withoutAccount.includes(type) ? '' : world.accountId
  return `arn:aws:ec2:${world.region.name}:${account}:${type}/${name}`
}

/** A resource of this id. One that does not exist is asked for without tags: whether it may be seen is decided first. */
export function existing(world: World, type: ResourceType, id: string): Target {
  return {
    type,
    name: type === 'key-pair' ? (world.keyPairs.get(id)?.name ?? id) : id,
    tags: world.tags.get(id),
    requestTags: undefined,
    tagKeys: undefined,
    facts: factsOf[type]?.(world, id) ?? {},
  }
}

/** The resource of an id whose prefix tells its type; undefined for what is no id. */
export function existingById(world: World, id: string): Target | undefined {
  const kind = kindOfId(id)
  const type = kind && resourceKinds[kind].tagType
  return type === undefined ? undefined : existing(world, type, id)
}

/** A resource that the call is to make, with these tags. */
export function made(type: ResourceType, requestTags: Tags, facts: Facts = {}): Target {
  return { type, name: '*', tags: undefined, requestTags, tagKeys: undefined, facts }
}

/** What the keys of a type's resources are read from (Service Authorization Reference, condition keys of each type). */
const factsOf: Readonly<Record<ResourceType, (world: World, id: string) => Facts>> = {
  instance: (world, id) => {
    const instance = world.instances.get(id)
    if (!instance) return { 'ec2:InstanceID': id }
    const { metadataOptions } = instance
    return {
      'ec2:InstanceID': id,
      'ec2:AvailabilityZone': instance.zone,
      'ec2:InstanceType': instance.instanceType,
      'ec2:EbsOptimized': String(instance.ebsOptimized),
      'ec2:RootDeviceType': instanceTypes.has(instance.instanceType) ? 'ebs' : undefined,
      'ec2:Tenancy': 'default',
      'ec2:MetadataHttpTokens': metadataOptions.httpTokens,
      'ec2:MetadataHttpEndpoint': metadataOptions.httpEndpoint,
      'ec2:MetadataHttpPutResponseHopLimit': String(metadataOptions.httpPutResponseHopLimit),
    }
  },
  volume: (world, id) => {
    const volume = world.volumes.get(id)
    if (!volume) return { 'ec2:VolumeID': id }
    return {
      'ec2:VolumeID': id,
      'ec2:AvailabilityZone': volume.zone,
      'ec2:Encrypted': String(volume.encrypted),
      'ec2:VolumeSize': String(volume.sizeGiB),
      'ec2:VolumeType': volume.type,
      'ec2:VolumeIops': volume.iops === undefined ? undefined : String(volume.iops),
      'ec2:VolumeThroughput': volume.throughput === undefined ? undefined : String(volume.throughput),
      'ec2:ParentSnapshot': volume.snapshotId === undefined ? undefined : snapshotArn(world, volume.snapshotId),
    }
  },
  snapshot: (world, id) => {
    const snapshot = world.snapshots.get(id)
    if (!snapshot) return { 'ec2:SnapshotID': id }
    return {
      'ec2:SnapshotID': id,
      'ec2:Owner': snapshot.ownerId,
      'ec2:VolumeSize': String(snapshot.sizeGiB),
      'ec2:ParentVolume': `arn:aws:ec2:${world.region.name}:${world.accountId}:volume/${snapshot.volumeId}`,
    }
  },
  image: (world, id) => {
    const image = world.images.find((one) => one.id === id)
    if (!image) return { 'ec2:ImageID': id }
    return { 'ec2:ImageID': id, 'ec2:Owner': image.ownerAlias ?? image.ownerId, 'ec2:RootDeviceType': 'ebs' }
  },
  'security-group': (world, id) => ({
    'ec2:SecurityGroupID': id,
    'ec2:Vpc': vpcArn(world, world.securityGroups.get(id)?.vpcId),
  }),
  subnet: (world, id) => {
    const subnet = world.subnets.find((one) => one.id === id)
    return {
      'ec2:SubnetID': id,
      'ec2:AvailabilityZone': subnet?.zone,
      'ec2:Vpc': vpcArn(world, subnet?.vpcId),
    }
  },
  'key-pair': (world, id) => ({ 'ec2:KeyPairName': world.keyPairs.get(id)?.name }),
}

export function vpcArn(world: World, vpcId: string | undefined): string | undefined {
  return vpcId === undefined ? undefined : `arn:aws:ec2:${world.region.name}:${world.accountId}:vpc/${vpcId}`
}

export function snapshotArn(world: World, id: string): string {
  return `arn:aws:ec2:${world.region.name}::snapshot/${id}`
}
