import type { FoundType } from '../../../model/launch/on-offer.js'
import type { Ec2Api } from '../wire/api.js'
import { readAll } from '../wire/pages.js'

/** Every type with the zones that offer it: what EC2 tells in two paged calls. */
export async function listTypes(api: Ec2Api): Promise<readonly FoundType[]> {
  const [types, offerings] = await Promise.all([
    readAll(api, 'DescribeInstanceTypes', {}, ({ InstanceTypes }) => InstanceTypes),
    readAll(
      api,
      'DescribeInstanceTypeOfferings',
      { LocationType: 'availability-zone' },
      ({ InstanceTypeOfferings }) => InstanceTypeOfferings,
    ),
  ])
  const zones = new Map<string | undefined, string[]>()
  for (const { InstanceType, Location } of offerings) {
    if (Location !== undefined) zones.set(InstanceType, [...(zones.get(InstanceType) ?? []), Location])
  }
  return types.map((type) => ({
    name: type.InstanceType ?? '',
    vcpus: type.VCpuInfo?.DefaultVCpus ?? 0,
    memoryMiB: type.MemoryInfo?.SizeInMiB ?? 0,
    architectures: [...(type.ProcessorInfo?.SupportedArchitectures ?? [])].sort(),
    isCurrent: type.CurrentGeneration === true,
    network: type.NetworkInfo?.NetworkPerformance ?? '',
    instanceStoreGB: type.InstanceStorageInfo?.TotalSizeInGB ?? 0,
    zones: (zones.get(type.InstanceType) ?? []).sort(),
  }))
}
