import type {
  Instance,
  InstanceMarketOptionsRequest,
  InstanceMetadataOptionsRequest,
  InstanceNetworkInterface,
  Placement as Ec2Placement,
} from '@aws-sdk/client-ec2'
import type {
  LiveServerOptions,
  MetadataOptions,
  Placement,
  ServerOptions,
} from '../../../../model/launch/server-options.js'
import { priceText, type SpotOptions } from '../../../../model/launch/spot.js'
import type { InputOf } from '../../wire/actions.js'
import { secondaryAddresses } from '../interface/set-interface.js'
import { textOf } from '../../wire/text-of.js'

/** What a launch asks for. */
export function launchOptions(options: ServerOptions = {}): Partial<InputOf<'RunInstances'>> {
  const { iamInstanceProfile, monitoring, cpu, metadata, stopProtection, shutdownBehavior, spot, privateIp } = options
  return {
    // Without it an image may allow IMDSv1, which hands the instance's credentials to any server-side request forgery.
    MetadataOptions: { HttpTokens: 'required', ...(metadata && metadataInput(metadata)) },
    ...(iamInstanceProfile !== undefined && { IamInstanceProfile: profileInput(iamInstanceProfile) }),
    ...(monitoring !== undefined && { Monitoring: { Enabled: monitoring } }),
    ...(cpu && { CpuOptions: { CoreCount: cpu.cores, ThreadsPerCore: cpu.threadsPerCore } }),
    // EC2 knows no such protection of spot instances.
    ...(stopProtection !== undefined && !spot && { DisableApiStop: stopProtection }),
    ...(shutdownBehavior !== undefined && { InstanceInitiatedShutdownBehavior: shutdownBehavior }),
    ...(spot && { InstanceMarketOptions: marketOptions(spot) }),
    ...(privateIp !== undefined && { PrivateIpAddress: privateIp }),
  }
}

/** EC2 API, SpotMarketOptions: only a persistent request can stop its instances, and such a one does nothing else. */
function marketOptions({ maxPrice, interruption }: SpotOptions): InstanceMarketOptionsRequest {
  return {
    MarketType: 'spot',
    SpotOptions: {
      SpotInstanceType: interruption === 'stop' ? 'persistent' : 'one-time',
      InstanceInterruptionBehavior: interruption,
      ...(maxPrice !== undefined && { MaxPrice: priceText(maxPrice) }),
    },
  }
}

/** A profile as EC2 takes it, by its name or its ARN. */
export function profileInput(profile: string): { readonly Arn: string } | { readonly Name: string } {
  return profile.startsWith('arn:') ? { Arn: profile } : { Name: profile }
}

/** What is said of it alone. */
export function metadataInput({
  tokens,
  hopLimit,
  endpoint,
  instanceTags,
}: MetadataOptions): InstanceMetadataOptionsRequest {
  return {
    ...(tokens !== undefined && { HttpTokens: tokens }),
    ...(hopLimit !== undefined && { HttpPutResponseHopLimit: hopLimit }),
    ...(endpoint !== undefined && { HttpEndpoint: endpoint }),
    ...(instanceTags !== undefined && { InstanceMetadataTags: instanceTags }),
  }
}

/** What DescribeInstances tells of an instance's options; the rest EC2 tells one by one (`ReadAttributes`). */
export function observedOptions(instance: Instance, attributes: ReadAttributes = {}): LiveServerOptions {
  const { IamInstanceProfile, Monitoring, CpuOptions } = instance
  const arn = textOf(IamInstanceProfile?.Arn)
  const { CoreCount: cores, ThreadsPerCore: threadsPerCore } = CpuOptions ?? {}
  return {
    ...(arn !== undefined && { iamInstanceProfile: arn }),
    ...((Monitoring?.State === 'enabled' || Monitoring?.State === 'pending') && { monitoring: true }),
    ...(cores !== undefined && threadsPerCore !== undefined && { cpu: { cores, threadsPerCore } }),
    ...metadataOf(instance),
    ...placementIn(instance),
    ...addressesIn(instance),
    ...attributes,
  }
}

/** The interface that an instance was launched with; undefined while nothing is shown of it. */
export function firstInterface({ NetworkInterfaces = [] }: Instance): InstanceNetworkInterface | undefined {
  return NetworkInterfaces.find(({ Attachment }) => (Attachment?.DeviceIndex ?? 0) === 0)
}

function addressesIn(
  instance: Instance,
): Pick<LiveServerOptions, 'privateIp' | 'secondaryPrivateIps' | 'sourceDestCheck'> {
  const privateIp = textOf(instance.PrivateIpAddress)
  const first = firstInterface(instance)
  const others = first ? secondaryAddresses(first) : []
  return {
    ...(privateIp !== undefined && { privateIp }),
    ...(others.length > 0 && { secondaryPrivateIps: others }),
    ...((first?.SourceDestCheck ?? instance.SourceDestCheck) === false && { sourceDestCheck: false }),
  }
}

/** What a launch asks for beside the zone. */
export function placementInput({ group, partition, tenancy, hostId }: Placement): Ec2Placement {
  return {
    ...(group !== undefined && { GroupId: group }),
    ...(partition !== undefined && { PartitionNumber: partition }),
    ...(tenancy !== undefined && { Tenancy: tenancy }),
    ...(hostId !== undefined && { HostId: hostId }),
  }
}

function placementIn({ Placement }: Instance): Pick<LiveServerOptions, 'placement'> {
  const { GroupName, PartitionNumber, Tenancy, HostId } = Placement ?? {}
  const group = textOf(GroupName)
  const hostId = textOf(HostId)
  const placement = {
    ...(group !== undefined && { group }),
    ...(PartitionNumber !== undefined && PartitionNumber > 0 && { partition: PartitionNumber }),
    ...(Tenancy !== undefined && Tenancy !== 'default' && { tenancy: Tenancy }),
    ...(hostId !== undefined && { hostId }),
  }
  return Object.keys(placement).length === 0 ? {} : { placement }
}

/** What DescribeInstanceAttribute tells. */
export type ReadAttributes = Pick<LiveServerOptions, 'stopProtection' | 'shutdownBehavior'>

function metadataOf({ MetadataOptions }: Instance): Pick<LiveServerOptions, 'metadata'> {
  if (!MetadataOptions) return {}
  const { HttpTokens, HttpPutResponseHopLimit, HttpEndpoint, InstanceMetadataTags } = MetadataOptions
  return {
    metadata: {
      ...(HttpTokens && { tokens: HttpTokens }),
      ...(HttpPutResponseHopLimit !== undefined && { hopLimit: HttpPutResponseHopLimit }),
      ...(HttpEndpoint && { endpoint: HttpEndpoint }),
      ...(InstanceMetadataTags && { instanceTags: InstanceMetadataTags }),
    },
  }
}
