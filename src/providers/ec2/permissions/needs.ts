import type { ServerOptions } from '../../../model/launch/server-options.js'
import { regionsOfSnapshots } from '../../../model/regions/snapshot-regions.js'
import type { StackSpec } from '../../../model/stack-spec.js'

/** What of a stack file makes an action necessary. */
interface NeedFacts {
  /** How a list says it, behind "for". */
  readonly words: string
  readonly isIn: (spec: StackSpec) => boolean
}

const launches = ({ servers, archives, scalingGroups = [] }: StackSpec) =>
  servers.length > 0 || archives.length > 0 || scalingGroups.length > 0
const asks = (names: readonly (keyof ServerOptions)[]) => (spec: StackSpec) =>
  spec.servers.some(({ options }) => options !== undefined && names.some((name) => options[name] !== undefined))
const holds = ({ volumes, archives }: StackSpec) => volumes.length > 0 || archives.length > 0

/** Every need that an action can have. A section that leaves the file takes its needs with it, once an apply has removed what it named. */
export const needs = {
  any: { words: 'every stack', isIn: () => true },
  servers: { words: 'servers, scaling groups, and archives, which are made on one', isIn: launches },
  disks: {
    words: 'volumes, root disks of servers and scaling groups, and archives',
    isIn: (spec) => launches(spec) || holds(spec),
  },
  volumes: { words: 'volumes and archives', isIn: holds },
  keyPairs: {
    words: 'servers, scaling groups, and archives, which are entered with a key',
    isIn: (spec) => launches(spec) || spec.keyPairs.length > 0,
  },
  securityGroups: {
    words: 'servers, scaling groups, archives and security groups',
    isIn: (spec) => launches(spec) || spec.securityGroups.length > 0,
  },
  images: {
    words: 'servers, scaling groups and archives, and where old snapshots are deleted (`keep`)',
    isIn: (spec) => launches(spec) || spec.volumes.some(({ snapshots }) => snapshots?.keep !== undefined),
  },
  builtImages: { words: 'images that the stack makes (`images`)', isIn: ({ images }) => images.length > 0 },
  snapshotCopies: {
    words: 'copies of snapshots in other regions (`snapshots.regions`, `regions` of archives, checkpoints)',
    isIn: (spec) => regionsOfSnapshots(spec).length > 0,
  },
  placementGroups: {
    words: 'placement groups (`placementGroups`)',
    isIn: ({ placementGroups }) => placementGroups.length > 0,
  },
  placements: { words: 'servers that say `placement`', isIn: asks(['placement']) },
  scalingGroups: { words: 'scaling groups', isIn: ({ scalingGroups = [] }) => scalingGroups.length > 0 },
  loadBalancers: { words: 'load balancers', isIn: ({ loadBalancers = [] }) => loadBalancers.length > 0 },
  instanceProfiles: {
    words: 'servers with an IAM instance profile (`iamInstanceProfile`)',
    isIn: asks(['iamInstanceProfile']),
  },
  serverAttributes: {
    words: 'servers that say `stopProtection` or `shutdownBehavior`',
    isIn: asks(['stopProtection', 'shutdownBehavior']),
  },
  monitoring: { words: 'servers that say `monitoring`', isIn: asks(['monitoring']) },
  cpuOptions: { words: 'servers that say `cpu`', isIn: asks(['cpu']) },
  metadataOptions: { words: 'servers that say `metadata`', isIn: asks(['metadata']) },
  spot: { words: 'servers that say `spot`', isIn: asks(['spot']) },
  catalogue: { words: '`evenkeel regions`, and no stack', isIn: () => false },
  interfaces: { words: 'further network interfaces of servers', isIn: ({ interfaces = [] }) => interfaces.length > 0 },
  addresses: {
    words: 'servers with further network interfaces, or that say `sourceDestCheck` or `secondaryPrivateIps`',
    isIn: (spec) => (spec.interfaces ?? []).length > 0 || asks(['sourceDestCheck', 'secondaryPrivateIps'])(spec),
  },
  networksOrInterfaces: {
    words: 'networks, and further network interfaces of servers',
    isIn: ({ networks, interfaces = [] }) => networks.length > 0 || interfaces.length > 0,
  },
  networks: { words: 'networks', isIn: ({ networks }) => networks.length > 0 },
  subnets: {
    words: 'servers, scaling groups, archives and networks',
    isIn: (spec) => launches(spec) || spec.networks.length > 0,
  },
  elasticIps: {
    words: 'elastic addresses (`elasticIp: true`, and those of NAT gateways)',
    isIn: ({ elasticIps, networks }) => elasticIps.length > 0 || networks.some(({ part }) => part === 'nat'),
  },
  sharedSnapshots: {
    words: 'volumes whose snapshots others may use (`snapshots.share`)',
    isIn: ({ volumes }) => volumes.some(({ shareSnapshots }) => shareSnapshots !== undefined),
  },
  autoEnableIo: {
    words: 'volumes that say `autoEnableIO`',
    isIn: ({ volumes }) => volumes.some(({ autoEnableIo }) => autoEnableIo !== undefined),
  },
  encryptionDefault: {
    words: 'volumes that say `encrypted: false`',
    isIn: ({ volumes }) => volumes.some(({ encrypted }) => encrypted === false),
  },
} as const satisfies Readonly<Record<string, NeedFacts>>

export type Need = keyof typeof needs
