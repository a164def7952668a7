import type { Effect } from '../../../../executor/ports.js'
import type { WorkOn } from '../../../../model/kinds/network-work.js'
import type { Route } from '../../../../model/kinds/network.js'
import { hasAwsCode, isOfClass } from '../../errors/provider-errors.js'
import type { Ec2Api } from '../../wire/api.js'
import { writtenRoute } from './live-parts.js'
import { replacingAssociation } from './replacing-association.js'
import { partReaders, readRouteTable } from './read-parts.js'

/** Puts routes into a table and takes others out, then has its subnet take it. */
export async function changeRoutes(
  api: Ec2Api,
  id: string,
  { associate, put, drop }: WorkOn<'routes'>,
): Promise<Effect> {
  const table = await readRouteTable(api, id)
  const present = new Map(
    (table?.Routes ?? []).map(writtenRoute).flatMap((route) => (route ? [[route.to, route.by] as const] : [])),
  )
  let effect: Effect = 'unchanged'
  for (const route of put) {
    if (present.get(route.to) === route.by) continue
    await putRoute(api, id, route, present.has(route.to))
    effect = 'done'
  }
  for (const to of drop) {
    if (!present.has(to)) continue
    try {
      await api.call('DeleteRoute', { RouteTableId: id, ...destination(to) }, { seen: true })
    } catch (error) {
      if (!isOfClass(error, 'absent')) throw error
    }
    effect = 'done'
  }
  if (associate === undefined) return effect
  const associated = await replacingAssociation(api, () => associateTable(api, id, associate))
  return associated === 'done' ? 'done' : effect
}

async function putRoute(api: Ec2Api, RouteTableId: string, { to, by }: Route, isThere: boolean): Promise<void> {
  const input = { RouteTableId, ...destination(to), ...target(by) }
  if (isThere) {
    await api.call('ReplaceRoute', input)
    return
  }
  try {
    await api.call('CreateRoute', input)
  } catch (error) {
    // By an attempt whose answer was lost.
    if (!hasAwsCode(error, 'RouteAlreadyExists')) throw error
    await api.call('ReplaceRoute', input)
  }
}

function destination(to: string) {
  return to.includes(':') ? { DestinationIpv6CidrBlock: to } : { DestinationCidrBlock: to }
}

/** Which member of the request names the target, by what its id begins with. */
const targets: Readonly<Record<string, string>> = {
  nat: 'NatGatewayId',
  pcx: 'VpcPeeringConnectionId',
  tgw: 'TransitGatewayId',
  eni: 'NetworkInterfaceId',
  i: 'InstanceId',
  vpce: 'VpcEndpointId',
  lgw: 'LocalGatewayId',
  cagw: 'CarrierGatewayId',
}

function target(by: string): Readonly<Record<string, string>> {
  return { [targets[by.slice(0, by.indexOf('-'))] ?? 'GatewayId']: by }
}

/** A subnet has one table: where it has another one of its own, that is replaced in one step. */
async function associateTable(api: Ec2Api, RouteTableId: string, SubnetId: string): Promise<Effect> {
  const holders = await partReaders.routes.list(api, [{ Name: 'association.subnet-id', Values: [SubnetId] }])
  const held = holders
    .flatMap((holder) => (holder.Associations ?? []).map((association) => ({ holder, association })))
    .find(({ association }) => association.SubnetId === SubnetId)
  if (held?.holder.RouteTableId === RouteTableId) return 'unchanged'
  const AssociationId = held?.association.RouteTableAssociationId
  if (AssociationId !== undefined) {
    await api.call('ReplaceRouteTableAssociation', { AssociationId, RouteTableId })
    return 'done'
  }
  try {
    await api.call('AssociateRouteTable', { RouteTableId, SubnetId })
  } catch (error) {
    // By an attempt whose answer was lost: a listing may show that later.
    if (!hasAwsCode(error, 'Resource.AlreadyAssociated')) throw error
    const table = await readRouteTable(api, RouteTableId)
    if (!table?.Associations?.some((association) => association.SubnetId === SubnetId)) throw error
  }
  return 'done'
}
