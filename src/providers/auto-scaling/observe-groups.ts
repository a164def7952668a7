import type { AutoScalingGroup, InstanceRefresh } from '@aws-sdk/client-auto-scaling'
import type { LaunchTemplate, ResponseLaunchTemplateData } from '@aws-sdk/client-ec2'
import type { CloudFacts, CloudQuery } from '../../executor/ports.js'
import { parseAddress, type Address } from '../../model/address.js'
import type { LiveGroup, LiveScalingGroup, LiveTemplate } from '../../model/kinds/scaling-group.js'
import type { MetadataOptions } from '../../model/launch/server-options.js'
import { isOfClass } from '../ec2/errors/provider-errors.js'
import type { Pending } from '../ec2/kinds/kind.js'
import { sortedByAddress } from '../ec2/tags/address-lists.js'
import type { Census } from '../ec2/tags/census.js'
import { tagsOf, type TaggedItem } from '../ec2/tags/tag-lists.js'
import type { Ec2Api } from '../ec2/wire/api.js'
import { textOf } from '../ec2/wire/text-of.js'
import { isActive, lastRefresh, leadsForward, readGroupsOf, readTemplatesOf } from './read-groups.js'

/** What Auto Scaling and EC2 say of a stack's groups and their templates, in their own words. */
interface Described {
  readonly groups: readonly {
    readonly group: AutoScalingGroup
    /** Of the version that it names. */
    readonly data: ResponseLaunchTemplateData | undefined
    readonly refreshingTo: LiveGroup['refreshingTo']
  }[]
  readonly templates: readonly LaunchTemplate[]
}

/** What tells whether the stack has had any. */
interface Ledgers {
  readonly launchTemplate: Pick<CloudFacts, 'ledger'>
}

/** Undefined where neither the file nor the ledger names one; then nothing is asked, and the client is not even loaded. */
export async function describeGroups(
  api: Ec2Api,
  { stack, scalingGroups, quietMs }: CloudQuery,
  { launchTemplate }: Pending<Ledgers>,
): Promise<Described | undefined> {
  const isAsked = scalingGroups === true || quietMs !== undefined || mayHaveAny((await launchTemplate).ledger)
  if (!isAsked) return undefined
  const [groups, templates] = await Promise.all([readGroupsOf(api.scaling, stack), readTemplatesOf(api, stack)])
  return {
    templates,
    groups: await Promise.all(
      groups.map(async (group) => {
        const isMoving = mayBeRefreshed(group, groups, templates)
        const [data, refresh] = await Promise.all([
          dataOf(api, group),
          isMoving ? lastRefresh(api.scaling, group.AutoScalingGroupName ?? '') : undefined,
        ])
        return { group, data, refreshingTo: goalOf(refresh) }
      }),
    ),
  }
}

/** Whether a refresh may go on: members are of another template than the group's, or there is one that no group launches from. */
function mayBeRefreshed(
  { Instances = [], LaunchTemplate: own }: AutoScalingGroup,
  groups: readonly AutoScalingGroup[],
  templates: readonly LaunchTemplate[],
): boolean {
  const used = new Set(groups.map(({ LaunchTemplate }) => LaunchTemplate?.LaunchTemplateId))
  return (
    templates.some(({ LaunchTemplateId }) => !used.has(LaunchTemplateId)) ||
    Instances.some(
      ({ LaunchTemplate: its }) => its?.LaunchTemplateId !== own?.LaunchTemplateId || its?.Version !== own?.Version,
    )
  )
}

function goalOf(refresh: InstanceRefresh | undefined): LiveGroup['refreshingTo'] {
  const { LaunchTemplateId, Version } = refresh?.DesiredConfiguration?.LaunchTemplate ?? {}
  const goes = refresh !== undefined && isActive(refresh) && leadsForward(refresh)
  return goes && LaunchTemplateId !== undefined ? { id: LaunchTemplateId, version: Version ?? '' } : undefined
}

function mayHaveAny(ledger: CloudFacts['ledger']): boolean {
  return ledger?.addresses.some((address) => parseAddress(address)?.kind === 'scalingGroup') ?? false
}

async function dataOf(
  api: Ec2Api,
  { LaunchTemplate }: AutoScalingGroup,
): Promise<ResponseLaunchTemplateData | undefined> {
  const { LaunchTemplateId, Version = '$Default' } = LaunchTemplate ?? {}
  if (LaunchTemplateId === undefined) return undefined
  try {
    const input = { LaunchTemplateId, Versions: [Version] }
    const { LaunchTemplateVersions = [] } = await api.call('DescribeLaunchTemplateVersions', input)
    return LaunchTemplateVersions[0]?.LaunchTemplateData
  } catch (error) {
    // Somebody took away what it launches from: that is drift, and no failure of the observation.
    if (isOfClass(error, 'absent', 'bad-request')) return undefined
    throw error
  }
}

export function groupFacts(
  { scalingGroup: described }: { readonly scalingGroup: Described | undefined },
  census: Census,
): Pick<CloudFacts, 'scalingGroups'> {
  return described ? { scalingGroups: liveGroups(described, census) } : {}
}

function liveGroups({ groups, templates }: Described, census: Census): readonly LiveScalingGroup[] {
  const byAddress = new Map<Address, { groups: LiveScalingGroup[]; templates: LaunchTemplate[] }>()
  const at = (id: string | undefined, item: TaggedItem) => {
    const address = census.addressOf('scalingGroup', id, item)
    if (address === undefined) return undefined
    const known = byAddress.get(address) ?? { groups: [], templates: [] }
    byAddress.set(address, known)
    return { address, known }
  }
  const tagsById = new Map(templates.map(({ LaunchTemplateId = '', Tags }) => [LaunchTemplateId, tagsOf(Tags)]))
  const users = new Map(groups.map(({ group }) => [group.LaunchTemplate?.LaunchTemplateId, group]))
  for (const template of templates) {
    // Whose a template is says the group that launches from it, whatever that was called before.
    const user = users.get(template.LaunchTemplateId) ?? template
    at(template.LaunchTemplateId, user)?.known.templates.push(template)
  }
  for (const { group, data, refreshingTo } of groups) {
    const found = at(group.AutoScalingGroupARN, group)
    if (!found) continue
    const { address, known } = found
    const live = liveGroup(group, data, tagsById.get(group.LaunchTemplate?.LaunchTemplateId ?? '') ?? {})
    const tags = tagsOf(group.Tags)
    const whole = { ...live, ...(refreshingTo && { refreshingTo }) }
    known.groups.push({ address, id: group.AutoScalingGroupARN ?? '', tags, group: whole, templateIds: [] })
  }
  const live = [...byAddress].flatMap(([address, parts]): readonly LiveScalingGroup[] => {
    const templateIds = parts.templates.map(({ LaunchTemplateId = '' }) => LaunchTemplateId).sort()
    if (parts.groups.length > 0) return parts.groups.map((group) => ({ ...group, templateIds }))
    const [first] = parts.templates
    return [{ address, id: first?.LaunchTemplateId ?? '', tags: tagsOf(first?.Tags), group: undefined, templateIds }]
  })
  return sortedByAddress(live)
}

function liveGroup(
  group: AutoScalingGroup,
  data: ResponseLaunchTemplateData | undefined,
  templateTags: LiveTemplate['tags'],
): LiveGroup {
  return {
    name: group.AutoScalingGroupName ?? '',
    min: group.MinSize ?? 0,
    max: group.MaxSize ?? 0,
    desired: group.DesiredCapacity ?? 0,
    zones: [...(group.AvailabilityZones ?? [])].sort(),
    subnetIds: (group.VPCZoneIdentifier ?? '')
      .split(',')
      .filter((id) => id !== '')
      .sort(),
    health: {
      check: group.HealthCheckType?.split(',').includes('ELB') ? 'load-balancer' : 'ec2',
      graceSeconds: group.HealthCheckGracePeriod ?? 0,
    },
    targetGroupIds: [...(group.TargetGroupARNs ?? [])].sort(),
    protect: (group.DeletionProtection ?? 'none') !== 'none',
    suspended: (group.SuspendedProcesses ?? []).flatMap(({ ProcessName }) => ProcessName ?? []).sort(),
    template: data && liveTemplate(group, data, templateTags),
    ...(group.Status !== undefined && { isEnding: true }),
    members: (group.Instances ?? [])
      .map((instance) => ({
        instanceId: instance.InstanceId ?? '',
        zone: instance.AvailabilityZone ?? '',
        state: instance.LifecycleState ?? '',
        isHealthy: instance.HealthStatus === 'Healthy',
        templateId: instance.LaunchTemplate?.LaunchTemplateId,
        version: instance.LaunchTemplate?.Version,
      }))
      .sort((left, right) => (left.instanceId < right.instanceId ? -1 : 1)),
  }
}

function liveTemplate(
  { LaunchTemplate: { LaunchTemplateId = '', Version = '$Default' } = {} }: AutoScalingGroup,
  data: ResponseLaunchTemplateData,
  tags: LiveTemplate['tags'],
): LiveTemplate {
  const root = data.BlockDeviceMappings?.[0]?.Ebs
  return {
    id: LaunchTemplateId,
    version: Version,
    imageId: data.ImageId ?? '',
    type: data.InstanceType ?? '',
    keyName: textOf(data.KeyName),
    securityGroupIds: [...(data.SecurityGroupIds ?? [])].sort(),
    rootVolume: { sizeGiB: root?.VolumeSize, type: root?.VolumeType },
    iamInstanceProfile: textOf(data.IamInstanceProfile?.Arn) ?? textOf(data.IamInstanceProfile?.Name),
    monitoring: data.Monitoring?.Enabled ?? false,
    metadata: metadataOf(data),
    tags,
  }
}

function metadataOf({ MetadataOptions: said }: ResponseLaunchTemplateData): MetadataOptions {
  const { HttpTokens, HttpPutResponseHopLimit, HttpEndpoint, InstanceMetadataTags } = said ?? {}
  return {
    ...(HttpTokens && { tokens: HttpTokens }),
    ...(HttpPutResponseHopLimit !== undefined && { hopLimit: HttpPutResponseHopLimit }),
    ...(HttpEndpoint && { endpoint: HttpEndpoint }),
    ...(InstanceMetadataTags && { instanceTags: InstanceMetadataTags }),
  }
}
