import type { PathOf, PropertyPaths } from './property-path.js'

/**
 * How each property can change on a live resource. The facts are those of `ec2-behaviour.md`, section 6, whose own
 * sources are named in it: the EC2 API model, the EC2 User Guide and Terraform's provider.
 */
export type Mutability = {
  /**
   * `in-place`: at any time. `stop`: on a stopped server alone. `replacement`: a new resource takes its place.
   * `fixed`: cannot be changed; of volumes, another one takes the place by way of a snapshot where that can be
   * (planner/decide/volumes/swap.ts).
   */
  readonly how: 'in-place' | 'stop' | 'replacement' | 'fixed'
  /** Stands in plans after "forces replacement" or in the message that refuses. */
  readonly because: string
  readonly source: string
}

const modifyInstance = 'EC2 API, ModifyInstanceAttribute'
const modifyVolume = 'EC2 API, ModifyVolume; EBS User Guide, "Modify a volume"'
const stopStart = 'EC2 User Guide, "Stop and start Amazon EC2 instances"'

/** Where the answer is looked up: every property of every kind that EC2 or a server holds. */
type MutableKind = 'keyPair' | 'securityGroup' | 'server' | 'volume'

const inside: Mutability = { how: 'in-place', because: '', source: 'done over SSH' }
const tags: Mutability = { how: 'in-place', because: '', source: 'EC2 API, CreateTags' }

const mutability: { readonly [K in MutableKind]: Readonly<Record<PropertyPaths[K], Mutability>> } = {
  keyPair: {
    publicKey: {
      how: 'replacement',
      because: "a key pair's material is fixed when it is imported",
      source: 'EC2 API, ImportKeyPair',
    },
  },
  securityGroup: {
    description: {
      how: 'fixed',
      because: "a security group's description is fixed when it is made",
      source: 'EC2 API, CreateSecurityGroup',
    },
    ingress: { how: 'in-place', because: '', source: 'EC2 API, AuthorizeSecurityGroupIngress' },
  },
  server: {
    type: { how: 'stop', because: 'the type changes while the server is stopped', source: stopStart },
    state: { how: 'in-place', because: '', source: 'EC2 API, StartInstances and StopInstances' },
    securityGroups: { how: 'in-place', because: '', source: modifyInstance },
    protect: { how: 'in-place', because: '', source: modifyInstance },
    setup: { how: 'in-place', because: '', source: 'run over SSH' },
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
    keyPair: {
      how: 'replacement',
      because: "an instance's key pair is fixed at launch",
      source: 'EC2 User Guide, "Add or replace a public key on your Linux instance"',
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
  },
  volume: {
    size: { how: 'in-place', because: 'a volume never shrinks', source: modifyVolume },
    type: { how: 'in-place', because: '', source: modifyVolume },
    iops: { how: 'in-place', because: '', source: modifyVolume },
    throughput: { how: 'in-place', because: '', source: modifyVolume },
    attachment: { how: 'in-place', because: '', source: 'EC2 API, AttachVolume' },
    onRemove: { how: 'in-place', because: '', source: 'a tag of evenkeel' },
    zone: {
      how: 'fixed',
      because: "a volume's zone is fixed when it is made",
      source: 'EC2 API, CreateVolume',
    },
    encrypted: {
      how: 'fixed',
      because: "a volume's encryption is fixed when it is made",
      source: 'EBS User Guide, "Amazon EBS encryption"',
    },
    kmsKey: {
      how: 'fixed',
      because: "a volume's key is fixed when it is made",
      source: 'EBS User Guide, "Amazon EBS encryption"',
    },
    snapshot: {
      how: 'fixed',
      because: 'what a volume is made from is fixed when it is made',
      source: 'EC2 API, CreateVolume',
    },
    filesystem: inside,
    filesystemSize: inside,
    label: inside,
    uuid: inside,
    mount: inside,
    options: inside,
    owner: inside,
    mode: inside,
    fstab: inside,
  },
}

/** The table's answer for a property of a kind of resource. */
export function mutabilityOf<K extends MutableKind>(kind: K, path: PathOf<K>): Mutability {
  const table: Readonly<Record<string, Mutability>> = mutability[kind]
  // What is neither a tag nor whether it exists is in the table: the compiler has seen to it.
  return table[path] ?? tags
}
