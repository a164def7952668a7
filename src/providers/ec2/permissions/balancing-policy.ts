import type { StackSpec } from '../../../model/stack-spec.js'
import type { BalancingAction } from '../../elastic-load-balancing/balancing-service.js'
import { needs } from './needs.js'
import type { PolicyStatement, Scope } from './policy-statement.js'
import { actionsOf, looking, stackConditions, type ServicePart } from './service-statements.js'

/**
 * What must be allowed for each action of Elastic Load Balancing: `look`, `make` (it carries the stack's tags), `tag`,
 * or `change` of what carries the stack’s tag. Source: Service Authorization Reference,
 * "Actions defined by Elastic Load Balancing V2".
 */
const balancingPermissions = {
  AddTags: 'tag',
  CreateListener: 'change',
  CreateLoadBalancer: 'make',
  CreateTargetGroup: 'make',
  DeleteListener: 'change',
  DeleteLoadBalancer: 'change',
  DeleteTargetGroup: 'change',
  DeregisterTargets: 'change',
  DescribeListeners: 'look',
  DescribeLoadBalancerAttributes: 'look',
  DescribeLoadBalancers: 'look',
  DescribeTags: 'look',
  DescribeTargetGroupAttributes: 'look',
  DescribeTargetGroups: 'look',
  DescribeTargetHealth: 'look',
  ModifyListener: 'change',
  ModifyLoadBalancerAttributes: 'change',
  ModifyTargetGroup: 'change',
  ModifyTargetGroupAttributes: 'change',
  RegisterTargets: 'change',
  RemoveTags: 'change',
  SetSecurityGroups: 'change',
  SetSubnets: 'change',
} as const satisfies Readonly<Record<BalancingAction, ServicePart>>

/** Nothing where the stack has no load balancer. */
export function balancingStatements(spec: StackSpec, scope: Scope, readOnly: boolean): readonly PolicyStatement[] {
  if (!needs.loadBalancers.isIn(spec)) return []
  const { partition, region = '*', account = '*' } = scope
  const arns = ['listener', 'loadbalancer', 'targetgroup'].map(
    (type) => `arn:${partition}:elasticloadbalancing:${region}:${account}:${type}/*`,
  )
  const named = (part: ServicePart) => actionsOf('elasticloadbalancing', balancingPermissions, part)
  const making = [...named('make').map((action) => action.replace(/^.*:/, '')), 'CreateListener']
  const { asked, owned } = stackConditions(spec)
  const look = looking('LookAtLoadBalancers', named('look'), scope)
  if (readOnly) return [look]
  return [
    look,
    {
      Sid: 'MakeLoadBalancers',
      Effect: 'Allow',
      Action: named('make'),
      Resource: arns,
      Condition: { StringEquals: asked },
    },
    {
      Sid: 'TagLoadBalancersThatAreMade',
      Effect: 'Allow',
      Action: named('tag'),
      Resource: arns,
      Condition: { StringEquals: { 'elasticloadbalancing:CreateAction': making, ...asked } },
    },
    {
      Sid: 'TagOnlyItsLoadBalancers',
      Effect: 'Allow',
      Action: named('tag'),
      Resource: arns,
      Condition: { StringEquals: owned, StringEqualsIfExists: asked },
    },
    {
      Sid: 'ChangeOnlyItsLoadBalancers',
      Effect: 'Allow',
      Action: named('change'),
      Resource: arns,
      Condition: { StringEquals: owned },
    },
  ]
}
