import { scalingService } from '../../auto-scaling/scaling-service.js'
import { balancingService } from '../../elastic-load-balancing/balancing-service.js'
import type { Ec2Target, Settings } from './ec2-target.js'
import { createServiceApi } from './service.js'

/** AWS services beside EC2, for the kinds of resources that are theirs: a line each. None is loaded before its first call. */
export function createServices(target: Ec2Target, settings: Settings) {
  return {
    balancing: createServiceApi(balancingService, target, settings),
    scaling: createServiceApi(scalingService, target, settings),
  }
}

export type Services = ReturnType<typeof createServices>
