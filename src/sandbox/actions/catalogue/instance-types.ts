import { interfaceLimits } from '../../model/networks/network-interface.js'
import { digestOf } from '../../../core/digest.js'
import { instanceTypes, isOffered, isOfferedLocally, type InstanceType } from '../../model/instance-types.js'
import { noTags } from '../../model/tags.js'
import { ApiError } from '../../wire/api-error.js'
import { compileFilters, type FilterTable } from '../../wire/filter.js'
import { paginate } from '../../wire/pagination.js'
import { filterList, list, oneOf, paging, string } from '../../wire/shape.js'
import type { XmlRecord } from '../../wire/xml.js'
import { defineAction } from '../action.js'
import { pageRules } from '../describe.js'

/** Filters of DescribeInstanceTypes that the table of types can answer. */
const typeFilters: FilterTable<InstanceType> = {
  'bare-metal': () => false,
  'burstable-performance-supported': ({ burstable }) => burstable,
  'current-generation': isCurrent,
  'free-tier-eligible': ({ freeTier }) => freeTier,
  hypervisor: ({ hypervisor }) => hypervisor,
  'instance-storage-supported': () => false,
  'instance-type': ({ name }) => name,
  'memory-info.size-in-mib': ({ memoryMiB }) => memoryMiB,
  'processor-info.supported-architecture': ({ architecture }) => architecture,
  'supported-root-device-type': () => 'ebs',
  'supported-virtualization-type': () => 'hvm',
  'vcpu-info.default-cores': ({ vcpus, threadsPerCore }) => vcpus / threadsPerCore,
  'vcpu-info.default-vcpus': ({ vcpus }) => vcpus,
}

function isCurrent({ name }: InstanceType): boolean {
  return !name.startsWith('m4.')
}

export const describeInstanceTypes = defineAction({
  name: 'DescribeInstanceTypes',
  effect: 'reads',
  members: { InstanceType: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const { InstanceType: names = [], Filter } = parameters
    const unknown = names.filter((name) => !instanceTypes.has(name))
    if (unknown.length > 0) {
      throw new ApiError(
        'InvalidInstanceType',
        `The following supplied instance types do not exist: [${unknown.join(', ')}]`,
      )
    }
    if (parameters.MaxResults !== undefined && (parameters.MaxResults < 5 || parameters.MaxResults > 100)) {
      throw new ApiError('InvalidMaxResults', 'The value for maxResults must be between 5 and 100.')
    }
    const matches = compileFilters(Filter, typeFilters, () => noTags)
    const all = [...instanceTypes.values()].map((type, index) => ({ ...type, sequence: index + 1 }))
    const shown = all.filter((type) => (names.length === 0 || names.includes(type.name)) && matches(type))
    const page = paginate(shown, parameters, pageRules.instanceTypes, {
      fingerprint: digestOf(['DescribeInstanceTypes', world.region.name, Filter ?? []]),
      withIds: names.length > 0,
      empty: false,
    })
    return { instanceTypeSet: page.items.map(renderType), nextToken: page.nextToken }
  },
})

function renderType(type: InstanceType): XmlRecord {
  const nitro = type.hypervisor === 'nitro'
  return {
    instanceType: type.name,
    currentGeneration: isCurrent(type),
    freeTierEligible: type.freeTier,
    supportedUsageClasses: ['on-demand', 'spot'],
    supportedRootDeviceTypes: ['ebs'],
    supportedVirtualizationTypes: ['hvm'],
    bareMetal: false,
    hypervisor: type.hypervisor,
    processorInfo: {
      supportedArchitectures: [type.architecture],
      sustainedClockSpeedInGhz: type.clockGHz,
      manufacturer: type.manufacturer,
    },
    vCpuInfo: {
      defaultVCpus: type.vcpus,
      defaultCores: type.vcpus / type.threadsPerCore,
      defaultThreadsPerCore: type.threadsPerCore,
    },
    memoryInfo: { sizeInMiB: type.memoryMiB },
    instanceStorageSupported: false,
    ebsInfo: {
      ebsOptimizedSupport: nitro ? 'default' : 'unsupported',
      encryptionSupport: 'supported',
      nvmeSupport: nitro ? 'required' : 'unsupported',
      maximumEbsAttachments: type.attachmentsMaximum,
      attachmentLimitType: 'shared',
    },
    networkInfo: {
      networkPerformance: type.network,
      maximumNetworkInterfaces: interfaceLimits(type.name).interfaces,
      ipv4AddressesPerInterface: interfaceLimits(type.name).addresses,
      ipv6Supported: true,
      enaSupport: nitro ? 'required' : 'unsupported',
    },
    placementGroupInfo: { supportedStrategies: ['partition', 'spread'] },
    hibernationSupported: false,
    burstablePerformanceSupported: type.burstable,
    dedicatedHostsSupported: !type.burstable,
    autoRecoverySupported: true,
    supportedBootModes: type.architecture === 'arm64' ? ['uefi'] : ['legacy-bios', 'uefi'],
  }
}

export const describeInstanceTypeOfferings = defineAction({
  name: 'DescribeInstanceTypeOfferings',
  effect: 'reads',
  members: {
    LocationType: oneOf('region', 'availability-zone', 'availability-zone-id'),
    Filter: filterList,
    ...paging,
  },
  run: (parameters, world) => {
    const locationType = parameters.LocationType ?? 'region'
    const { zones, name: region } = world.region
    const local = world.cloud.faults.current.localZones === true ? world.region.localZone : undefined
    const rows = [...instanceTypes.values()].flatMap((type) => {
      if (locationType === 'region') return [{ instanceType: type.name, location: region }]
      return [
        ...zones.filter((zone) => isOffered(type, zone.name)),
        ...(local && isOfferedLocally(type) ? [local] : []),
      ].map((zone) => ({
        instanceType: type.name,
        location: locationType === 'availability-zone' ? zone.name : zone.id,
      }))
    })
    const matches = compileFilters<(typeof rows)[number]>(
      parameters.Filter,
      { 'instance-type': ({ instanceType }) => instanceType, location: ({ location }) => location },
      () => noTags,
    )
    const shown = rows.filter(matches).map((row, index) => ({ ...row, sequence: index + 1 }))
    const page = paginate(shown, parameters, pageRules.instanceTypeOfferings, {
      fingerprint: digestOf(['DescribeInstanceTypeOfferings', region, locationType, parameters.Filter ?? []]),
      withIds: false,
      empty: false,
    })
    return {
      instanceTypeOfferingSet: page.items.map(({ instanceType, location }) => ({
        instanceType,
        locationType,
        location,
      })),
      nextToken: page.nextToken,
    }
  },
})
