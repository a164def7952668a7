import {
  boolean,
  integer,
  list,
  oneOf,
  oneOfMore,
  required,
  secret,
  string,
  structure,
  tagSpecifications,
  type ParsedMembers,
} from '../../wire/shape.js'

export const ebsMembers = {
  DeleteOnTermination: boolean,
  Iops: integer,
  SnapshotId: string,
  VolumeSize: integer,
  VolumeType: string,
  KmsKeyId: string,
  Throughput: integer,
  Encrypted: boolean,
} as const

const blockDeviceMappings = list(
  structure({ DeviceName: string, NoDevice: string, VirtualName: string, Ebs: structure(ebsMembers) }),
)

const networkInterfaces = list(
  structure({
    AssociatePublicIpAddress: boolean,
    DeleteOnTermination: boolean,
    Description: string,
    DeviceIndex: integer,
    SecurityGroupId: list(string),
    PrivateIpAddress: string,
    SubnetId: string,
  }),
)

export const metadataMembers = {
  HttpTokens: oneOf('optional', 'required'),
  HttpPutResponseHopLimit: integer,
  HttpEndpoint: oneOf('enabled', 'disabled'),
  HttpProtocolIpv6: oneOf('enabled', 'disabled'),
  InstanceMetadataTags: oneOf('enabled', 'disabled'),
} as const

/** What RunInstances and a launch template's data have in common. */
export const launchMembers = {
  ImageId: string,
  InstanceType: string,
  KeyName: string,
  Monitoring: structure({ Enabled: boolean }),
  Placement: structure({
    AvailabilityZone: string,
    AvailabilityZoneId: string,
    GroupName: string,
    GroupId: string,
    PartitionNumber: integer,
    Tenancy: oneOfMore(['default', 'dedicated'], ['host']),
  }),
  SecurityGroupId: list(string),
  SecurityGroup: list(string),
  UserData: secret,
  TagSpecification: tagSpecifications,
  BlockDeviceMapping: blockDeviceMappings,
  MetadataOptions: structure(metadataMembers),
  DisableApiTermination: boolean,
  DisableApiStop: boolean,
  InstanceInitiatedShutdownBehavior: oneOf('stop', 'terminate'),
  NetworkInterface: networkInterfaces,
  EbsOptimized: boolean,
  IamInstanceProfile: structure({ Arn: string, Name: string }),
  CpuOptions: structure({ CoreCount: integer, ThreadsPerCore: integer }),
  CreditSpecification: structure({ CpuCredits: oneOf('standard', 'unlimited') }),
} as const

const marketOptions = structure({
  MarketType: oneOfMore(['spot'], ['capacity-block', 'interruptible-capacity-reservation']),
  SpotOptions: structure({
    MaxPrice: string,
    SpotInstanceType: oneOf('one-time', 'persistent'),
    InstanceInterruptionBehavior: oneOf('terminate', 'stop', 'hibernate'),
  }),
})

/** What RunInstances takes: the parts of a launch, how many, where, and the launch template beneath them. */
export const runInstancesMembers = {
  ...launchMembers,
  MaxCount: required(integer),
  MinCount: required(integer),
  SubnetId: string,
  PrivateIpAddress: string,
  InstanceMarketOptions: marketOptions,
  ClientToken: string,
  LaunchTemplate: structure({ LaunchTemplateId: string, LaunchTemplateName: string, Version: string }),
} as const

/** What a RunInstances call gives; merged with its launch template, what is launched. */
export type RunInstancesParameters = ParsedMembers<typeof runInstancesMembers>
