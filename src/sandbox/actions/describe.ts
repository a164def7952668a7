import { checkId, notFound, type ResourceKind } from '../model/ids.js'
import type { Tags } from '../model/tags.js'
import { digestOf } from '../../core/digest.js'
import { compileFilters, isPattern, type FilterTable } from '../wire/filter.js'
import { paginate, type Page, type PageRequest, type PageRule } from '../wire/pagination.js'
import type { Filter } from '../wire/shape.js'
import type { World } from '../world/world.js'
import { isVisible } from '../world/visibility.js'

interface Describable {
  readonly id: string
  readonly sequence: number
}

/** Where a Describe action finds its records. */
export interface Source<T> {
  readonly get: (id: string) => T | undefined
  readonly values: () => readonly T[]
}

export interface DescribeRequest extends PageRequest {
  readonly Filter?: readonly Filter[] | undefined
}

/**
 * The common way of all Describe actions: by ids (one missing fails the call) or all, filtered, cut into a page, in the
 * order of creation. A filter by an exact tag goes through the index of tags.
 */
export function describeRecords<T extends Describable>(
  world: World,
  options: {
    readonly action: string
    readonly kind: ResourceKind
    readonly source: Source<T>
    readonly ids: readonly string[] | undefined
    readonly request: DescribeRequest
    readonly filters: FilterTable<T>
    /** Absent: the action does not page. */
    readonly page?: PageRule
    /** Records that are left out unless asked for by id. */
    readonly hidden?: (record: T) => boolean
    readonly tagsOf?: (record: T) => Tags
  },
): Page<T> {
  const { action, ids, request, source } = options
  const tagsOf = options.tagsOf ?? ((record: T) => world.tags.get(record.id))
  const matches = compileFilters(request.Filter, options.filters, tagsOf)
  const withIds = ids !== undefined && ids.length > 0
  const candidates = withIds ? byIds(world, options.kind, source, ids) : byTagIndex(world, source, request.Filter)
  const purpose = request.Filter && request.Filter.length > 0 ? 'filter' : 'describe'
  const selected = candidates.filter(
    (record) => matches(record) && (withIds || (!options.hidden?.(record) && isVisible(world, record.id, purpose))),
  )
  if (!options.page) return { items: selected, nextToken: '' }
  const fingerprint =
    request.NextToken || request.MaxResults ? digestOf([action, world.region.name, request.Filter ?? []]) : ''
  return paginate(selected, request, options.page, {
    fingerprint,
    withIds,
    empty: request.MaxResults !== undefined && world.cloud.faults.happens('emptyPages', action),
  })
}

function byIds<T extends Describable>(
  world: World,
  kind: ResourceKind,
  source: Source<T>,
  ids: readonly string[],
): T[] {
  const found = new Map<string, T>()
  const missing: string[] = []
  for (const id of ids) {
    checkId(kind, id)
    const record = source.get(id)
    if (record && isVisible(world, id, 'describe')) found.set(id, record)
    else missing.push(id)
  }
  if (missing.length > 0) throw notFound(kind, missing)
  return [...found.values()].sort((left, right) => left.sequence - right.sequence)
}

function byTagIndex<T extends Describable>(
  world: World,
  source: Source<T>,
  filters: readonly Filter[] | undefined,
): readonly T[] {
  const exact = filters?.find(
    (filter) => filter.Name?.startsWith('tag:') && filter.Value?.length === 1 && !filter.Value.some(isPattern),
  )
  if (!exact) return source.values()
  const ids = world.tags.idsWith(exact.Name?.slice('tag:'.length) ?? '', exact.Value?.[0] ?? '')
  const found: T[] = []
  for (const id of ids) {
    const record = source.get(id)
    if (record) found.push(record)
  }
  return found.sort((left, right) => left.sequence - right.sequence)
}

/** The page rules of the EC2 API reference, by the answer's list. */
export const pageRules = {
  instances: { set: 'instancesSet', minimum: 5, maximum: 1000, aboveMaximum: 'cut' },
  instanceStatus: { set: 'instancesSet', minimum: 5, maximum: 1000, aboveMaximum: 'cut' },
  volumes: { set: 'volumesSet', minimum: 5, maximum: 1000, aboveMaximum: 'cut' },
  volumeStatus: { set: 'volumesSet', minimum: 5, maximum: 1000, aboveMaximum: 'cut' },
  volumeModifications: { set: 'volumesSet', minimum: 1, maximum: 500, aboveMaximum: 'error' },
  snapshots: { set: 'snapshotSet', minimum: 5, maximum: 1000, aboveMaximum: 'cut' },
  images: { set: 'imagesSet', minimum: 1, maximum: 1000, aboveMaximum: 'error' },
  securityGroups: { set: 'securityGroupsSet', minimum: 5, maximum: 1000, aboveMaximum: 'error' },
  securityGroupRules: { set: 'securityGroupRuleIds', minimum: 5, maximum: 1000, aboveMaximum: 'error' },
  vpcs: { set: 'vpcSet', minimum: 5, maximum: 1000, aboveMaximum: 'error' },
  internetGateways: { set: 'internetGatewaySet', minimum: 5, maximum: 1000, aboveMaximum: 'error' },
  routeTables: { set: 'routeTableSet', minimum: 5, maximum: 100, aboveMaximum: 'error' },
  subnets: { set: 'subnetSet', minimum: 5, maximum: 1000, aboveMaximum: 'error' },
  networkInterfaces: { set: 'networkInterfaceSet', minimum: 5, maximum: 1000, aboveMaximum: 'error' },
  natGateways: { set: 'natGatewaySet', minimum: 5, maximum: 1000, aboveMaximum: 'error' },
  vpcEndpoints: { set: 'vpcEndpointSet', minimum: 5, maximum: 1000, aboveMaximum: 'error' },
  networkAcls: { set: 'networkAclSet', minimum: 5, maximum: 1000, aboveMaximum: 'error' },
  spotRequests: { set: 'spotInstanceRequestSet', minimum: 5, maximum: 1000, aboveMaximum: 'error' },
  profileAssociations: { set: 'associationIds', minimum: 5, maximum: 1000, aboveMaximum: 'error' },
  tags: { set: 'tagSet', minimum: 5, maximum: 1000, aboveMaximum: 'error' },
  instanceTypes: { set: 'instanceTypes', minimum: 5, maximum: 100, aboveMaximum: 'error' },
  instanceTypeOfferings: { set: 'instanceTypes', minimum: 5, maximum: 1000, aboveMaximum: 'error' },
  launchTemplates: { set: 'launchTemplateIds', minimum: 1, maximum: 200, aboveMaximum: 'error' },
  launchTemplateVersions: { set: 'versions', minimum: 1, maximum: 200, aboveMaximum: 'error' },
} as const satisfies Record<string, PageRule>
