import { newId, resourceKinds } from '../../model/ids.js'
import { capacityOf, contains, overlap, prefixLengthOf, type Subnet } from '../../model/networks/network.js'
import { quotas } from '../../model/quotas.js'
import { readTagSpecifications } from '../../model/tags.js'
import { renderTags } from '../../render/tags.js'
import { ApiError, invalidCombination, invalidValue, missingParameter, unsupported } from '../../wire/api-error.js'
import type { FilterTable } from '../../wire/filter.js'
import { filterList, list, paging, required, string, tagSpecifications } from '../../wire/shape.js'
import { findSubnet, findVpc } from '../../world/lookup.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { usedAddresses } from '../../world/private-addresses.js'
import { defineAction, done } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'
import { attributeBoolean } from './attribute.js'
import { readBlock } from './blocks.js'
import { liveInterfaces } from './network-interfaces.js'

export const createSubnet = defineAction({
  name: 'CreateSubnet',
  effect: 'writes',
  members: {
    VpcId: required(string),
    CidrBlock: string,
    AvailabilityZone: string,
    AvailabilityZoneId: string,
    TagSpecification: tagSpecifications,
  },
  run: ({ VpcId, CidrBlock, AvailabilityZone, AvailabilityZoneId, TagSpecification }, world) => {
    const vpc = findVpc(world, VpcId)
    if (CidrBlock === undefined) throw missingParameter('cidrBlock')
    const tags = readTagSpecifications(TagSpecification, ['subnet'])
    const cidr = readBlock(CidrBlock)
    if (prefixLengthOf(cidr) < 16 || prefixLengthOf(cidr) > 28 || !contains(vpc.cidr, cidr)) {
      throw new ApiError('InvalidSubnet.Range', `The CIDR '${CidrBlock}' is invalid.`)
    }
    const siblings = world.subnets.withKey(vpc.id)
    if (siblings.some((subnet) => overlap(subnet.cidr, cidr))) {
      throw new ApiError('InvalidSubnet.Conflict', `The CIDR '${CidrBlock}' conflicts with another subnet`)
    }
    if (siblings.length >= quotas.subnetsPerVpc) {
      throw new ApiError('SubnetLimitExceeded', 'The maximum number of subnets has been reached.')
    }
    checkHostsNetwork(world, vpc.id, cidr)
    const subnet = world.subnets.put({
      id: newId('subnet'),
      sequence: world.nextSequence(),
      vpcId: vpc.id,
      cidr,
      ...chooseZone(world, AvailabilityZone, AvailabilityZoneId),
      isDefault: false,
      mapPublicIp: false,
    })
    world.tags.put(subnet.id, tags.subnet)
    noteCreation(world, subnet.id)
    return { subnet: render(world, subnet) }
  },
})

/** Without a zone EC2 chooses one; here the region's first. */
function chooseZone(world: World, name: string | undefined, id: string | undefined) {
  if (name !== undefined && id !== undefined) {
    throw invalidCombination('Specify either AvailabilityZone or AvailabilityZoneId, not both.')
  }
  const { zones } = world.region
  const zone = zones.find((one) => (name === undefined && id === undefined) || one.name === name || one.id === id)
  if (!zone) {
    throw invalidValue(
      `Value (${name ?? id}) for parameter availabilityZone is invalid. Subnets can currently only be created in the following availability zones: ${zones.map((one) => one.name).join(', ')}.`,
    )
  }
  return { zone: zone.name, zoneId: zone.id }
}

/** Real hosts of all VPCs and regions share one network, in which each address is one host's: EC2 has no such bound. */
function checkHostsNetwork(world: World, vpcId: string, cidr: string): void {
  if (world.cloud.hosts.kind === 'none') return
  const others = world.cloud.worlds().flatMap(({ subnets }) => subnets.values())
  const other = others.find((subnet) => subnet.vpcId !== vpcId && overlap(subnet.cidr, cidr))
  if (other) throw unsupported(`with hosts, subnets of two VPCs with common addresses (${other.id}, ${other.cidr})`)
}

export const deleteSubnet = defineAction({
  name: 'DeleteSubnet',
  effect: 'writes',
  members: { SubnetId: required(string) },
  run: ({ SubnetId }, world) => {
    const subnet = findSubnet(world, SubnetId)
    if (liveInterfaces(world).some(({ subnetId }) => subnetId === subnet.id)) {
      throw new ApiError('DependencyViolation', `The subnet '${subnet.id}' has dependencies and cannot be deleted.`)
    }
    for (const table of world.routeTables.withKey(subnet.vpcId)) {
      const associations = table.associations.filter(({ subnetId }) => subnetId !== subnet.id)
      if (associations.length < table.associations.length) world.routeTables.put({ ...table, associations })
    }
    world.subnets.delete(subnet.id)
    world.tags.delete(subnet.id)
    return done
  },
})

export const modifySubnetAttribute = defineAction({
  name: 'ModifySubnetAttribute',
  effect: 'writes',
  members: { SubnetId: required(string), MapPublicIpOnLaunch: attributeBoolean },
  run: ({ SubnetId, MapPublicIpOnLaunch }, world) => {
    const subnet = findSubnet(world, SubnetId)
    world.subnets.put({ ...subnet, mapPublicIp: MapPublicIpOnLaunch?.Value ?? subnet.mapPublicIp })
    return done
  },
})

const subnetFilters = (world: World): FilterTable<Subnet> => ({
  'availability-zone': ({ zone }) => zone,
  availabilityZone: ({ zone }) => zone,
  'availability-zone-id': ({ zoneId }) => zoneId,
  cidr: ({ cidr }) => cidr,
  'cidr-block': ({ cidr }) => cidr,
  cidrBlock: ({ cidr }) => cidr,
  'default-for-az': ({ isDefault }) => isDefault,
  defaultForAz: ({ isDefault }) => isDefault,
  'map-public-ip-on-launch': ({ mapPublicIp }) => mapPublicIp,
  'owner-id': () => world.accountId,
  state: () => 'available',
  'subnet-id': ({ id }) => id,
  'vpc-id': ({ vpcId }) => vpcId,
})

export const describeSubnets = defineAction({
  name: 'DescribeSubnets',
  effect: 'reads',
  members: { SubnetId: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const page = describeRecords(world, {
      action: 'DescribeSubnets',
      kind: resourceKinds.subnet,
      source: world.subnets,
      ids: parameters.SubnetId,
      request: parameters,
      filters: subnetFilters(world),
      page: pageRules.subnets,
    })
    return { subnetSet: page.items.map((subnet) => render(world, subnet)), nextToken: page.nextToken }
  },
})

function render(world: World, subnet: Subnet) {
  return {
    subnetId: subnet.id,
    subnetArn: `arn:aws:ec2:${world.region.name}:${world.accountId}:subnet/${subnet.id}`,
    state: 'available',
    ownerId: world.accountId,
    vpcId: subnet.vpcId,
    cidrBlock: subnet.cidr,
    ipv6CidrBlockAssociationSet: [],
    availableIpAddressCount: capacityOf(subnet.cidr) - usedAddresses(world, subnet).size,
    availabilityZone: subnet.zone,
    availabilityZoneId: subnet.zoneId,
    defaultForAz: subnet.isDefault,
    mapPublicIpOnLaunch: subnet.mapPublicIp,
    assignIpv6AddressOnCreation: false,
    tagSet: renderTags(world.tags.get(subnet.id)),
  }
}
