import type { Instance } from '@aws-sdk/client-ec2'
import type { Adoptable, AdoptionCloud, AdoptionRequest } from '../../../executor/ports.js'
import type { Address } from '../../../model/address.js'
import { liveKeyPair } from '../kinds/key-pair/observe-key-pairs.js'
import { liveSecurityGroup } from '../kinds/security-group/observe-security-groups.js'
import { readSecurityGroups } from '../kinds/security-group/read-security-groups.js'
import { liveServer } from '../kinds/server/observe-servers.js'
import { readInstances, rootVolumeId } from '../kinds/server/read-instances.js'
import { readVolumes } from '../kinds/volume/read-volumes.js'
import { volumeFacts } from '../kinds/volume/volume-facts.js'
import type { Ec2Api } from '../wire/api.js'
import type { FilterList } from '../wire/pages.js'

export function createAdoptionCalls(api: Ec2Api): AdoptionCloud {
  return { readAdoptable: (request) => readAdoptable(api, request) }
}

/** They have no address yet. */
const nowhere = '' as Address

async function readAdoptable(api: Ec2Api, { filters, ids }: AdoptionRequest): Promise<Adoptable> {
  const asked: FilterList = filters.map(({ name, values }) => ({ Name: name, Values: [...values] }))
  const withPrefix = (prefix: string) => ids.filter((id) => id.startsWith(`${prefix}-`))
  const instances = await found(asked, 'instance-id', withPrefix('i'), (list) => readInstances(api, list))
  const attached = instances.flatMap((instance) => {
    const all = (instance.BlockDeviceMappings ?? []).flatMap(({ Ebs }) => Ebs?.VolumeId ?? [])
    return all.filter((id) => id !== rootVolumeId(instance))
  })
  // A VPC is where instances are; volumes are in none.
  const ofVolumes = asked.some(({ Name }) => Name === 'vpc-id') ? [] : asked
  const [volumes, groups] = await Promise.all([
    found(ofVolumes, 'volume-id', [...withPrefix('vol'), ...attached], (list) => readVolumes(api, list)),
    found([], 'group-id', [...withPrefix('sg'), ...instances.flatMap(groupIdsOf)], (list) =>
      readSecurityGroups(api, list),
    ),
  ])
  const roots = new Set(instances.map(rootVolumeId))
  return {
    servers: instances.flatMap((instance) => {
      const server = liveServer(instance, nowhere, undefined)
      return server ? { ...server, unsaid: unsaidOf(instance) } : []
    }),
    volumes: volumes.flatMap((volume) => {
      // The root disk of an instance that was not asked for is no data volume either.
      const isRoot =
        roots.has(volume.VolumeId) || (volume.Attachments ?? []).some(({ Device }) => /xvda$|sda1?$/.test(Device ?? ''))
      return isRoot ? [] : (volumeFacts(volume) ?? [])
    }),
    securityGroups: groups.map((group) => liveSecurityGroup(group, nowhere)),
    keyPairs: await readKeyPairs(api, withPrefix('key'), new Set(instances.flatMap(({ KeyName }) => KeyName ?? []))),
  }
}

function groupIdsOf({ SecurityGroups = [] }: Instance): readonly string[] {
  return SecurityGroups.flatMap(({ GroupId }) => GroupId ?? [])
}

/** What fits the filters, and what has one of the ids; each once. */
async function found<Item extends object>(
  filters: FilterList,
  idFilter: string,
  ids: readonly string[],
  read: (filters: FilterList) => Promise<readonly Item[]>,
): Promise<readonly Item[]> {
  const distinct = [...new Set(ids)]
  const [fitting, named] = await Promise.all([
    filters.length > 0 ? read(filters) : [],
    distinct.length > 0 ? read([{ Name: idFilter, Values: distinct }]) : [],
  ])
  return [...new Map([...fitting, ...named].map((item) => [idOf(item), item])).values()]
}

function idOf(item: {
  readonly InstanceId?: unknown
  readonly VolumeId?: unknown
  readonly GroupId?: unknown
}): string {
  return String(item.InstanceId ?? item.VolumeId ?? item.GroupId)
}

async function readKeyPairs(
  api: Ec2Api,
  ids: readonly string[],
  names: ReadonlySet<string>,
): Promise<Adoptable['keyPairs']> {
  if (ids.length + names.size === 0) return []
  const { KeyPairs = [] } = await api.call('DescribeKeyPairs', { IncludePublicKey: true })
  return KeyPairs.filter(({ KeyName = '', KeyPairId = '' }) => names.has(KeyName) || ids.includes(KeyPairId)).map(
    (pair) => liveKeyPair(pair, nowhere),
  )
}

/** What is launched with an instance and no stack file says yet. */
function unsaidOf(instance: Instance): readonly string[] {
  const {
    IamInstanceProfile,
    NetworkInterfaces = [],
    InstanceLifecycle,
    EbsOptimized,
    Placement,
    HibernationOptions,
  } = instance
  return [
    ...(IamInstanceProfile?.Arn === undefined ? [] : [`the instance profile ${IamInstanceProfile.Arn}`]),
    ...(NetworkInterfaces.length > 1 ? [`${NetworkInterfaces.length} network interfaces`] : []),
    ...(InstanceLifecycle === undefined ? [] : [`the market ${InstanceLifecycle}`]),
    ...(Placement?.Tenancy === undefined || Placement.Tenancy === 'default'
      ? []
      : [`the tenancy ${Placement.Tenancy}`]),
    ...(Placement?.GroupName ? [`the placement group ${Placement.GroupName}`] : []),
    ...(HibernationOptions?.Configured === true ? ['hibernation'] : []),
    ...(EbsOptimized === true ? ['EBS optimization'] : []),
  ]
}
