import { selectedImage } from '../../model/kinds/image.js'
import { subnetKey } from '../../model/launch/subnet.js'
import type { LiveServer, ServerSpec } from '../../model/kinds/server.js'
import type { ScalingGroupSpec } from '../../model/kinds/scaling-group.js'
import type { StackSpec } from '../../model/stack-spec.js'
import type { CloudFacts, OffersQuery } from '../ports.js'

/** What to ask of where servers can run: for those that are to be launched, or become another type, and for groups without a network; undefined for none. */
export function offersQuery(spec: StackSpec, cloud: CloudFacts): OffersQuery | undefined {
  const live = new Map(cloud.servers.map((server) => [server.address, server]))
  const archived = new Set(cloud.snapshots.map(({ address }) => address))
  const launched = [
    ...spec.servers.filter((server) => isLaunched(server, live.get(server.address), cloud)),
    // An archive that has a version was made where its server can run.
    ...spec.archives.filter(({ address }) => !archived.has(address)).map(({ server }) => server),
  ]
  const scaled = newlyScaled(spec, cloud)
  const isHomeless = hasNewGroupWithoutSubnet(spec, cloud)
  if (launched.length + scaled.length === 0 && !isHomeless) return undefined
  return {
    types: [...new Set([...launched.flatMap(typesOf), ...scaled.map(({ type }) => type)])].sort(),
    defaultSubnets:
      isHomeless ||
      launched.some(({ subnet }) => subnet === undefined) ||
      scaled.some(({ subnets }) => subnets === undefined),
  }
}

/** Scaling groups that come, become of another type, or leave subnets for zones. */
function newlyScaled({ scalingGroups = [] }: StackSpec, cloud: CloudFacts): readonly ScalingGroupSpec[] {
  const live = new Map((cloud.scalingGroups ?? []).map(({ address, group }) => [address, group]))
  return scalingGroups.filter(({ address, type, subnets }) => {
    const group = live.get(address)
    return group?.template?.type !== type || (subnets === undefined && group.subnetIds.length > 0)
  })
}

/** What it may be launched as. */
function typesOf({ type, alternatives = [] }: ServerSpec): readonly string[] {
  return [type, ...alternatives.flatMap((one) => one.type ?? [])]
}

/** A security group that is to be made, and that no server's subnet gives a network. */
function hasNewGroupWithoutSubnet(
  { securityGroups, servers, scalingGroups = [] }: StackSpec,
  cloud: CloudFacts,
): boolean {
  const live = new Set(cloud.securityGroups.map(({ address }) => address))
  const placed = new Set([
    ...servers.flatMap((server) => (server.subnet === undefined ? [] : server.securityGroups)),
    ...scalingGroups.flatMap((group) => (group.subnets === undefined ? [] : group.securityGroups)),
  ])
  return securityGroups.some(({ address, network }) => !network && !live.has(address) && !placed.has(address))
}

/** One that is replaced as it is, on its type in its zone, is known to run there. */
function isLaunched(spec: ServerSpec, live: LiveServer | undefined, cloud: CloudFacts): boolean {
  if (!live || live.type !== spec.type) return true
  const architecture = selectedImage(cloud, spec.image)?.architecture
  const ownSubnets = new Map<string, string>((cloud.networks ?? []).map(({ address, id }) => [address, id]))
  const subnet = spec.subnet && subnetKey(spec.subnet)
  const subnetId = subnet === undefined ? undefined : (ownSubnets.get(subnet) ?? cloud.subnets[subnet]?.id)
  return (
    (architecture !== undefined && architecture !== live.architecture) ||
    (spec.zone !== undefined && spec.zone !== live.zone) ||
    (subnetId !== undefined && subnetId !== live.subnetId)
  )
}
