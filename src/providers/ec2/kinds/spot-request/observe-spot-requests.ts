import type { Instance, SpotInstanceRequest } from '@aws-sdk/client-ec2'
import type { CloudFacts, CloudQuery } from '../../../../executor/ports.js'
import { parseAddress } from '../../../../model/address.js'
import { tagKeys } from '../../../../model/tags.js'
import { isOfClass } from '../../errors/provider-errors.js'
import { sortedByAddress } from '../../tags/address-lists.js'
import type { Census } from '../../tags/census.js'
import type { Ledgers } from '../../tags/may-have-any.js'
import { tagsOf } from '../../tags/tag-lists.js'
import { taggedAddress } from '../../tags/tagged-address.js'
import { textOf } from '../../wire/text-of.js'
import type { Ec2Api } from '../../wire/api.js'
import type { Pending } from '../kind.js'
import type { DescribedServers } from '../server/observe-servers.js'
import { liveRequest } from './live-request.js'
import { readSpotRequests, readSpotRequestsById } from './read-spot-requests.js'

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
): Promise<readonly SpotInstanceRequest[] | undefined> {
  const [{ instances }, { ledger }] = await Promise.all([others.server, others.launchTemplate])
  const ids = instances.flatMap(({ SpotInstanceRequestId }) => textOf(SpotInstanceRequestId) ?? [])
  const isKnown = spotRequests || ids.length > 0
  const mayBeLeft = quietMs !== undefined || ledger?.epoch !== undefined || lacksServer(ledger, instances)
  if (!isKnown && !mayBeLeft) return undefined
  try {
    const listed = await readSpotRequests(api, [{ Name: `tag:${tagKeys.stack}`, Values: [stack] }])
    const shown = new Set(listed.map(({ SpotInstanceRequestId }) => SpotInstanceRequestId))
    const missing = ids.filter((id) => !shown.has(id))
    return [...listed, ...(await readSpotRequestsById(api, missing))]
  } catch (error) {
    // A policy of a stack that never had any need not allow it.
    if (!isKnown && isOfClass(error, 'auth', 'permission')) return undefined
    throw error
  }
}

function lacksServer(ledger: CloudFacts['ledger'], instances: readonly Instance[]): boolean {
  const known = ledger?.addresses.filter((address) => parseAddress(address)?.kind === 'server') ?? []
  if (known.length === 0) return false
  const shown = new Set(instances.map(taggedAddress))
  return known.some((address) => !shown.has(address))
}

/** Without those that only stand behind an instance that the stack adopted: they are known by it. */
export function spotRequestFacts(
  { spotRequest: described }: { readonly spotRequest: readonly SpotInstanceRequest[] | undefined },
  census: Census,
): Pick<CloudFacts, 'spotRequests'> {
  const requests = described?.flatMap((request) => {
    if (tagsOf(request.Tags)[tagKeys.stack] === undefined) return []
    const address = census.addressOf('server', request.SpotInstanceRequestId, request)
    return address === undefined ? [] : [{ address, ...liveRequest(request) }]
  })
  return requests ? { spotRequests: sortedByAddress(requests) } : {}
}
