import type * as Sdk from '@aws-sdk/client-elastic-load-balancing-v2'
import { reads, removes, writes } from '../ec2/wire/action-facts.js'
import type { Service, ServiceActions } from '../ec2/wire/service.js'

/** The calls about load balancers. Creates are idempotent by name and settings, so each may be sent again. */
const balancingActions = {
  DescribeLoadBalancers: reads,
  DescribeLoadBalancerAttributes: reads,
  DescribeListeners: reads,
  DescribeTags: reads,
  DescribeTargetGroups: reads,
  DescribeTargetGroupAttributes: reads,
  DescribeTargetHealth: reads,
  AddTags: writes,
  CreateListener: writes,
  CreateLoadBalancer: writes,
  CreateTargetGroup: writes,
  DeleteListener: removes,
  DeleteLoadBalancer: removes,
  DeleteTargetGroup: removes,
  DeregisterTargets: { ...writes, isDestructive: true },
  ModifyListener: writes,
  ModifyLoadBalancerAttributes: writes,
  ModifyTargetGroup: writes,
  ModifyTargetGroupAttributes: writes,
  RegisterTargets: writes,
  RemoveTags: writes,
  SetSecurityGroups: writes,
  SetSubnets: writes,
} as const satisfies ServiceActions

export type BalancingAction = keyof typeof balancingActions

/** Elastic Load Balancing, by a client of its own: EC2's has none of these calls. */
export const balancingService: Service<typeof Sdk, typeof balancingActions> = {
  title: 'Elastic Load Balancing',
  actions: balancingActions,
  load: () => import('@aws-sdk/client-elastic-load-balancing-v2'),
  connect: (sdk, configuration) => new sdk.ElasticLoadBalancingV2Client(configuration),
}
