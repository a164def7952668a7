import type { OffersCloud, OffersQuery } from '../../../executor/ports.js'
import type { LiveOffers, TypeOffer } from '../../../model/launch/offers.js'
import type { Ec2Api } from '../wire/api.js'
import { filtersOf, readAll, readForEach } from '../wire/pages.js'
import { readDefaultSubnets } from './subnet-selectors.js'

/** Names go into filters: a type that does not exist leaves a gap then, where `InstanceTypes` would fail the call. */
export function createOffersCalls(api: Ec2Api): OffersCloud {
  return { readOffers: (query) => readOffers(api, query) }
}

async function readOffers(api: Ec2Api, { types, defaultSubnets }: OffersQuery): Promise<LiveOffers> {
  const [described, offered, subnets] = await Promise.all([
    readForEach(types, (Values) => readTypes(api, Values)),
    readForEach(types, (Values) => readOfferings(api, Values)),
    defaultSubnets ? readDefaultSubnets(api) : undefined,
  ])
  const zones = new Map<string, string[]>()
  for (const { InstanceType = '', Location = '' } of offered)
    zones.set(InstanceType, [...(zones.get(InstanceType) ?? []), Location])
  const offerOf = (name: string): TypeOffer | null => {
    const type = described.find(({ InstanceType }) => InstanceType === name)
    const architectures = [...(type?.ProcessorInfo?.SupportedArchitectures ?? [])].sort()
    return type ? { architectures, zones: (zones.get(name) ?? []).sort() } : null
  }
  return {
    types: Object.fromEntries(types.map((name) => [name, offerOf(name)])),
    ...(subnets && { defaultSubnets: subnets }),
  }
}

function readTypes(api: Ec2Api, Values: readonly string[]) {
  const input = { Filters: filtersOf([{ Name: 'instance-type', Values }]) }
  return readAll(api, 'DescribeInstanceTypes', input, ({ InstanceTypes }) => InstanceTypes)
}

/** Local Zones that the account has opted into are locations too (EC2 API, DescribeInstanceTypeOfferings). */
function readOfferings(api: Ec2Api, Values: readonly string[]) {
  const input = {
    LocationType: 'availability-zone' as const,
    Filters: filtersOf([{ Name: 'instance-type', Values }]),
  }
  return readAll(api, 'DescribeInstanceTypeOfferings', input, ({ InstanceTypeOfferings }) => InstanceTypeOfferings)
}
