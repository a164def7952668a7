import type { Instance, LaunchTemplate, LaunchTemplateVersion, Volume } from '@aws-sdk/client-ec2'
import {
  stackSummaries,
  type CountedKind,
  type LedgerSight,
  type StackSummary,
  type TaggedThing,
} from '../../../model/stacks/stack-summary.js'
import { parseAddress } from '../../../model/address.js'
import { tagKeys } from '../../../model/tags.js'
import { readOwnImages } from '../kinds/image/read-images.js'
import { ledgerSightOf } from '../kinds/launch-template/ledger-history.js'
import { ledgerRoles } from '../kinds/launch-template/ledger-place.js'
import { isNatAddress } from '../kinds/elastic-ip/observe-addresses.js'
import { partReaders } from '../kinds/network/read-parts.js'
import { lockRole, lockSightOf } from '../kinds/launch-template/lock-template.js'
import { readOwnSnapshots } from '../kinds/volume-snapshot/read-snapshots.js'
import { readInstances, rootVolumeId } from '../kinds/server/read-instances.js'
import { readPlacementGroups } from '../kinds/placement-group/read-placement-groups.js'
import { readSecurityGroups } from '../kinds/security-group/read-security-groups.js'
import { readVolumes } from '../kinds/volume/read-volumes.js'
import { tagsOf, type TaggedItem } from '../tags/tag-lists.js'
import type { Ec2Api } from '../wire/api.js'
import { filtersOf, readAll } from '../wire/pages.js'

/** Whatever carries a stack's tag. */
const ofAnyStack = [{ Name: 'tag-key', Values: [tagKeys.stack] }] as const
const livingStates = ['pending', 'running', 'stopping', 'stopped', 'shutting-down']

/** The stacks of the account and region, by name. */
export async function listStacks(api: Ec2Api): Promise<readonly StackSummary[]> {
  const [
    instances,
    volumes,
    snapshots,
    networks,
    groups,
    keyPairs,
    addresses,
    images,
    placementGroups,
    templates,
    versions,
  ] = await Promise.all([
    readInstances(api, [...ofAnyStack, { Name: 'instance-state-name', Values: livingStates }]),
    readVolumes(api, ofAnyStack),
    readOwnSnapshots(api, ofAnyStack),
    Promise.all(Object.values(partReaders).map((reader) => reader.list(api, ofAnyStack))),
    readSecurityGroups(api, ofAnyStack),
    api.call('DescribeKeyPairs', { Filters: filtersOf(ofAnyStack) }),
    api.call('DescribeAddresses', { Filters: filtersOf(ofAnyStack) }),
    readOwnImages(api, ofAnyStack),
    readPlacementGroups(api, ofAnyStack),
    readAll(
      api,
      'DescribeLaunchTemplates',
      { Filters: filtersOf(ofAnyStack) },
      ({ LaunchTemplates }) => LaunchTemplates,
    ),
    // Of all templates of the account: EC2 names no tags of versions.
    readAll(
      api,
      'DescribeLaunchTemplateVersions',
      { Versions: ['$Latest'] },
      ({ LaunchTemplateVersions }) => LaunchTemplateVersions,
    ),
  ])
  const volumesById = new Map(volumes.map((volume) => [volume.VolumeId, volume]))
  const things = [
    // A start changes the launch time of an instance, and nothing of its root disk.
    ...instances.map((instance) => {
      const root = volumesById.get(rootVolumeId(instance))
      return { ...thing('servers', instance, root?.CreateTime ?? instance.LaunchTime), ...stateOf(instance) }
    }),
    ...dataVolumes(volumes, instances).map((volume) => ({
      ...thing(isRetained(volume) ? 'keptVolumes' : 'volumes', volume, volume.CreateTime),
      sizeGiB: volume.Size ?? 0,
    })),
    // What an image was made of is counted with it.
    ...snapshots
      .filter(({ Tags }) => parseAddress(tagsOf(Tags)[tagKeys.address] ?? '')?.kind !== 'image')
      .map((snapshot) => thing('snapshots', snapshot, snapshot.StartTime)),
    ...networks.flat().map((part) => thing('networks', part, undefined)),
    ...groups.map((group) => thing('securityGroups', group, undefined)),
    ...(keyPairs.KeyPairs ?? []).map((keyPair) => thing('keyPairs', keyPair, keyPair.CreateTime)),
    ...images.map((image) =>
      thing('images', image, image.CreationDate === undefined ? undefined : new Date(image.CreationDate)),
    ),
    ...placementGroups.map((group) => thing('placementGroups', group, undefined)),
    ...(addresses.Addresses ?? []).map((address) =>
      thing(isNatAddress(address) ? 'networks' : 'elasticIps', address, undefined),
    ),
  ].map((found) => (found.tags[tagKeys.role] === 'temporary' ? { ...found, kind: 'temporaries' as const } : found))
  const latest = new Map(versions.map((version) => [version.LaunchTemplateId, version]))
  return stackSummaries(things, ...sightsOf(templates, latest), tagKeys.revision)
}

function thing(kind: CountedKind, item: TaggedItem, createdAt: Date | undefined): TaggedThing {
  const tags = tagsOf(item.Tags)
  return { stack: tags[tagKeys.stack] ?? '', kind, createdAt: createdAt?.toISOString(), tags }
}

function isRetained({ Tags }: Volume): boolean {
  return tagsOf(Tags)[tagKeys.retained] !== undefined
}

function stateOf({ State }: Instance): { readonly isRunning: boolean } {
  return { isRunning: State?.Name === 'running' || State?.Name === 'pending' }
}

/** A root disk is its server's. */
function dataVolumes(volumes: readonly Volume[], instances: readonly Instance[]): readonly Volume[] {
  const roots = new Set(instances.map(rootVolumeId))
  return volumes.filter(({ VolumeId, Tags }) => tagsOf(Tags)[tagKeys.role] !== 'root' && !roots.has(VolumeId ?? ''))
}

/** What stands in the newest versions of ledgers and locks. */
function sightsOf(
  templates: readonly LaunchTemplate[],
  latest: ReadonlyMap<string | undefined, LaunchTemplateVersion>,
): [readonly LedgerSight[], Parameters<typeof stackSummaries>[2]] {
  const roles: readonly (string | undefined)[] = Object.values(ledgerRoles)
  const ledgers: LedgerSight[] = []
  const locks: Parameters<typeof stackSummaries>[2][number][] = []
  for (const { LaunchTemplateId: id, Tags } of templates) {
    const { [tagKeys.stack]: stack = '', [tagKeys.role]: role } = tagsOf(Tags)
    const version = latest.get(id)
    if (role === lockRole) {
      const sight = version && lockSightOf(version)
      if (sight) locks.push({ stack, sight })
    } else if (roles.includes(role)) ledgers.push({ stack, ...ledgerSightOf(version) })
  }
  return [ledgers, locks]
}
