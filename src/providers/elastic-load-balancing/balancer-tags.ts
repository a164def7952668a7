import type { Effect } from '../../executor/ports.js'
import type { Tags } from '../../model/tags.js'
import { tagListOf } from '../ec2/tags/tag-lists.js'
import type { BalancingApi } from './read-balancers.js'

/** Whether an id is an ARN of Elastic Load Balancing, whose tags EC2 does not keep. */
export function isBalancing(id: string): boolean {
  return /^arn:[a-z-]+:elasticloadbalancing:/.test(id)
}

/** A balancer, and with it the target groups that it leads to. */
export async function tagBalancer(balancing: BalancingApi, id: string, tags: Tags): Promise<Effect> {
  await balancing.call('AddTags', { ResourceArns: await withGroups(balancing, id), Tags: tagListOf(tags) })
  return 'done'
}

export async function untagBalancer(balancing: BalancingApi, id: string, keys: readonly string[]): Promise<Effect> {
  await balancing.call('RemoveTags', { ResourceArns: await withGroups(balancing, id), TagKeys: [...keys] })
  return 'done'
}

async function withGroups(balancing: BalancingApi, id: string): Promise<string[]> {
  if (!id.includes(':loadbalancer/')) return [id]
  const { TargetGroups = [] } = await balancing.call('DescribeTargetGroups', { LoadBalancerArn: id })
  return [id, ...TargetGroups.flatMap(({ TargetGroupArn }) => TargetGroupArn ?? [])]
}
