import { existingKey } from '../../model/launch/existing.js'
import type { ServerSpec } from '../../model/kinds/server.js'
import { imageKey } from '../../model/launch/image.js'
import { sidedRules } from '../../model/kinds/security-group.js'
import { subnetKey } from '../../model/launch/subnet.js'
import type { ImageSpec } from '../../model/kinds/image.js'
import { regionsOfSnapshots } from '../../model/regions/snapshot-regions.js'
import type { StackSpec } from '../../model/stack-spec.js'
import type { AskedImage, CloudQuery, NamedId } from '../ports.js'
import { distinct } from './distinct.js'

/** What to ask EC2 for a stack: its tag, and what its file names from outside. */
export function cloudQuery(spec: StackSpec): CloudQuery {
  const volumeIds: NamedId[] = []
  const snapshotIds: NamedId[] = []
  for (const { address, volumeId, snapshot } of spec.volumes) {
    if (volumeId !== undefined) volumeIds.push({ id: volumeId, address })
    if (snapshot?.kind === 'id') snapshotIds.push({ id: snapshot.id, address })
  }
  const shared = spec.volumes.flatMap(({ address, shareSnapshots }) => (shareSnapshots ? [address] : []))
  const io = spec.volumes.flatMap(({ address, autoEnableIo }) => (autoEnableIo === undefined ? [] : [address]))
  const regions = regionsOfSnapshots(spec)
  const launched = [...spec.servers, ...spec.archives.map(({ server }) => server)]
  const { loadBalancers = [], scalingGroups = [], interfaces = [] } = spec
  const subnets = [
    ...launched.flatMap(({ subnet }) => (subnet === undefined ? [] : [subnet])),
    ...[...loadBalancers, ...scalingGroups].flatMap((balanced) => balanced.subnets ?? []),
    ...interfaces.map(({ subnet }) => subnet),
  ]
  return {
    stack: spec.stack,
    images: distinct(
      [...launched, ...scalingGroups].map(({ image }) => image),
      imageKey,
    ),
    // The file's own are among its networks.
    subnets: distinct(
      subnets.filter(({ kind }) => kind !== 'network'),
      subnetKey,
    ),
    ...(spec.networks.length > 0 && { networks: spec.networks.map(({ address }) => address) }),
    ...existing(spec, launched),
    ...(interfaces.length > 0 && { interfaces: true }),
    elasticIps: spec.elasticIps.length > 0 || spec.networks.some(({ part }) => part === 'nat-address'),
    ...(spec.images.length > 0 && { builtImages: spec.images.map(askedImage) }),
    placementGroups: spec.placementGroups.length > 0,
    ...(loadBalancers.length > 0 && { loadBalancers: true }),
    ...(spec.servers.some(({ options }) => options?.spot !== undefined) && { spotRequests: true }),
    ...(scalingGroups.length > 0 && { scalingGroups: true }),
    ...(loadBalancers.some((balancer) => balancer.subnets === undefined) && { defaultSubnets: true }),
    volumeIds,
    ...(io.length > 0 && { autoEnableIoOf: io }),
    adoptedIds: adoptedIds(spec),
    snapshotIds,
    ...(regions.length > 0 && { snapshotRegions: regions }),
    snapshotImages:
      spec.volumes.some(({ snapshots }) => snapshots?.keep !== undefined) ||
      spec.archives.some(({ keep }) => keep !== undefined),
    ...(shared.length > 0 && { sharedSnapshotsOf: shared }),
    ...(spec.volumes.some(({ encrypted }) => encrypted === false) && { encryptionDefault: true }),
    operatorIp: spec.securityGroups.some((group) => sidedRules(group).some(({ peer }) => peer.kind === 'my-ip')),
  }
}

/** Groups and key pairs that the file names and does not own. */
function existing(
  { securityGroups, loadBalancers = [], interfaces = [] }: StackSpec,
  launched: readonly Pick<ServerSpec, 'existingGroups' | 'existingKeyPair'>[],
): Pick<CloudQuery, 'existingGroups' | 'existingKeyPairs'> {
  const inRules = securityGroups.flatMap((group) =>
    sidedRules(group).flatMap(({ peer }) => (peer.kind === 'existing' ? [peer.group] : [])),
  )
  const groups = [
    ...inRules,
    ...[...launched, ...loadBalancers, ...interfaces].flatMap((one) => one.existingGroups ?? []),
  ]
  const pairs = launched.flatMap((one) => one.existingKeyPair ?? [])
  return {
    ...(groups.length > 0 && { existingGroups: distinct(groups, existingKey) }),
    ...(pairs.length > 0 && { existingKeyPairs: distinct(pairs, existingKey) }),
  }
}

function askedImage({ address, regions, keep, share }: ImageSpec): AskedImage {
  return { address, regions: regions.map(({ region }) => region), keep, isShared: share !== undefined }
}

/** What the file adopts beside volumes, and where. */
function adoptedIds({ servers, securityGroups, keyPairs }: StackSpec): readonly NamedId[] {
  const named = (address: NamedId['address'], id: string | undefined) => (id === undefined ? [] : [{ id, address }])
  return [
    ...servers.flatMap(({ address, instanceId }) => named(address, instanceId)),
    ...securityGroups.flatMap(({ address, groupId }) => named(address, groupId)),
    ...keyPairs.flatMap(({ address, keyPairId }) => named(address, keyPairId)),
  ]
}
