import type { StackSpec } from '../../../model/stack-spec.js'
import type { ScalingAction } from '../../auto-scaling/scaling-service.js'
import { needs } from './needs.js'
import type { PolicyStatement, Scope } from './policy-statement.js'
import { actionsOf, looking, stackConditions, type ServicePart } from './service-statements.js'

/**
 * What must be allowed for each action of Auto Scaling: `look`, `make` (it carries the stack's tags), `tag`, or `change` of
 * what carries the stack’s tag. Source: Service Authorization Reference, "Actions defined by Amazon EC2 Auto Scaling".
 */
const scalingPermissions = {
  AttachLoadBalancerTargetGroups: 'change',
  CancelInstanceRefresh: 'change',
  CreateAutoScalingGroup: 'make',
  CreateOrUpdateTags: 'tag',
  DeleteAutoScalingGroup: 'change',
  DeleteTags: 'change',
  DescribeAutoScalingGroups: 'look',
  DescribeInstanceRefreshes: 'look',
  DescribeScalingActivities: 'look',
  DetachLoadBalancerTargetGroups: 'change',
  ResumeProcesses: 'change',
  StartInstanceRefresh: 'change',
  UpdateAutoScalingGroup: 'change',
} as const satisfies Readonly<Record<ScalingAction, ServicePart>>

/** Nothing where the stack has no scaling group. The launches themselves are the caller's too: EC2 asks him when a template is named. */
export function scalingStatements(spec: StackSpec, scope: Scope, readOnly: boolean): readonly PolicyStatement[] {
  if (!needs.scalingGroups.isIn(spec)) return []
  const { partition, region = '*', account = '*' } = scope
  const groups = [`arn:${partition}:autoscaling:${region}:${account}:autoScalingGroup:*:autoScalingGroupName/*`]
  const { asked, owned } = stackConditions(spec)
  const named = (part: ServicePart) => actionsOf('autoscaling', scalingPermissions, part)
  const look = looking('LookAtScalingGroups', named('look'), scope)
  if (readOnly) return [look]
  return [
    look,
    {
      Sid: 'MakeScalingGroups',
      Effect: 'Allow',
      Action: named('make'),
      Resource: groups,
      Condition: { StringEquals: asked },
    },
    {
      Sid: 'ChangeOnlyItsScalingGroups',
      Effect: 'Allow',
      Action: [...named('change'), ...named('tag')].toSorted(),
      Resource: groups,
      Condition: { StringEquals: owned, StringEqualsIfExists: asked },
    },
    {
      // The first group of an account makes the role by which Auto Scaling launches (User Guide, "Service-linked roles").
      Sid: 'LetAutoScalingLaunch',
      Effect: 'Allow',
      Action: ['iam:CreateServiceLinkedRole'],
      Resource: [
        `arn:${partition}:iam::${account}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling*`,
      ],
      Condition: { StringEquals: { 'iam:AWSServiceName': 'autoscaling.amazonaws.com' } },
    },
  ]
}
