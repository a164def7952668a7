import { ProviderError } from '../../../../core/errors.js'
import { beginWait } from '../../../../core/wait-sink.js'
import type { Effect, NetworkCloud } from '../../../../executor/ports.js'
import type { NetworkPart } from '../../../../model/kinds/network.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { vouchFor } from '../../tags/ownership.js'
import type { TaggedItem } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { textOf } from '../../wire/text-of.js'
import { readAddress } from '../elastic-ip/read-addresses.js'
import { readEndpoint, readGateway, readNatGateway, readPart, readRouteTable } from './read-parts.js'
import { tenantsOf, type Tenant } from './read-tenants.js'

/** What was in it may be shown for a minute or two after it has gone; NAT gateways and endpoints take as long to go. */
const pauseMs = 5_000
const deleteLimitMs = 10 * 60_000
/** What is still in the way after so long was not about to go: it is told without waiting for the limit. */
const tenantLimitMs = 3 * 60_000

type Request = Parameters<NetworkCloud['deleteNetworkPart']>[0]
type Confirm = { readonly seen: true; readonly confirm: () => Promise<void> }

/** Deletes a part of a network and waits until it has gone. Its tags are read right before each call. */
export async function deleteNetworkPart(api: Ec2Api, { id, owner, part }: Request): Promise<Effect> {
  const { clock, timeoutScale } = api.settings
  const startedAt = clock.now()
  const tell = beginWait(clock, `${id} to be let go`)
  for (;;) {
    const vouched = await vouchFor<TaggedItem>(api, id, owner, readPart)
    // Gone, or on its way: a NAT gateway that is being deleted is shown for an hour.
    if (vouched === undefined) return untilGone(api, id, part, 'unchanged')
    try {
      await remove[part](api, id, { seen: true, confirm: vouched.confirm })
      api.young.forget(id)
      return await untilGone(api, id, part, 'done')
    } catch (error) {
      if (isOfClass(error, 'absent')) return 'done'
      if (!hasAwsCode(error, 'DependencyViolation', 'InvalidIPAddress.InUse')) throw error
      const elapsedMs = (clock.now() - startedAt) / timeoutScale
      const tenants = elapsedMs >= tenantLimitMs ? await tenantsOf(api, id) : []
      const staying = elapsedMs >= deleteLimitMs ? tenants : tenants.filter(({ isLeaving }) => !isLeaving)
      if (staying.length > 0 || elapsedMs >= deleteLimitMs) throw stillUsed(id, owner.address, staying, error)
      tell(error.awsCode)
    }
    await api.pause(pauseMs)
  }
}

const remove: Readonly<Record<NetworkPart, (api: Ec2Api, id: string, confirm: Confirm) => Promise<void>>> = {
  vpc: async (api, VpcId, confirm) => void (await api.call('DeleteVpc', { VpcId }, confirm)),
  subnet: async (api, SubnetId, confirm) => void (await api.call('DeleteSubnet', { SubnetId }, confirm)),
  gateway: async (api, InternetGatewayId, confirm) => {
    const { Attachments = [] } = (await readGateway(api, InternetGatewayId)) ?? {}
    const VpcId = textOf(Attachments[0]?.VpcId)
    if (VpcId !== undefined) await detach(api, { InternetGatewayId, VpcId }, confirm)
    await api.call('DeleteInternetGateway', { InternetGatewayId }, confirm)
  },
  routes: async (api, RouteTableId, confirm) => {
    const { Associations = [] } = (await readRouteTable(api, RouteTableId)) ?? {}
    for (const { RouteTableAssociationId: AssociationId } of Associations.filter(({ Main }) => Main !== true)) {
      try {
        await api.call('DisassociateRouteTable', { AssociationId }, confirm)
      } catch (error) {
        if (!isOfClass(error, 'absent')) throw error
      }
    }
    await api.call('DeleteRouteTable', { RouteTableId }, confirm)
  },
  acl: async (api, NetworkAclId, confirm) => void (await api.call('DeleteNetworkAcl', { NetworkAclId }, confirm)),
  nat: async (api, NatGatewayId, confirm) => void (await api.call('DeleteNatGateway', { NatGatewayId }, confirm)),
  'nat-address': async (api, AllocationId, confirm) => {
    const address = await readAddress(api, AllocationId)
    // In a default VPC EC2 would take it from whoever has it.
    if (textOf(address?.AssociationId) !== undefined) throw inUse(AllocationId)
    await api.call('ReleaseAddress', { AllocationId }, confirm)
  },
  endpoint: async (api, id, confirm) => {
    const { Unsuccessful = [] } = await api.call('DeleteVpcEndpoints', { VpcEndpointIds: [id] }, confirm)
    const [refused] = Unsuccessful
    const code = refused?.Error?.Code ?? ''
    if (refused === undefined || code.endsWith('.NotFound')) return
    throw providerError('EC2_REJECTED', 'bad-request', `EC2 does not delete ${id}: ${refused.Error?.Message ?? code}`, {
      action: 'DeleteVpcEndpoints',
    })
  },
}

async function detach(
  api: Ec2Api,
  input: { readonly InternetGatewayId: string; readonly VpcId: string },
  confirm: Confirm,
): Promise<void> {
  try {
    await api.call('DetachInternetGateway', input, confirm)
  } catch (error) {
    if (!hasAwsCode(error, 'Gateway.NotAttached')) throw error
  }
}

/** Those that go in the background are waited for: what they stand in goes only after them. */
async function untilGone(api: Ec2Api, id: string, part: NetworkPart, effect: Effect): Promise<Effect> {
  const read = part === 'nat' ? readNatGateway : part === 'endpoint' ? readEndpoint : undefined
  if (read === undefined) return effect
  const { clock, timeoutScale } = api.settings
  const deadline = clock.now() + deleteLimitMs * timeoutScale
  const tell = beginWait(clock, `${id} to be gone`)
  for (;;) {
    const state = await read(api, id).then(
      (found) => found?.State?.toLowerCase() ?? 'deleted',
      (error: unknown) => {
        if (isOfClass(error, 'absent')) return 'deleted'
        throw error
      },
    )
    if (state === 'deleted' || state === 'failed') return effect
    if (clock.now() >= deadline) {
      throw providerError('EC2_TIMED_OUT', 'wait-state', `${id} stayed ${state}`, {
        hint: 'run the same command again: it goes on from there',
      })
    }
    tell(state)
    await api.pause(pauseMs)
  }
}

function inUse(id: string) {
  return new ProviderError('EC2_WRONG_STATE', `${id} still leads to something`, {
    errorClass: 'wait-state',
    hint: 'disassociate it, then apply again',
    action: 'ReleaseAddress',
    awsCode: 'InvalidIPAddress.InUse',
  })
}

function stillUsed(id: string, address: string, tenants: readonly Tenant[], cause: unknown) {
  const texts = tenants.slice(0, 5).map(({ text }) => text)
  const named = texts.length === 0 ? 'something that EC2 does not name' : texts.join(', ')
  return providerError('EC2_WRONG_STATE', 'wait-state', `${id} (${address}) is still used by ${named}`, {
    hint: 'take that away, then apply again',
    cause,
  })
}
