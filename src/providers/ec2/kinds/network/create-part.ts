import { digestOfText } from '../../../../core/digest.js'
import { beginWait } from '../../../../core/wait-sink.js'
import type { Created, NetworkCloud } from '../../../../executor/ports.js'
import type { NetworkMaking } from '../../../../model/kinds/network-work.js'
import type { NetworkPart } from '../../../../model/kinds/network.js'
import { providerError } from '../../errors/provider-errors.js'
import { operationTag } from '../../tags/operation-tag.js'
import { tagListOf, tagsOf, type TaggedItem } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { createOnce } from '../../wire/create-once.js'
import { readTaggedAddresses } from '../elastic-ip/read-addresses.js'
import { serviceName } from './live-parts.js'
import { partReaders, readEndpoint, readNatGateway, readSubnet, readVpc } from './read-parts.js'

/** A NAT gateway takes one to three minutes, an interface endpoint one or two; networks and subnets some seconds. */
const readyLimitMs = 15 * 60_000
const pauseMs = 2_000

type Request = Parameters<NetworkCloud['createNetworkPart']>[0]

/** What the API calls a part in a tag specification. */
const resourceTypes = {
  vpc: 'vpc',
  subnet: 'subnet',
  gateway: 'internet-gateway',
  routes: 'route-table',
  acl: 'network-acl',
  nat: 'natgateway',
  'nat-address': 'elastic-ip',
  endpoint: 'vpc-endpoint',
} as const satisfies Record<NetworkPart, string>

/**
 * Makes a part of a network, once, and waits until it can be used. Where EC2 takes a ClientToken it gets one; networks, subnets,
 * internet gateways and addresses are looked for by the operation's tag before they are made again.
 */
export async function createNetworkPart(api: Ec2Api, { making, tags, once }: Request): Promise<Created> {
  const Tags = tagListOf(takesToken(making) ? tags : { ...tags, [operationTag]: once })
  const TagSpecifications = [{ ResourceType: resourceTypes[making.part], Tags }]
  const id = await make(api, making, once, { TagSpecifications })
  api.young.note(id)
  await untilReady(api, making.part, id)
  return { id }
}

function takesToken({ part }: NetworkMaking): boolean {
  return part === 'routes' || part === 'acl' || part === 'nat' || part === 'endpoint'
}

interface Specification {
  readonly TagSpecifications: {
    ResourceType: (typeof resourceTypes)[NetworkPart]
    Tags: { Key: string; Value: string }[]
  }[]
}

async function make(api: Ec2Api, making: NetworkMaking, once: string, specification: Specification): Promise<string> {
  switch (making.part) {
    case 'vpc':
      return createOnce(api, {
        find: async () => found(await partReaders.vpc.list(api, []), once)?.VpcId,
        create: async () =>
          (await api.call('CreateVpc', { CidrBlock: making.cidr, ...specification })).Vpc?.VpcId ?? '',
      })
    case 'subnet': {
      const { network: VpcId, cidr: CidrBlock, zone: AvailabilityZone } = making
      const inNetwork = [{ Name: 'vpc-id', Values: [VpcId] }]
      return createOnce(api, {
        find: async () => found(await partReaders.subnet.list(api, inNetwork), once)?.SubnetId,
        create: async () =>
          (await api.call('CreateSubnet', { VpcId, CidrBlock, AvailabilityZone, ...specification })).Subnet?.SubnetId ??
          '',
      })
    }
    case 'gateway':
      return createOnce(api, {
        find: async () => found(await partReaders.gateway.list(api, []), once)?.InternetGatewayId,
        create: async () =>
          (await api.call('CreateInternetGateway', { ...specification })).InternetGateway?.InternetGatewayId ?? '',
      })
    case 'nat-address':
      return createOnce(api, {
        find: async () => (await readTaggedAddresses(api, operationTag, once))[0]?.AllocationId,
        create: async () => (await api.call('AllocateAddress', { Domain: 'vpc', ...specification })).AllocationId ?? '',
      })
    case 'routes': {
      const input = { VpcId: making.network, ClientToken: once, ...specification }
      return (await api.call('CreateRouteTable', input)).RouteTable?.RouteTableId ?? ''
    }
    case 'acl': {
      const input = { VpcId: making.network, ClientToken: once, ...specification }
      return (await api.call('CreateNetworkAcl', input)).NetworkAcl?.NetworkAclId ?? ''
    }
    case 'nat':
      return makeNatGateway(api, making, once, specification)
    case 'endpoint': {
      const { network, service, type, routeTables, subnets, securityGroups, privateDns } = making
      const output = await api.call('CreateVpcEndpoint', {
        VpcId: network,
        ServiceName: serviceName(service, await api.region()),
        ClientToken: once,
        ...(type === 'gateway'
          ? { VpcEndpointType: 'Gateway', RouteTableIds: [...routeTables] }
          : {
              VpcEndpointType: 'Interface',
              SubnetIds: [...subnets],
              SecurityGroupIds: [...securityGroups],
              PrivateDnsEnabled: privateDns,
            }),
        ...specification,
      })
      return output.VpcEndpoint?.VpcEndpointId ?? ''
    }
  }
}

function found<Item extends TaggedItem>(items: readonly Item[], once: string): Item | undefined {
  return items.find(({ Tags }) => tagsOf(Tags)[operationTag] === once)
}

/** So many NAT gateways of one token may have ended before. */
const endedMax = 3

/** A token leads to the gateway that it made also when that has ended since, as one does that failed to come up: then another is made. */
async function makeNatGateway(
  api: Ec2Api,
  { subnet: SubnetId, allocation: AllocationId }: Extract<NetworkMaking, { part: 'nat' }>,
  once: string,
  specification: Specification,
): Promise<string> {
  for (let ended = 0; ; ended += 1) {
    const ClientToken = ended === 0 ? once : digestOfText(`${once} after ${ended}`, 32)
    const output = await api.call('CreateNatGateway', { SubnetId, AllocationId, ClientToken, ...specification })
    const id = output.NatGateway?.NatGatewayId ?? ''
    api.young.note(id)
    const now = await readNatGateway(api, id)
    const isOver = now?.State === 'deleted' || now?.State === 'deleting' || now?.State === 'failed'
    if (!isOver || ended >= endedMax) return id
  }
}

/** Until it is `available`. Rejects where EC2 says that it will never be. */
async function untilReady(api: Ec2Api, part: NetworkPart, id: string): Promise<void> {
  const read = readers[part]
  if (read === undefined) return
  const { clock, timeoutScale } = api.settings
  const deadline = clock.now() + readyLimitMs * timeoutScale
  const tell = beginWait(clock, `${id} to be available`)
  for (;;) {
    const { state, failure } = await read(api, id)
    if (state === 'available') return
    if (failure !== undefined) throw failed(id, failure)
    if (clock.now() >= deadline) throw late(id, state)
    tell(state)
    await api.pause(pauseMs)
  }
}

interface Readiness {
  readonly state: string
  readonly failure?: string | undefined
}

/** How those stand that take a while; all others can be used at once. */
const readers: Readonly<Partial<Record<NetworkPart, (api: Ec2Api, id: string) => Promise<Readiness>>>> = {
  vpc: async (api, id) => ({ state: (await readVpc(api, id))?.State ?? 'pending' }),
  subnet: async (api, id) => ({ state: (await readSubnet(api, id))?.State ?? 'pending' }),
  nat: async (api, id) => {
    const { State = 'pending', FailureMessage = State } = (await readNatGateway(api, id)) ?? {}
    return { state: State, failure: State === 'pending' || State === 'available' ? undefined : FailureMessage }
  },
  endpoint: async (api, id) => {
    const { State = 'pending', LastError } = (await readEndpoint(api, id)) ?? {}
    const state = State.toLowerCase()
    const isFailed = state === 'failed' || state === 'rejected' || state === 'expired'
    return { state, failure: isFailed ? (LastError?.Message ?? state) : undefined }
  },
}

function failed(id: string, failure: string) {
  return providerError('EC2_REJECTED', 'bad-request', `${id} did not come up: ${failure}`, {
    hint: 'apply again when that is mended: another one is made then',
  })
}

function late(id: string, state: string) {
  return providerError('EC2_TIMED_OUT', 'wait-state', `${id} stayed ${state}`, {
    hint: 'look at it in the AWS console, then run the same command again: it goes on from there',
  })
}
