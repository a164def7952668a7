/**
 * The condition keys that the sandbox can judge: those of every request, and of each type of resource. `…/*` stands for
 * any name of a tag. Source: Service Authorization Reference, "Condition keys for Amazon EC2",
 * "… for Elastic Load Balancing V2" and "… for Amazon EC2 Auto Scaling", and IAM User Guide, "AWS global condition context keys". A key that is not here is refused in a policy: judging it as absent would let a
 * policy pass here that means something else on AWS.
 */
const keysOfRequests = [
  'aws:CurrentTime',
  'aws:EpochTime',
  'aws:PrincipalAccount',
  'aws:PrincipalArn',
  'aws:PrincipalType',
  'aws:RequestedRegion',
  'aws:SecureTransport',
  'aws:SourceIp',
  'aws:TagKeys',
  'aws:RequestTag/*',
  'aws:ResourceAccount',
  'aws:ResourceTag/*',
  'aws:username',
  'autoscaling:ResourceTag/*',
  'ec2:CreateAction',
  'ec2:Region',
  'ec2:ResourceTag/*',
  'ec2:osuser',
  'elasticloadbalancing:CreateAction',
  'elasticloadbalancing:ResourceTag/*',
  'iam:AWSServiceName',
  'iam:PassedToService',
  // Of another service, which the sandbox asks for nothing: no call is ever judged by them.
  'kms:*',
] as const

const keysOfResources = [
  'ec2:AvailabilityZone',
  'ec2:EbsOptimized',
  'ec2:Encrypted',
  'ec2:ImageID',
  'ec2:InstanceID',
  'ec2:InstanceType',
  'ec2:KeyPairName',
  'ec2:LaunchTemplate',
  'ec2:MetadataHttpEndpoint',
  'ec2:MetadataHttpPutResponseHopLimit',
  'ec2:MetadataHttpTokens',
  'ec2:Owner',
  'ec2:ParentSnapshot',
  'ec2:ParentVolume',
  'ec2:Public',
  'ec2:RootDeviceType',
  'ec2:SecurityGroupID',
  'ec2:SnapshotID',
  'ec2:SubnetID',
  'ec2:Tenancy',
  'ec2:VolumeID',
  'ec2:VolumeIops',
  'ec2:VolumeSize',
  'ec2:VolumeThroughput',
  'ec2:VolumeType',
  'ec2:Vpc',
] as const

export type ResourceKey = (typeof keysOfResources)[number]

const known = [...keysOfRequests, ...keysOfResources].map((key) => key.toLowerCase())

/** Whether the sandbox can judge by this key, whatever the case in which it is written. */
export function isKnownKey(key: string): boolean {
  const name = key.toLowerCase()
  return known.some((one) =>
    one.endsWith('*') ? name.startsWith(one.slice(0, -1)) && name.length >= one.length : one === name,
  )
}

/** The values of a request by key, in lower case; a key that is not in it is absent. */
export type Context = ReadonlyMap<string, readonly string[]>

/** A context of the keys that have values. */
export function contextOf(
  ...records: readonly Readonly<Record<string, string | readonly string[] | undefined>>[]
): Context {
  const context = new Map<string, readonly string[]>()
  for (const record of records) {
    for (const [key, value] of Object.entries(record)) {
      if (value === undefined) continue
      context.set(key.toLowerCase(), typeof value === 'string' ? [value] : value)
    }
  }
  return context
}
