import { newId, resourceKinds } from '../../model/ids.js'
import { prefixLengthOf, type Vpc } from '../../model/networks/network.js'
import { quotas } from '../../model/quotas.js'
import { readTagSpecifications } from '../../model/tags.js'
import { renderTags } from '../../render/tags.js'
import { ApiError, invalidCombination, missingParameter, unsupported } from '../../wire/api-error.js'
import {
  boolean,
  filterList,
  list,
  oneOf,
  oneOfMore,
  paging,
  required,
  string,
  tagSpecifications,
} from '../../wire/shape.js'
import { makeDefaultVpc } from '../../world/account.js'
import { findVpc } from '../../world/lookup.js'
import { defaultAclId } from '../../world/network-acls.js'
import { noteCreation } from '../../world/visibility.js'
import { isDefaultGroup, newVpc } from '../../world/vpc.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'
import { attributeBoolean } from './attribute.js'
import { readBlock } from './blocks.js'

export const createVpc = defineAction({
  name: 'CreateVpc',
  effect: 'writes',
  members: {
    CidrBlock: string,
    AmazonProvidedIpv6CidrBlock: boolean,
    InstanceTenancy: oneOfMore(['default'], ['dedicated', 'host']),
    TagSpecification: tagSpecifications,
  },
  run: ({ CidrBlock, AmazonProvidedIpv6CidrBlock, TagSpecification }, world) => {
    if (AmazonProvidedIpv6CidrBlock === true) throw unsupported('IPv6 in a VPC')
    if (CidrBlock === undefined) throw missingParameter('cidrBlock')
    const tags = readTagSpecifications(TagSpecification, ['vpc'])
    const cidr = readBlock(CidrBlock)
    if (prefixLengthOf(cidr) < 16 || prefixLengthOf(cidr) > 28) {
      throw new ApiError('InvalidVpc.Range', `The CIDR '${CidrBlock}' is invalid.`)
    }
    if (world.vpcs.size >= quotas.vpcs) {
      throw new ApiError('VpcLimitExceeded', 'The maximum number of VPCs has been reached.')
    }
    const { vpc } = newVpc(world, {
      id: newId('vpc'),
      cidr,
      isDefault: false,
      dnsSupport: true,
      dnsHostnames: false,
    })
    world.tags.put(vpc.id, tags.vpc)
    noteCreation(world, vpc.id)
    return { vpc: render(world, vpc) }
  },
})

export const createDefaultVpc = defineAction({
  name: 'CreateDefaultVpc',
  effect: 'writes',
  members: {},
  run: (_parameters, world) => {
    if (world.defaultVpc) {
      throw new ApiError('DefaultVpcAlreadyExists', `A Default VPC already exists for this account in this region.`)
    }
    makeDefaultVpc(world)
    return { vpc: world.defaultVpc && render(world, world.defaultVpc) }
  },
})

/** A default VPC goes like any other, but its gateway and its subnets have to go first, as with EC2's API. */
export const deleteVpc = defineAction({
  name: 'DeleteVpc',
  effect: 'writes',
  members: { VpcId: required(string) },
  run: ({ VpcId }, world) => {
    const vpc = findVpc(world, VpcId)
    const groups = world.securityGroups.values().filter(({ vpcId }) => vpcId === vpc.id)
    const tables = world.routeTables.withKey(vpc.id)
    const dependent =
      world.subnets.withKey(vpc.id).length > 0 ||
      world.internetGateways.withKey(vpc.id).length > 0 ||
      groups.some((group) => !isDefaultGroup(group)) ||
      tables.some(({ mainAssociationId }) => mainAssociationId === undefined) ||
      world.networkAcls.withKey(vpc.id).some(({ isDefault }) => !isDefault) ||
      world.vpcEndpoints.withKey(vpc.id).length > 0
    if (dependent) {
      throw new ApiError('DependencyViolation', `The vpc '${vpc.id}' has dependencies and cannot be deleted.`)
    }
    for (const { id } of groups) {
      for (const rule of world.rules.withKey(id)) world.rules.delete(rule.id)
      world.securityGroups.delete(id)
      world.tags.delete(id)
    }
    for (const { id } of tables) {
      world.routeTables.delete(id)
      world.tags.delete(id)
    }
    world.networkAcls.delete(defaultAclId(vpc.id))
    world.tags.delete(defaultAclId(vpc.id))
    world.vpcs.delete(vpc.id)
    world.tags.delete(vpc.id)
    return done
  },
})

export const modifyVpcAttribute = defineAction({
  name: 'ModifyVpcAttribute',
  effect: 'writes',
  members: { VpcId: required(string), EnableDnsSupport: attributeBoolean, EnableDnsHostnames: attributeBoolean },
  run: ({ VpcId, EnableDnsSupport, EnableDnsHostnames }, world) => {
    const vpc = findVpc(world, VpcId)
    if (EnableDnsSupport && EnableDnsHostnames) {
      throw invalidCombination('Fields for multiple attribute types specified')
    }
    world.vpcs.put({
      ...vpc,
      dnsSupport: EnableDnsSupport?.Value ?? vpc.dnsSupport,
      dnsHostnames: EnableDnsHostnames?.Value ?? vpc.dnsHostnames,
    })
    return done
  },
})

export const describeVpcAttribute = defineAction({
  name: 'DescribeVpcAttribute',
  effect: 'reads',
  members: {
    VpcId: required(string),
    Attribute: required(oneOf('enableDnsSupport', 'enableDnsHostnames', 'enableNetworkAddressUsageMetrics')),
  },
  run: ({ VpcId, Attribute }, world) => {
    const vpc = findVpc(world, VpcId)
    const values = {
      enableDnsSupport: vpc.dnsSupport,
      enableDnsHostnames: vpc.dnsHostnames,
      enableNetworkAddressUsageMetrics: false,
    }
    return { vpcId: vpc.id, [Attribute]: { value: values[Attribute] } }
  },
})

export const describeVpcs = defineAction({
  name: 'DescribeVpcs',
  effect: 'reads',
  members: { VpcId: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const page = describeRecords<Vpc>(world, {
      action: 'DescribeVpcs',
      kind: resourceKinds.vpc,
      source: world.vpcs,
      ids: parameters.VpcId,
      request: parameters,
      filters: {
        cidr: ({ cidr }) => cidr,
        'cidr-block': ({ cidr }) => cidr,
        cidrBlock: ({ cidr }) => cidr,
        'cidr-block-association.association-id': ({ id }) => blockAssociationOf(id),
        'cidr-block-association.cidr-block': ({ cidr }) => cidr,
        'cidr-block-association.state': () => 'associated',
        'dhcp-options-id': () => 'default',
        'is-default': ({ isDefault }) => isDefault,
        isDefault: ({ isDefault }) => isDefault,
        'owner-id': () => world.accountId,
        state: () => 'available',
        'vpc-id': ({ id }) => id,
      },
      page: pageRules.vpcs,
    })
    return { vpcSet: page.items.map((vpc) => render(world, vpc)), nextToken: page.nextToken }
  },
})

function render(world: World, vpc: Vpc) {
  return {
    vpcId: vpc.id,
    ownerId: world.accountId,
    state: 'available',
    cidrBlock: vpc.cidr,
    cidrBlockAssociationSet: [
      {
        associationId: blockAssociationOf(vpc.id),
        cidrBlock: vpc.cidr,
        cidrBlockState: { state: 'associated' },
      },
    ],
    dhcpOptionsId: 'default',
    instanceTenancy: 'default',
    isDefault: vpc.isDefault,
    tagSet: renderTags(world.tags.get(vpc.id)),
  }
}

function blockAssociationOf(vpcId: string): string {
  return vpcId.replace('vpc-', 'vpc-cidr-assoc-')
}
