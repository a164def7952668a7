import {
  DescribeLoadBalancersCommand,
  DescribeListenersCommand,
  DescribeTagsCommand,
  DescribeTargetGroupsCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { EC2Client } from '@aws-sdk/client-ec2'

/** The SDK's own client of Elastic Load Balancing, for the endpoint and account of another. */
export function balancingBeside({ config }: EC2Client): ElasticLoadBalancingV2Client {
  const { region, credentials, endpoint } = config
  return new ElasticLoadBalancingV2Client({ region, credentials, ...(endpoint && { endpoint }) })
}

/** The load balancers and target groups of an account, with what belongs to each. */
export async function balancingIn(client: ElasticLoadBalancingV2Client) {
  const { LoadBalancers = [] } = await client.send(new DescribeLoadBalancersCommand({}))
  const { TargetGroups = [] } = await client.send(new DescribeTargetGroupsCommand({}))
  const arns = [
    ...LoadBalancers.map(({ LoadBalancerArn }) => LoadBalancerArn ?? ''),
    ...TargetGroups.map(({ TargetGroupArn }) => TargetGroupArn ?? ''),
  ]
  const { TagDescriptions = [] } =
    arns.length === 0 ? {} : await client.send(new DescribeTagsCommand({ ResourceArns: arns }))
  const tagsOf = (arn = '') => TagDescriptions.find(({ ResourceArn }) => ResourceArn === arn)?.Tags ?? []
  const balancers = await Promise.all(
    LoadBalancers.map(async (balancer) => {
      const { LoadBalancerArn } = balancer
      const { Listeners = [] } = await client.send(new DescribeListenersCommand({ LoadBalancerArn }))
      return { ...balancer, listeners: Listeners, tags: tagsOf(LoadBalancerArn) }
    }),
  )
  const groups = await Promise.all(
    TargetGroups.map(async (group) => {
      const { TargetGroupArn } = group
      const health = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
      return { ...group, targets: health.TargetHealthDescriptions ?? [], tags: tagsOf(TargetGroupArn) }
    }),
  )
  return { balancers, groups }
}
