import type * as Sdk from '@aws-sdk/client-auto-scaling'
import { ends, reads, removes, writes } from '../ec2/wire/action-facts.js'
import type { Service, ServiceActions } from '../ec2/wire/service.js'

/**
 * The calls about scaling groups. A second CreateAutoScalingGroup answers AlreadyExists, a second StartInstanceRefresh
 * InstanceRefreshInProgress: who calls looks what is there.
 */
const scalingActions = {
  DescribeAutoScalingGroups: reads,
  DescribeInstanceRefreshes: reads,
  DescribeScalingActivities: reads,
  AttachLoadBalancerTargetGroups: writes,
  CancelInstanceRefresh: writes,
  CreateAutoScalingGroup: writes,
  CreateOrUpdateTags: writes,
  DeleteAutoScalingGroup: removes,
  DeleteTags: writes,
  DetachLoadBalancerTargetGroups: ends,
  ResumeProcesses: writes,
  StartInstanceRefresh: ends,
  UpdateAutoScalingGroup: ends,
} as const satisfies ServiceActions

export type ScalingAction = keyof typeof scalingActions

/** Auto Scaling, by a client of its own: EC2's has none of these calls. */
export const scalingService: Service<typeof Sdk, typeof scalingActions> = {
  title: 'Auto Scaling',
  actions: scalingActions,
  load: () => import('@aws-sdk/client-auto-scaling'),
  connect: (sdk, configuration) => new sdk.AutoScalingClient(configuration),
}
