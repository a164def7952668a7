import { otherActions, otherParameters } from './ec2-names.generated.js'
import * as autoScaling from './auto-scaling-names.generated.js'
import * as loadBalancing from './load-balancing-names.generated.js'

/** What a service has and the sandbox does not support. */
export interface OtherNames {
  readonly unsupportedActions: ReadonlySet<string>
  /** Paths (`NetworkInterface.N.EnaQueueCount`) that the service knows for an action. */
  unsupportedParameters(action: string): ReadonlySet<string>
}

function otherNames(actions: string, parameters: Readonly<Record<string, string>>): OtherNames {
  const sets = new Map<string, ReadonlySet<string>>()
  return {
    unsupportedActions: new Set(words(actions)),
    unsupportedParameters(action) {
      const set = sets.get(action) ?? new Set(words(parameters[action] ?? ''))
      sets.set(action, set)
      return set
    },
  }
}

function words(text: string): string[] {
  return text.split(/\s+/).filter((word) => word !== '')
}

export const otherEc2Names = otherNames(otherActions, otherParameters)
export const otherAutoScalingNames = otherNames(autoScaling.otherActions, autoScaling.otherParameters)
export const otherLoadBalancingNames = otherNames(loadBalancing.otherActions, loadBalancing.otherParameters)
