import type { Instance, SpotInstanceRequest } from '@aws-sdk/client-ec2'
import type { CloudFacts, CloudQuery } from '../../../../executor/ports.js'
import { parseAddress } from '../../../../model/address.js'
import { tagKeys } from '../../../../model/tags.js'
import { canceledAndRunning } from '../../../../model/launch/spot.js'
import { isOfClass } from '../../errors/provider-errors.js'
import { readConfirmed } from '../../tags/ownership.js'
import { sortedByAddress } from '../../tags/address-lists.js'
import type { Census } from '../../tags/census.js'
import type { Ledgers } from '../../tags/may-have-any.js'
import { tagsOf } from '../../tags/tag-lists.js'
import { taggedAddress } from '../../tags/tagged-address.js'
import { textOf } from '../../wire/text-of.js'
import type { Ec2Api } from '../../wire/api.js'
import type { Pending } from '../kind.js'
import type { DescribedServers } from '../server/observe-servers.js'
import { readInstance } from '../server/read-instances.js'
import { liveRequest } from './live-request.js'
import { readSpotRequests, readSpotRequestsById, type DescribedRequests } from './read-spot-requests.js'

interface Awaited extends Ledgers {
  readonly server: DescribedServers
}

/**
 * Most stacks have none, and are spared the call: undefined. It is made where the file says `spot`, where an instance is one, and where
 * a server that the ledger knows is not there, as a request that is open would launch it again.
 */
export async function describeSpotRequests(
  api: Ec2Api,
  { stack, spotRequests = false, quietMs }: CloudQuery,
  others: Pending<Awaited>,
): Promise<DescribedRequests | undefined> {
  const [{ instances }, { ledger }] = await Promise.all([others.server, others.launchTemplate])
  const ids = instances.flatMap(({ SpotInstanceRequestId }) => textOf(SpotInstanceRequestId) ?? [])
  const isKnown = spotRequests || ids.length > 0
  const mayBeLeft = quietMs !== undefined || ledger?.epoch !== undefined || lacksServer(ledger, instances)
  if (!isKnown && !mayBeLeft) return undefined
  try {
    const listed = await readSpotRequests(api, [{ Name: `tag:${tagKeys.stack}`, Values: [stack] }])
    const shown = new Set(listed.map(({ SpotInstanceRequestId }) => SpotInstanceRequestId))
    const missing = ids.filter((id) => !shown.has(id))
    const requests = [...listed, ...(await readSpotRequestsById(api, missing))]
    return { requests, gone: await goneBehind(api, requests, instances) }
  } catch (error) {
    // A policy of a stack that never had any need not allow it.
    if (!isKnown && isOfClass(error, 'auth', 'permission')) return undefined
    throw error
  }
}

/** Mostly every request that is not over has its instance in the stack, and no call is made. */
async function goneBehind(
  api: Ec2Api,
  requests: readonly SpotInstanceRequest[],
  instances: readonly Instance[],
): Promise<ReadonlySet<string>> {
  const shown = new Set(instances.map(({ InstanceId }) => InstanceId))
  const asked = requests.flatMap((request) => {
    const { instanceId, state, status, isPersistent } = liveRequest(request)
    const mayRun = state === 'active' || state === 'disabled' || status === canceledAndRunning
    return isPersistent && mayRun && instanceId !== undefined && !shown.has(instanceId) ? [instanceId] : []
  })
  const ended = await Promise.all(
    asked.map(async (id) => {
      const instance = await readConfirmed(api, id, readInstance)
      return instance === undefined || instance.State?.Name === 'terminated' ? [id] : []
    }),
  )
  return new Set(ended.flat())
}

function lacksServer(ledger: CloudFacts['ledger'], instances: readonly Instance[]): boolean {
  const known = ledger?.addresses.filter((address) => parseAddress(address)?.kind === 'server') ?? []
  if (known.length === 0) return false
  const shown = new Set(instances.map(taggedAddress))
  return known.some((address) => !shown.has(address))
}

/** Without those that only stand behind an instance that the stack adopted: they are known by it. */
export function spotRequestFacts(
  { spotRequest: described }: { readonly spotRequest: DescribedRequests | undefined },
  census: Census,
): Pick<CloudFacts, 'spotRequests'> {
  const requests = described?.requests.flatMap((request) => {
    if (tagsOf(request.Tags)[tagKeys.stack] === undefined) return []
    const address = census.addressOf('server', request.SpotInstanceRequestId, request)
    if (address === undefined) return []
    const isGone = described.gone.has(request.InstanceId ?? '')
    return [{ address, ...liveRequest(request), ...(isGone && { isGone }) }]
  })
  return requests ? { spotRequests: sortedByAddress(requests) } : {}
}
