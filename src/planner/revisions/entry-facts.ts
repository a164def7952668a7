import type { PlacementGroupSpec } from '../../model/kinds/placement-group.js'
import { canonicalJson, digestOfText } from '../../core/digest.js'
import { count } from '../../core/units.js'
import type { DiffValue } from '../../model/change.js'
import type { ArchiveSpec } from '../../model/kinds/archive.js'
import type { ElasticIpSpec } from '../../model/kinds/elastic-ip.js'
import type { ImageSpec } from '../../model/kinds/image.js'
import type { ScalingGroupSpec } from '../../model/kinds/scaling-group.js'
import type { LoadBalancerSpec } from '../../model/kinds/load-balancer.js'
import type { KeyPairSpec } from '../../model/kinds/key-pair.js'
import {
  peerText,
  peerWords,
  sidedRules,
  type SecurityGroupSpec,
  type SidedRule,
} from '../../model/kinds/security-group.js'
import { rootEndOnRemove, rootEndOnReplace, type ServerSpec } from '../../model/kinds/server.js'
import type { InterfaceSpec } from '../../model/kinds/network-interface.js'
import type { NetworkSpec } from '../../model/kinds/network.js'
import type { SyncEndpoint, SyncSpec } from '../../model/kinds/sync-rule.js'
import type { VolumeSpec } from '../../model/kinds/volume.js'
import type { StackSpec } from '../../model/stack-spec.js'
import { alternativeShown } from '../../model/launch/alternatives.js'
import { existingKey } from '../../model/launch/existing.js'
import { networkWords } from '../decide/networks/network-words.js'
import { optionValues } from '../decide/servers/option-properties.js'
import { imageKey } from '../../model/launch/image.js'
import { subnetKey } from '../../model/launch/subnet.js'
import type { CopyRegion } from '../../model/regions/region-copy.js'
import { templateSource, type Template } from '../../model/template.js'
import type { UserTags } from '../../model/tags.js'

/** What a file says of an entry, by the path under which it is shown; nothing of what it does not say. */
export type EntryFacts = Readonly<Record<string, DiffValue>>

/** What files of this machine held in a revision, in a word, by the path that the stack file has for them. */
export type LocalContents = ReadonlyMap<string, string>

type Said = Readonly<Record<string, DiffValue | undefined>>

/** For the entries of each list of a specification: everything that the file says of one. */
export const factsOf: {
  readonly [List in Exclude<keyof StackSpec, 'stack' | 'target'>]?: (
    entry: StackSpec[List] extends readonly (infer Entry)[] | undefined ? Entry : never,
    contents: LocalContents,
  ) => EntryFacts
} = {
  keyPairs: keyPairFacts,
  networks: (part: NetworkSpec) =>
    said({
      ...Object.fromEntries(networkWords(part).map(({ path, value }) => [path, value])),
      ...tagFacts(part.tags),
    }),
  securityGroups: groupFacts,
  images: imageFacts,
  placementGroups: ({ strategy, partitions, spreadLevel, tags }: PlacementGroupSpec) =>
    said({ strategy, partitions, spreadLevel, ...tagFacts(tags) }),
  servers: serverFacts,
  elasticIps: ({ server, protect, tags }: ElasticIpSpec) => said({ association: server, protect, ...tagFacts(tags) }),
  scalingGroups: scalingFacts,
  interfaces: (spec: InterfaceSpec) =>
    said({
      attachment: spec.server,
      subnet: subnetKey(spec.subnet),
      securityGroups: [...spec.securityGroups, ...(spec.existingGroups ?? []).map(existingKey)].sort(),
      privateIp: spec.privateIp,
      secondaryPrivateIps: spec.secondaryPrivateIps,
      sourceDestCheck: spec.sourceDestCheck,
      ...tagFacts(spec.tags),
    }),
  loadBalancers: balancerFacts,
  volumes: volumeFacts,
  syncs: syncFacts,
  archives: archiveFacts,
}

function scalingFacts(spec: ScalingGroupSpec): EntryFacts {
  const { image, rootVolume, options = {}, subnets, health, refresh, userData, tags } = spec
  return said({
    image: imageKey(image),
    type: spec.type,
    keyPair: spec.keyPair,
    securityGroups: spec.securityGroups,
    userData: userData && templateSource(userData),
    'rootVolume.size': rootVolume.sizeGiB,
    'rootVolume.type': rootVolume.type,
    iamInstanceProfile: options.iamInstanceProfile,
    monitoring: options.monitoring,
    'metadata.tokens': options.metadata?.tokens,
    'metadata.hopLimit': options.metadata?.hopLimit,
    'metadata.endpoint': options.metadata?.endpoint,
    'metadata.instanceTags': options.metadata?.instanceTags,
    zones: spec.zones,
    subnets: subnets?.map(subnetKey),
    min: spec.min,
    max: spec.max,
    desired: spec.desired,
    'health.check': health.check,
    'health.grace': health.graceSeconds,
    loadBalancer: spec.loadBalancer,
    'refresh.minHealthy': refresh.minHealthy,
    'refresh.maxHealthy': refresh.maxHealthy,
    'refresh.warmup': refresh.warmupSeconds,
    'refresh.rollback': refresh.rollback,
    protect: spec.protect,
    ...tagFacts(tags),
  })
}

function balancerFacts({
  kind,
  internal,
  subnets,
  securityGroups,
  listeners,
  targets,
  protect,
  tags,
}: LoadBalancerSpec) {
  const { health } = targets
  return said({
    kind,
    internal,
    subnets: subnets?.map(subnetKey),
    securityGroups,
    listeners: listeners.map(({ port, protocol, certificate }) =>
      [port, protocol, certificate].filter(Boolean).join(' '),
    ),
    protect,
    'targets.servers': targets.servers,
    'targets.port': targets.port,
    'targets.drainSeconds': targets.drainSeconds,
    'targets.stickiness': targets.stickySeconds,
    'targets.health.protocol': health.protocol,
    'targets.health.path': health.path,
    'targets.health.codes': health.codes,
    'targets.health.interval': health.intervalSeconds,
    'targets.health.timeout': health.timeoutSeconds,
    'targets.health.healthy': health.healthy,
    'targets.health.unhealthy': health.unhealthy,
    ...tagFacts(tags),
  })
}

function groupFacts(spec: SecurityGroupSpec): EntryFacts {
  const { groupId, network, description, egress, ignoreChanges, tags } = spec
  const rules = (wanted: SidedRule['side']) =>
    sidedRules(spec).flatMap((rule) => (rule.side === wanted ? [ruleText(rule)] : []))
  return said({
    groupId,
    network,
    description,
    ingress: rules('ingress').sort(),
    egress: egress && rules('egress').sort(),
    ...ignored(ignoreChanges),
    ...tagFacts(tags),
  })
}

function keyPairFacts({ publicKey, keyPairId, tags }: KeyPairSpec, contents: LocalContents): EntryFacts {
  if (publicKey?.kind !== 'path') {
    return said({ keyPairId, publicKey: publicKey?.text ?? '(generated on this machine)', ...tagFacts(tags) })
  }
  const { path } = publicKey
  return said({ keyPairId, publicKey: path, contents: contents.get(path), ...tagFacts(tags) })
}

function imageFacts({ source, description, keep, regions, share, protect, tags }: ImageSpec): EntryFacts {
  return said({
    from: source.kind === 'server' ? source.server : canonicalJson(source),
    description,
    keep,
    regions: list(regions.map((region) => (region.encrypted === undefined ? region.region : canonicalJson(region)))),
    share: share && [...share],
    protect,
    ...tagFacts(tags),
  })
}

function serverFacts(spec: ServerSpec): EntryFacts {
  const { image, type, zone, subnet, keyPair, securityGroups, user, state, rootVolume, replace, rolling, protect } =
    spec
  return said({
    image: imageKey(image),
    type,
    zone,
    subnet: subnet && subnetKey(subnet),
    alternatives: spec.alternatives?.map(alternativeShown),
    ...optionValues(spec.options),
    keyPair: spec.existingKeyPair ? existingKey(spec.existingKeyPair) : keyPair,
    securityGroups: [...securityGroups, ...(spec.existingGroups ?? []).map(existingKey)].sort(),
    user,
    state,
    'rootVolume.size': rootVolume.sizeGiB,
    'rootVolume.type': rootVolume.type,
    'rootVolume.onRemove': rootEndOnRemove(spec),
    'rootVolume.onReplace': rootEndOnReplace(spec),
    replace,
    'rolling.maxUnavailable': rolling?.maxUnavailable,
    'rolling.order': rolling?.order,
    'rolling.health': rolling?.health && templateSource(rolling.health),
    'rolling.timeoutSeconds': rolling?.timeoutSeconds,
    protect,
    dependsOn: list([...spec.dependsOn].sort()),
    userData: spec.userData && digestText(spec.userData),
    onUserDataChange: spec.onUserDataChange,
    setup: list(spec.setup.map(templateSource)),
    via: spec.via,
    instanceId: spec.instanceId,
    ...ignored(spec.ignoreChanges),
    ...tagFacts(spec.tags),
  })
}

function volumeFacts(spec: VolumeSpec): EntryFacts {
  const { mount, snapshot, snapshots } = spec
  return said({
    attachment: spec.server,
    protect: spec.protect,
    zone: spec.zone,
    size: spec.sizeGiB,
    type: spec.type,
    iops: spec.iops,
    throughput: spec.throughputMiBps,
    autoEnableIO: spec.autoEnableIo,
    encrypted: spec.encrypted,
    kmsKey: spec.kmsKey,
    filesystem: spec.fstype,
    mount: mount?.path,
    options: mount?.options,
    owner: mount?.owner,
    mode: mount?.mode,
    label: spec.label,
    uuid: spec.uuid,
    reuse: spec.reuse,
    snapshot: snapshot && (snapshot.kind === 'id' ? snapshot.id : `${snapshot.name}, version ${snapshot.version}`),
    volumeId: spec.volumeId,
    onRemove: spec.onRemove,
    'snapshots.everyMinutes': snapshots?.everyMinutes,
    'snapshots.keep': snapshots?.keep && canonicalJson(snapshots.keep),
    'snapshots.consistent': snapshots?.consistent,
    'snapshots.share': spec.shareSnapshots && [...spec.shareSnapshots],
    'snapshots.regions': snapshots?.regions && list(snapshots.regions.map(regionText)),
    dependsOn: list([...spec.dependsOn].sort()),
    ...ignored(spec.ignoreChanges),
    ...tagFacts(spec.tags),
  })
}

function syncFacts({ address: _address, from, to, onChange, rolling, ...rest }: SyncSpec, contents: LocalContents) {
  const held = from.flatMap((end) => (end.kind === 'local' ? (contents.get(end.path) ?? []) : []))
  return said({
    ...rest,
    include: list(rest.include),
    exclude: list(rest.exclude),
    from: from.map(endText),
    to: endText(to),
    contents: list(held),
    onChange: onChange && templateSource(onChange),
    'rolling.maxUnavailable': rolling?.maxUnavailable,
    'rolling.health': rolling && templateSource(rolling.health),
    'rolling.timeoutSeconds': rolling?.timeoutSeconds,
  })
}

function archiveFacts(spec: ArchiveSpec, contents: LocalContents): EntryFacts {
  const { address: _address, server, tags, exclude, regions, ...rest } = spec
  const through = Object.entries(serverFacts(server)).map(([path, value]) => [`server.${path}`, value] as const)
  return said({
    ...rest,
    exclude: list(exclude),
    regions: regions && list(regions.map(regionText)),
    contents: contents.get(spec.from),
    ...Object.fromEntries(through),
    ...tagFacts(tags),
  })
}

/** The region stands first: of one that stays, what is copied already stays as it is. */
function regionText({ region, encrypted, kmsKey }: CopyRegion): string {
  return [region, ...(encrypted ? ['encrypted'] : []), ...(kmsKey === undefined ? [] : [`with ${kmsKey}`])].join(' ')
}

function said(facts: Said): EntryFacts {
  return Object.fromEntries(
    Object.entries(facts).flatMap(([path, value]) => (value === undefined || value === null ? [] : [[path, value]])),
  )
}

function tagFacts(tags: UserTags): EntryFacts {
  return Object.fromEntries(Object.entries(tags).map(([key, value]) => [`tags.${key}`, value]))
}

function ignored(ignoreChanges: readonly string[] | undefined): Said {
  return { ignoreChanges: ignoreChanges && list([...ignoreChanges].sort()) }
}

/** An empty one says nothing. */
function list(items: readonly string[]): readonly string[] | undefined {
  return items.length === 0 ? undefined : items
}

/** User data may hold secrets, as in plans. */
function digestText(template: Template): string {
  const source = templateSource(template)
  const lines = source.split('\n').length - (source.endsWith('\n') ? 1 : 0)
  return `${count(lines, 'line')}, sha256 ${digestOfText(source, 12)}`
}

function ruleText({ side, protocol, fromPort, toPort, peer }: SidedRule): string {
  const ports = protocol === 'all' ? '' : fromPort === toPort ? ` ${fromPort}` : ` ${fromPort}-${toPort}`
  return `${protocol}${ports} ${peerWords[side]} ${peerText(peer)}`
}

function endText(end: SyncEndpoint): string {
  switch (end.kind) {
    case 'local':
      return end.path
    case 'server':
      return `${end.server}:${end.path}`
    case 'volume':
      return `${end.volume}/${end.path}`
    case 'remote':
      return `${end.host}:${end.path}`
  }
}
