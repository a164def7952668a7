import type { SpotInstanceRequest } from '@aws-sdk/client-ec2'
import type { Ec2Api } from '../../wire/api.js'
import { readNamed } from '../../wire/named-ids.js'
import { filtersOf, readAll, type FilterList } from '../../wire/pages.js'

/** What EC2 says of a stack's spot requests. */
export interface DescribedRequests {
  readonly requests: readonly SpotInstanceRequest[]
  /** The ids of instances behind them that have ended, as far as that was asked. */
  readonly gone: ReadonlySet<string>
}

/** The requests that fit all filters, those that are over and still shown included. */
export function readSpotRequests(api: Ec2Api, filters: FilterList): Promise<readonly SpotInstanceRequest[]> {
  return readAll(
    api,
    'DescribeSpotInstanceRequests',
    { Filters: filtersOf(filters) },
    ({ SpotInstanceRequests }) => SpotInstanceRequests,
  )
}

/** Those of these ids that EC2 shows. */
export function readSpotRequestsById(api: Ec2Api, ids: readonly string[]): Promise<readonly SpotInstanceRequest[]> {
  return readNamed(
    ids,
    async (SpotInstanceRequestIds) =>
      (await api.call('DescribeSpotInstanceRequests', { SpotInstanceRequestIds }, { isAbsenceBelieved: true }))
        .SpotInstanceRequests,
  )
}

export async function readSpotRequest(api: Ec2Api, id: string): Promise<SpotInstanceRequest | undefined> {
  const { SpotInstanceRequests = [] } = await api.call('DescribeSpotInstanceRequests', { SpotInstanceRequestIds: [id] })
  return SpotInstanceRequests.find(({ SpotInstanceRequestId }) => SpotInstanceRequestId === id)
}
