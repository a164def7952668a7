import { randomBytes } from 'node:crypto'
import { ApiError } from '../wire/api-error.js'
import { digestOfText } from '../../core/digest.js'

/** What EC2 calls a kind of resource, in ids, tags and errors. */
export interface ResourceKind {
  readonly prefix: string
  /** `ResourceType` of a tag specification; undefined where the kind takes no tags. */
  readonly tagType: string | undefined
  readonly notFoundCode: string
  readonly malformedCode: string
  readonly notFoundMessage: (ids: readonly string[]) => string
}

function kind(
  prefix: string,
  tagType: string | undefined,
  notFoundCode: string,
  malformedCode: string,
  notFoundMessage: (ids: readonly string[]) => string,
): ResourceKind {
  return { prefix, tagType, notFoundCode, malformedCode, notFoundMessage }
}

const quoted = (ids: readonly string[]) => `'${ids.join(', ')}'`
const singular = (noun: string) => (ids: readonly string[]) =>
  ids.length === 1 ? `The ${noun} ${quoted(ids)} does not exist` : `The ${noun}s ${quoted(ids)} do not exist`

/** Codes and texts: EC2 API reference, "Error codes", and texts seen in third-party logs. */
export const resourceKinds = {
  instance: kind('i', 'instance', 'InvalidInstanceID.NotFound', 'InvalidInstanceID.Malformed', singular('instance ID')),
  volume: kind(
    'vol',
    'volume',
    'InvalidVolume.NotFound',
    'InvalidVolumeID.Malformed',
    (ids) => `The volume ${quoted(ids)} does not exist.`,
  ),
  snapshot: kind(
    'snap',
    'snapshot',
    'InvalidSnapshot.NotFound',
    'InvalidSnapshotID.Malformed',
    (ids) => `The snapshot ${quoted(ids)} does not exist.`,
  ),
  image: kind(
    'ami',
    'image',
    'InvalidAMIID.NotFound',
    'InvalidAMIID.Malformed',
    (ids) => `The image id '[${ids.join(', ')}]' does not exist`,
  ),
  keyPair: kind(
    'key',
    'key-pair',
    'InvalidKeyPair.NotFound',
    'InvalidKeyPair.Malformed',
    (ids) => `The key pair ${quoted(ids)} does not exist`,
  ),
  securityGroup: kind(
    'sg',
    'security-group',
    'InvalidGroup.NotFound',
    'InvalidGroupId.Malformed',
    (ids) => `The security group ${quoted(ids)} does not exist`,
  ),
  securityGroupRule: kind(
    'sgr',
    'security-group-rule',
    'InvalidSecurityGroupRuleId.NotFound',
    'InvalidSecurityGroupRuleId.Malformed',
    singular('security group rule ID'),
  ),
  launchTemplate: kind(
    'lt',
    'launch-template',
    'InvalidLaunchTemplateId.NotFound',
    'InvalidLaunchTemplateId.Malformed',
    (ids) => `The specified launch template, with template ID ${ids.join(', ')}, does not exist.`,
  ),
  address: kind(
    'eipalloc',
    'elastic-ip',
    'InvalidAllocationID.NotFound',
    'InvalidAllocationID.Malformed',
    singular('allocation ID'),
  ),
  vpc: kind('vpc', 'vpc', 'InvalidVpcID.NotFound', 'InvalidVpcID.Malformed', singular('vpc ID')),
  subnet: kind('subnet', 'subnet', 'InvalidSubnetID.NotFound', 'InvalidSubnetID.Malformed', singular('subnet ID')),
  internetGateway: kind(
    'igw',
    'internet-gateway',
    'InvalidInternetGatewayID.NotFound',
    'InvalidInternetGatewayId.Malformed',
    singular('internetGateway ID'),
  ),
  routeTable: kind(
    'rtb',
    'route-table',
    'InvalidRouteTableID.NotFound',
    'InvalidRouteTableId.Malformed',
    singular('routeTable ID'),
  ),
  networkAcl: kind(
    'acl',
    'network-acl',
    'InvalidNetworkAclID.NotFound',
    'InvalidNetworkAclId.Malformed',
    singular('networkAcl ID'),
  ),
  natGateway: kind(
    'nat',
    'natgateway',
    'NatGatewayNotFound',
    'NatGatewayMalformed',
    ([id]) => `NAT gateway ${id} was not found`,
  ),
  vpcEndpoint: kind(
    'vpce',
    'vpc-endpoint',
    'InvalidVpcEndpointId.NotFound',
    'InvalidVpcEndpointId.Malformed',
    ([id]) => `The Vpc Endpoint Id '${id}' does not exist`,
  ),
  placementGroup: kind(
    'pg',
    'placement-group',
    'InvalidPlacementGroup.Unknown',
    'InvalidPlacementGroupId.Malformed',
    (ids) => `The Placement Group ${quoted(ids)} is unknown.`,
  ),
  spotRequest: kind(
    'sir',
    'spot-instances-request',
    'InvalidSpotInstanceRequestID.NotFound',
    'InvalidSpotInstanceRequestID.Malformed',
    singular('spot instance request ID'),
  ),
  profileAssociation: kind(
    'iip-assoc',
    undefined,
    'InvalidAssociationID.NotFound',
    'InvalidAssociationID.Malformed',
    ([id]) => `An invalid association-id of '${id}' was given`,
  ),
  networkInterface: kind(
    'eni',
    'network-interface',
    'InvalidNetworkInterfaceID.NotFound',
    'InvalidNetworkInterfaceId.Malformed',
    singular('networkInterface ID'),
  ),
} as const satisfies Record<string, ResourceKind>

export type ResourceKindName = keyof typeof resourceKinds

/** A new id: the prefix and 17 hexadecimal digits. */
export function newId(prefix: string): string {
  return `${prefix}-${randomBytes(9).toString('hex').slice(0, 17)}`
}

/** The same id for the same name at every start of every sandbox: catalogue images, default networks. */
export function stableId(prefix: string, ...name: readonly string[]): string {
  return `${prefix}-${digestOfText(name.join('\0'), 17)}`
}

/** Throws `Invalid…ID.Malformed` unless `id` has the kind's prefix and 8 or 17 hexadecimal digits. */
export function checkId(resource: ResourceKind, id: string): void {
  if (hasForm(resource.prefix, id)) return
  throw new ApiError(resource.malformedCode, `Invalid id: "${id}" (expecting "${resource.prefix}-...")`)
}

function hasForm(prefix: string, id: string): boolean {
  if (!id.startsWith(`${prefix}-`)) return false
  return /^(?:[0-9a-f]{8}|[0-9a-f]{17})$/.test(id.slice(prefix.length + 1))
}

/** The kind that an id's prefix names, for CreateTags and DeleteTags. */
export function kindOfId(id: string): ResourceKindName | undefined {
  for (const [name, candidate] of Object.entries(resourceKinds)) {
    if (hasForm(candidate.prefix, id)) return name as ResourceKindName
  }
  return undefined
}

export function notFound(resource: ResourceKind, ids: readonly string[]): ApiError {
  return new ApiError(resource.notFoundCode, resource.notFoundMessage(ids))
}
