/**
 * How each property can change on a live resource. The facts are those of `ec2-behaviour.md`, section 6, whose own
 * sources are named in it: the EC2 API model, the EC2 User Guide and Terraform's provider.
 */
export type Mutability = {
  /**
   * `in-place`: at any time. `stop`: on a stopped server alone. `replacement`: a new resource takes its place.
   * `fixed`: cannot be changed; of volumes, another one takes the place by way of a snapshot where that can be
   * (volume-swap.ts).
   */
  readonly how: 'in-place' | 'stop' | 'replacement' | 'fixed'
  /** Stands in plans after "forces replacement" or in the message that refuses. */
  readonly because: string
  readonly source: string
}

const modifyInstance = 'EC2 API, ModifyInstanceAttribute'
const modifyVolume = 'EC2 API, ModifyVolume; EBS User Guide, "Modify a volume"'
const stopStart = 'EC2 User Guide, "Stop and start Amazon EC2 instances"'

const mutability = {
  'server.type': { how: 'stop', because: 'the type changes while the server is stopped', source: stopStart },
  'server.state': { how: 'in-place', because: '', source: 'EC2 API, StartInstances and StopInstances' },
  'server.securityGroups': { how: 'in-place', because: '', source: modifyInstance },
  'server.protect': { how: 'in-place', because: '', source: modifyInstance },
  'server.setup': { how: 'in-place', because: '', source: 'run over SSH' },
  'server.tags': { how: 'in-place', because: '', source: 'EC2 API, CreateTags' },
  'server.image': {
    how: 'replacement',
    because: "an instance's image is fixed at launch",
    source: 'EC2 API, RunInstances',
  },
  'server.zone': {
    how: 'replacement',
    because: "an instance's zone is fixed at launch",
    source: 'EC2 API, RunInstances',
  },
  'server.subnet': {
    how: 'replacement',
    because: "an instance's subnet is fixed at launch",
    source: 'EC2 API, RunInstances',
  },
  'server.keyPair': {
    how: 'replacement',
    because: "an instance's key pair is fixed at launch",
    source: 'EC2 User Guide, "Add or replace a public key on your Linux instance"',
  },
  'server.userData': {
    how: 'replacement',
    because: 'user data is read at the first boot alone',
    source: 'EC2 User Guide, "Run commands at launch"',
  },
  'server.rootVolume.size': {
    how: 'replacement',
    because: 'a volume never shrinks',
    source: modifyVolume,
  },
  'volume.size': { how: 'in-place', because: 'a volume never shrinks', source: modifyVolume },
  'volume.type': { how: 'in-place', because: '', source: modifyVolume },
  'volume.iops': { how: 'in-place', because: '', source: modifyVolume },
  'volume.throughput': { how: 'in-place', because: '', source: modifyVolume },
  'volume.attachment': { how: 'in-place', because: '', source: 'EC2 API, AttachVolume' },
  'volume.onRemove': { how: 'in-place', because: '', source: 'a tag of evenkeel' },
  'volume.tags': { how: 'in-place', because: '', source: 'EC2 API, CreateTags' },
  'volume.zone': {
    how: 'fixed',
    because: "a volume's zone is fixed when it is made",
    source: 'EC2 API, CreateVolume',
  },
  'volume.encrypted': {
    how: 'fixed',
    because: "a volume's encryption is fixed when it is made",
    source: 'EBS User Guide, "Amazon EBS encryption"',
  },
  'volume.kmsKey': {
    how: 'fixed',
    because: "a volume's key is fixed when it is made",
    source: 'EBS User Guide, "Amazon EBS encryption"',
  },
  'securityGroup.description': {
    how: 'fixed',
    because: "a security group's description is fixed when it is made",
    source: 'EC2 API, CreateSecurityGroup',
  },
  'securityGroup.ingress': { how: 'in-place', because: '', source: 'EC2 API, AuthorizeSecurityGroupIngress' },
  'securityGroup.tags': { how: 'in-place', because: '', source: 'EC2 API, CreateTags' },
  'keyPair.publicKey': {
    how: 'replacement',
    because: "a key pair's material is fixed when it is imported",
    source: 'EC2 API, ImportKeyPair',
  },
  'keyPair.tags': { how: 'in-place', because: '', source: 'EC2 API, CreateTags' },
} as const satisfies Readonly<Record<string, Mutability>>

/** The table's line for a property of a kind of resource, `tags.X` counting as `tags`. */
export function mutabilityOf(kind: 'server' | 'volume' | 'securityGroup' | 'keyPair', path: string): Mutability {
  const name = `${kind}.${path.startsWith('tags.') ? 'tags' : path}`
  return (mutability as Readonly<Record<string, Mutability>>)[name] ?? { how: 'in-place', because: '', source: '' }
}
