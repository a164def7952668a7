import type { Instance, Volume } from '@aws-sdk/client-ec2'
import type { CloudFacts, CloudQuery } from '../../../../executor/ports.js'
import type { Address } from '../../../../model/address.js'
import type { LiveServer } from '../../../../model/kinds/server.js'
import { tagKeys } from '../../../../model/tags.js'
import { isMember } from '../../../auto-scaling/group-members.js'
import { sortedByAddress } from '../../tags/address-lists.js'
import type { Census } from '../../tags/census.js'
import { withKnown, type KnownItems } from '../../tags/known-items.js'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { textOf } from '../../wire/text-of.js'
import { spotOf } from '../spot-request/live-request.js'
import type { DescribedRequests } from '../spot-request/read-spot-requests.js'
import { observedOptions, type ReadAttributes } from './option-words.js'
import { elasticIpOn } from './public-address.js'
import { readAttributes, type AttributesById } from './read-attributes.js'
import { readInstances, rootVolumeId } from './read-instances.js'
import { withWholeBatches } from './whole-batches.js'

const serverStates = ['pending', 'running', 'stopping', 'stopped'] as const
/** Until it has ended it holds its volumes. */
const endingState = 'shutting-down'

const knownServers: KnownItems<Instance> = {
  prefix: 'i',
  idOf: ({ InstanceId }) => InstanceId,
  readByIds: async (api, InstanceIds) => {
    const { Reservations } = await api.call('DescribeInstances', { InstanceIds }, { isAbsenceBelieved: true })
    // Those that have ended are shown by id for an hour.
    return Reservations?.flatMap(({ Instances = [] }) => Instances.filter(({ State }) => State?.Name !== 'terminated'))
  },
}

/** What EC2 says of a stack's instances. */
export interface DescribedServers {
  readonly instances: readonly Instance[]
  readonly attributes: AttributesById
}

export async function describeServers(api: Ec2Api, query: CloudQuery): Promise<DescribedServers> {
  const { stack } = query
  const shown = await readInstances(api, [
    { Name: `tag:${tagKeys.stack}`, Values: [stack] },
    { Name: 'instance-state-name', Values: [...serverStates, endingState] },
  ])
  const instances = await withWholeBatches(api, await withKnown(api, query, shown, knownServers))
  return { instances, attributes: await readAttributes(api, instances) }
}

/** A server's root volume is told from the stack's volumes: it carries the stack's tag too. */
export function serverFacts(
  described: {
    readonly server: DescribedServers
    readonly volume: { readonly tagged: readonly Volume[] }
    readonly spotRequest: DescribedRequests | undefined
  },
  census: Census,
): Pick<CloudFacts, 'servers' | 'endingServers'> {
  const volumes = new Map(described.volume.tagged.map((volume) => [volume.VolumeId, volume]))
  const requests = new Map(described.spotRequest?.requests.map((request) => [request.SpotInstanceRequestId, request]))
  const ending: { id: string; address: Address }[] = []
  const { instances, attributes } = described.server
  const servers = instances.flatMap((instance) => {
    if (isMember(instance)) return []
    if (census.isTemporary('server', instance.InstanceId, instance)) return []
    const address = census.addressOf('server', instance.InstanceId, instance)
    if (address === undefined) return []
    if (instance.State?.Name === endingState) ending.push({ id: instance.InstanceId ?? '', address })
    const root = volumes.get(rootVolumeId(instance))
    const server = liveServer(instance, address, rootVolume(root), attributes.get(instance.InstanceId ?? ''))
    const createdAt = (root?.CreateTime ?? instance.LaunchTime)?.toISOString()
    if (!server) return []
    const { spot, launched } = spotOf(instance, requests)
    return {
      ...server,
      ...(launched && { options: { ...server.options, spot: launched } }),
      ...(spot && { spot }),
      ...(createdAt !== undefined && { createdAt }),
    }
  })
  ending.sort((left, right) => (left.id < right.id ? -1 : 1))
  return { servers: sortedByAddress(servers), ...(ending.length > 0 && { endingServers: ending }) }
}

function rootVolume(volume: Volume | undefined): LiveServer['rootVolume'] {
  if (volume?.VolumeId === undefined) return undefined
  return { id: volume.VolumeId, sizeGiB: volume.Size ?? 0, type: volume.VolumeType ?? '' }
}

/**
 * The server, or undefined for an instance that is going away or gone.
 *
 * @internal exported for its test
 */
export function liveServer(
  instance: Instance,
  address: Address,
  root: LiveServer['rootVolume'],
  attributes?: ReadAttributes,
): LiveServer | undefined {
  const state = serverStates.find((name) => name === instance.State?.Name)
  if (state === undefined) return undefined
  const elasticIp = elasticIpOn(instance)
  const privateDns = textOf(instance.PrivateDnsName)
  const publicDns = textOf(instance.PublicDnsName)
  return {
    address,
    id: instance.InstanceId ?? '',
    tags: tagsOf(instance.Tags),
    state,
    type: instance.InstanceType ?? '',
    imageId: instance.ImageId ?? '',
    architecture: instance.Architecture ?? '',
    zone: instance.Placement?.AvailabilityZone ?? '',
    subnetId: instance.SubnetId ?? '',
    vpcId: instance.VpcId ?? '',
    keyName: textOf(instance.KeyName),
    securityGroupIds: (instance.SecurityGroups ?? []).map(({ GroupId }) => GroupId ?? '').sort(),
    privateIp: textOf(instance.PrivateIpAddress),
    publicIp: textOf(instance.PublicIpAddress),
    ...(privateDns !== undefined && { privateDns }),
    ...(publicDns !== undefined && { publicDns }),
    ...(elasticIp !== undefined && { elasticIp }),
    rootVolume: root,
    options: observedOptions(instance, attributes),
    ...(instance.LaunchTime && { startedAt: instance.LaunchTime.toISOString() }),
  }
}
