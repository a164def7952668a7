import type { World } from '../world/world.js'
import type { Given } from './required-targets.js'

/** A resource of a service other than EC2 that an action is authorized against. */
export interface ServiceTarget {
  readonly arn: string
  /** Of one that exists. */
  readonly tags: Readonly<Record<string, string>>
  /** That the call gives it. */
  readonly requestTags: Readonly<Record<string, string>>
  /** Whether the call makes it: tags in it are asked for as AddTags then. */
  readonly isMade: boolean
}

/** What Create calls make, as their ARN says it (Service Authorization Reference, "Actions defined by Elastic Load Balancing V2"). */
const made: Readonly<Record<string, (given: Given) => string>> = {
  CreateLoadBalancer: ({ Type, Name }) => `loadbalancer/${Type === 'network' ? 'net' : 'app'}/${String(Name)}/*`,
  CreateTargetGroup: ({ Name }) => `targetgroup/${String(Name)}/*`,
}

/** Which parameters name resources. */
const naming = ['LoadBalancerArn', 'TargetGroupArn', 'ListenerArn', 'ResourceArns'] as const

/** The resources that a call is about; none: it names no resource, as Describe calls do not. */
export function loadBalancingTargets(action: string, given: Given, world: World): readonly ServiceTarget[] {
  if (action.startsWith('Describe')) return []
  const requestTags = tagsIn(given['Tags'])
  const make = made[action]
  if (make) {
    const arn = `arn:aws:elasticloadbalancing:${world.region.name}:${world.accountId}:${make(given)}`
    return [{ arn, tags: {}, requestTags, isMade: true }]
  }
  const arns = naming.flatMap((name) => [(given[name] ?? []) as string | readonly string[]].flat())
  return arns.map((arn) => ({ arn, tags: world.tags.get(arn), requestTags, isMade: action === 'CreateListener' }))
}

function tagsIn(value: unknown): Readonly<Record<string, string>> {
  const tags = Array.isArray(value) ? (value as readonly { readonly Key?: string; readonly Value?: string }[]) : []
  return Object.fromEntries(tags.map(({ Key = '', Value = '' }) => [Key, Value]))
}
