import type { Effect, NetworkCloud } from '../../../../executor/ports.js'
import type { WorkOn } from '../../../../model/kinds/network-work.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { readOwned } from '../../tags/ownership.js'
import type { TaggedItem } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { textOf } from '../../wire/text-of.js'
import { changeAcl, setAcl } from './change-acls.js'
import { changeRoutes } from './change-routes.js'
import { readEndpoint, readGateway, readPart } from './read-parts.js'

type Request = Parameters<NetworkCloud['changeNetworkPart']>[0]

/** Changes a part of a network, whose tags are read right before it: only what differs is asked for. */
export async function changeNetworkPart(api: Ec2Api, { id, owner, work }: Request): Promise<Effect> {
  const part = await readOwned<TaggedItem>(api, id, owner, readPart)
  if (part === undefined) {
    throw providerError('EC2_NOT_FOUND', 'absent', `${id} (${owner.address}) does not exist any more`, {
      hint: 'plan again to see what the stack has now',
    })
  }
  switch (work.part) {
    case 'vpc':
      return changeVpc(api, id, work)
    case 'subnet':
      return changeSubnet(api, id, work)
    case 'gateway':
      return attachGateway(api, id, work.attach, owner.address)
    case 'routes':
      return changeRoutes(api, id, work)
    case 'acl':
      return changeAcl(api, id, work)
    case 'endpoint':
      return changeEndpoint(api, id, work)
  }
}

/** EC2 takes one attribute in a call, and hostnames only where names are told at all. */
async function changeVpc(api: Ec2Api, VpcId: string, { dnsSupport, dnsHostnames }: WorkOn<'vpc'>): Promise<Effect> {
  const calls = [
    dnsSupport !== undefined && { EnableDnsSupport: { Value: dnsSupport } },
    dnsHostnames !== undefined && { EnableDnsHostnames: { Value: dnsHostnames } },
  ].filter((call) => call !== false)
  for (const call of dnsSupport === false ? calls.toReversed() : calls) {
    await api.call('ModifyVpcAttribute', { VpcId, ...call })
  }
  return 'done'
}

async function changeSubnet(api: Ec2Api, SubnetId: string, { publicIps, acl }: WorkOn<'subnet'>): Promise<Effect> {
  if (publicIps !== undefined) {
    await api.call('ModifySubnetAttribute', { SubnetId, MapPublicIpOnLaunch: { Value: publicIps } })
  }
  const effect = acl === undefined ? 'unchanged' : await setAcl(api, SubnetId, acl)
  return publicIps === undefined ? effect : 'done'
}

/** One that is attached to another network stays there: nothing is taken from anybody. */
async function attachGateway(api: Ec2Api, id: string, VpcId: string, address: string): Promise<Effect> {
  const before = await attachedTo(api, id)
  if (before === VpcId) return 'unchanged'
  if (before !== undefined) throw attachedElsewhere(id, address, before)
  try {
    await api.call('AttachInternetGateway', { InternetGatewayId: id, VpcId })
  } catch (error) {
    if (!hasAwsCode(error, 'Resource.AlreadyAssociated')) throw error
    // By an attempt whose answer was lost, or by somebody in this moment.
    const now = await attachedTo(api, id)
    if (now !== VpcId) throw attachedElsewhere(id, address, now ?? 'another network', error)
  }
  api.young.note(id)
  return 'done'
}

async function attachedTo(api: Ec2Api, id: string): Promise<string | undefined> {
  const { Attachments = [] } = (await readGateway(api, id)) ?? {}
  return textOf(Attachments.find(({ State }) => State !== 'detached')?.VpcId)
}

function attachedElsewhere(id: string, address: string, holder: string, cause?: unknown) {
  return providerError('EC2_CONFLICT', 'conflict', `${id} (${address}) is attached to ${holder} by now`, {
    hint: 'it was attached there since the plan was made; plan again',
    cause,
  })
}

const lists = [
  ['routeTables', 'RouteTableIds'],
  ['subnets', 'SubnetIds'],
  ['securityGroups', 'SecurityGroupIds'],
] as const

/** What is there already cannot be added, nor what is not be taken away: an attempt whose answer was lost is seen by what it left. */
async function changeEndpoint(api: Ec2Api, id: string, work: WorkOn<'endpoint'>): Promise<Effect> {
  const changes = await endpointChanges(api, id, work)
  if (changes === undefined) return 'unchanged'
  try {
    await api.call('ModifyVpcEndpoint', { VpcEndpointId: id, ...changes })
  } catch (error) {
    if ((await endpointChanges(api, id, work)) !== undefined) throw error
  }
  return 'done'
}

/** What is still to be asked for; undefined: nothing. */
async function endpointChanges(api: Ec2Api, id: string, work: WorkOn<'endpoint'>) {
  const now = await readEndpoint(api, id).catch((error: unknown) => {
    if (!isOfClass(error, 'absent')) throw error
  })
  const present = {
    routeTables: new Set(now?.RouteTableIds),
    subnets: new Set(now?.SubnetIds),
    securityGroups: new Set(now?.Groups?.map(({ GroupId = '' }) => GroupId)),
  }
  const input: Record<string, string[]> = {}
  for (const [key, name] of lists) {
    const add = work.add[key].filter((one) => !present[key].has(one))
    const remove = work.remove[key].filter((one) => present[key].has(one))
    if (add.length > 0) input[`Add${name}`] = add
    if (remove.length > 0) input[`Remove${name}`] = remove
  }
  const { privateDns } = work
  const changesDns = privateDns !== undefined && privateDns !== now?.PrivateDnsEnabled
  if (Object.keys(input).length === 0 && !changesDns) return undefined
  return { ...input, ...(changesDns && { PrivateDnsEnabled: privateDns }) }
}
