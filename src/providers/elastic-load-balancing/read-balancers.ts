import type {
  Listener,
  LoadBalancer,
  TargetGroup,
  TargetHealthDescription,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import { tagsOf, type TaggedItem } from '../ec2/tags/tag-lists.js'
import type { Services } from '../ec2/wire/services.js'
import { chunksOf } from '../ec2/wire/pages.js'

export type BalancingApi = Services['balancing']

/** DescribeTags takes so many (ELB API). */
const taggedMax = 20
const pageSize = 400

/** All balancers of the account and region that the test takes, by their names; there is no filter by tags. */
export async function readBalancers(
  balancing: BalancingApi,
  isMeant: (name: string) => boolean,
): Promise<readonly LoadBalancer[]> {
  const found: LoadBalancer[] = []
  for (let marker: string | undefined; ;) {
    const { LoadBalancers = [], NextMarker } = await balancing.call('DescribeLoadBalancers', {
      PageSize: pageSize,
      ...(marker !== undefined && { Marker: marker }),
    })
    found.push(...LoadBalancers.filter(({ LoadBalancerName = '' }) => isMeant(LoadBalancerName)))
    if (!NextMarker) return found
    marker = NextMarker
  }
}

/** The same of target groups. */
export async function readTargetGroups(
  balancing: BalancingApi,
  isMeant: (name: string) => boolean,
): Promise<readonly TargetGroup[]> {
  const found: TargetGroup[] = []
  for (let marker: string | undefined; ;) {
    const { TargetGroups = [], NextMarker } = await balancing.call('DescribeTargetGroups', {
      PageSize: pageSize,
      ...(marker !== undefined && { Marker: marker }),
    })
    found.push(...TargetGroups.filter(({ TargetGroupName = '' }) => isMeant(TargetGroupName)))
    if (!NextMarker) return found
    marker = NextMarker
  }
}

/** The tags of each of these, by ARN; twenty a call. */
export async function readTagsOf(
  balancing: BalancingApi,
  arns: readonly string[],
): Promise<ReadonlyMap<string, TaggedItem['Tags']>> {
  const answers = await Promise.all(
    chunksOf(arns, taggedMax).map((ResourceArns) =>
      balancing.call('DescribeTags', { ResourceArns: [...ResourceArns] }),
    ),
  )
  return new Map(
    answers.flatMap(({ TagDescriptions = [] }) =>
      TagDescriptions.map(({ ResourceArn = '', Tags = [] }) => [ResourceArn, Tags] as const),
    ),
  )
}

/** One by its ARN, with its tags, whichever of the two it is. */
export async function readTagged(balancing: BalancingApi, arn: string): Promise<TaggedItem | undefined> {
  const tags = await readTagsOf(balancing, [arn])
  const found = tags.get(arn)
  return found && { Tags: found }
}

export async function readListeners(balancing: BalancingApi, arn: string): Promise<readonly Listener[]> {
  const { Listeners = [] } = await balancing.call('DescribeListeners', { LoadBalancerArn: arn, PageSize: pageSize })
  return Listeners
}

export async function readHealth(balancing: BalancingApi, arn: string): Promise<readonly TargetHealthDescription[]> {
  const { TargetHealthDescriptions = [] } = await balancing.call('DescribeTargetHealth', { TargetGroupArn: arn })
  return TargetHealthDescriptions
}

/** Attributes as a record, of whichever of the two. */
export async function readAttributes(balancing: BalancingApi, arn: string): Promise<Readonly<Record<string, string>>> {
  const { Attributes = [] } = arn.includes(':targetgroup/')
    ? await balancing.call('DescribeTargetGroupAttributes', { TargetGroupArn: arn })
    : await balancing.call('DescribeLoadBalancerAttributes', { LoadBalancerArn: arn })
  return tagsOf(Attributes)
}
