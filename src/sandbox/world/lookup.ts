import { checkId, notFound, resourceKinds, type ResourceKindName } from '../model/ids.js'
import type { Address } from '../model/address.js'
import type { Image } from '../model/image.js'
import type { Instance } from '../model/instance.js'
import type { NatGateway, NetworkAcl, VpcEndpoint } from '../model/networks/network-parts.js'
import type { InternetGateway, RouteTable, Subnet, Vpc } from '../model/networks/network.js'
import type { SecurityGroup } from '../model/security-group.js'
import type { Snapshot } from '../model/snapshot.js'
import type { SpotRequest } from '../model/spot-request.js'
import type { Volume } from '../model/volume.js'
import { findRegion } from '../model/regions.js'
import { ApiError, invalidValue } from '../wire/api-error.js'
import { networkAcl } from './network-acls.js'
import { serviceInterfaces } from './service-interfaces.js'
import { isVisible } from './visibility.js'
import type { World } from './world.js'

/** The record of this id, for a call that changes it. Throws `…Malformed` and `….NotFound` of the kind. */
function find<T extends { readonly id: string }>(
  world: World,
  kind: ResourceKindName,
  get: (id: string) => T | undefined,
  id: string,
): T {
  checkId(resourceKinds[kind], id)
  const record = get(id)
  if (!record || !isVisible(world, id, 'mutate')) throw notFound(resourceKinds[kind], [id])
  return record
}

export function findInstance(world: World, id: string): Instance {
  return find(world, 'instance', (key) => world.instances.get(key), id)
}

/** All or none: the error names every id that does not exist. */
export function findInstances(world: World, ids: readonly string[]): Instance[] {
  const missing: string[] = []
  const found = new Map<string, Instance>()
  for (const id of ids) {
    checkId(resourceKinds.instance, id)
    const instance = world.instances.get(id)
    if (instance && isVisible(world, id, 'mutate')) found.set(id, instance)
    else missing.push(id)
  }
  if (missing.length > 0) throw notFound(resourceKinds.instance, missing)
  return [...found.values()]
}

export function findVolume(world: World, id: string): Volume {
  return find(world, 'volume', (key) => world.volumes.get(key), id)
}

export function findSnapshot(world: World, id: string): Snapshot {
  return find(world, 'snapshot', (key) => world.snapshots.get(key), id)
}

/** An image of the account; another's is refused as EC2 refuses it. */
export function findOwnImage(world: World, id: string): Image {
  checkId(resourceKinds.image, id)
  if (world.catalogue.some((image) => image.id === id))
    throw new ApiError('AuthFailure', `Not authorized for image:${id}`)
  const image = find(world, 'image', (key) => world.ownImages.get(key), id)
  if (image.state === 'deregistered') {
    throw new ApiError('InvalidAMIID.Unavailable', `The image ID '${id}' is no longer available`)
  }
  return image
}

export function findSecurityGroup(world: World, id: string): SecurityGroup {
  return find(world, 'securityGroup', (key) => world.securityGroups.get(key), id)
}

export function findAddress(world: World, id: string): Address {
  return find(world, 'address', (key) => world.addresses.get(key), id)
}

export function findSpotRequest(world: World, id: string): SpotRequest {
  return find(world, 'spotRequest', (key) => world.spotRequests.get(key), id)
}

export function findVpc(world: World, id: string): Vpc {
  return find(world, 'vpc', (key) => world.vpcs.get(key), id)
}

export function findSubnet(world: World, id: string): Subnet {
  return find(world, 'subnet', (key) => world.subnets.get(key), id)
}

export function findInternetGateway(world: World, id: string): InternetGateway {
  return find(world, 'internetGateway', (key) => world.internetGateways.get(key), id)
}

export function findRouteTable(world: World, id: string): RouteTable {
  return find(world, 'routeTable', (key) => world.routeTables.get(key), id)
}

export function findNetworkAcl(world: World, id: string): NetworkAcl {
  return find(world, 'networkAcl', (key) => networkAcl(world, key), id)
}

export function findNatGateway(world: World, id: string): NatGateway {
  return find(world, 'natGateway', (key) => world.natGateways.get(key), id)
}

export function findVpcEndpoint(world: World, id: string): VpcEndpoint {
  return find(world, 'vpcEndpoint', (key) => world.vpcEndpoints.get(key), id)
}

/** The region that a call copies from. */
export function worldOfRegion(world: World, name: string): World {
  const region = findRegion(name)
  if (!region) throw invalidValue(`Invalid region name: ${name}`)
  return region.name === world.region.name ? world : world.cloud.world(region)
}

/** Whether a resource of this id exists, whatever its kind: what CreateTags asks. */
export function exists(world: World, kind: ResourceKindName, id: string): boolean {
  const found: Record<ResourceKindName, () => unknown> = {
    instance: () => world.instances.get(id),
    volume: () => world.volumes.get(id),
    snapshot: () => world.snapshots.get(id),
    image: () => world.images.find((image) => image.id === id),
    keyPair: () => world.keyPairs.get(id),
    securityGroup: () => world.securityGroups.get(id),
    securityGroupRule: () => world.rules.get(id),
    launchTemplate: () => world.launchTemplates.get(id),
    address: () => world.addresses.get(id),
    vpc: () => world.vpcs.get(id),
    subnet: () => world.subnets.get(id),
    internetGateway: () => world.internetGateways.get(id),
    routeTable: () => world.routeTables.get(id),
    networkAcl: () => networkAcl(world, id),
    natGateway: () => world.natGateways.get(id),
    vpcEndpoint: () => world.vpcEndpoints.get(id),
    spotRequest: () => world.spotRequests.get(id),
    profileAssociation: () => undefined,
    placementGroup: () => world.placementGroups.get(id),
    networkInterface: () =>
      world.networkInterfaces.get(id) ??
      world.instances.find((instance) => instance.networkInterfaceId === id) ??
      serviceInterfaces(world).find((one) => one.id === id),
  }
  return Boolean(found[kind]())
}
