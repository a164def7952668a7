import { updateInstance } from '../../lifecycle/instance.js'
import { list, required, string } from '../../wire/shape.js'
import { findInstances } from '../../world/lookup.js'
import { defineAction } from '../action.js'

/** Detailed monitoring is a setting here: there is no CloudWatch behind it. The state between is told, as EC2 does. */
function switching(name: 'MonitorInstances' | 'UnmonitorInstances', detailedMonitoring: boolean) {
  return defineAction({
    name,
    effect: 'writes',
    members: { InstanceId: required(list(string)) },
    run: ({ InstanceId }, world) => {
      const instances = findInstances(world, InstanceId)
      for (const { id } of instances) updateInstance(world, id, { detailedMonitoring })
      const between = detailedMonitoring ? 'pending' : 'disabling'
      return {
        instancesSet: instances.map((before) => ({
          instanceId: before.id,
          monitoring: {
            state:
              before.detailedMonitoring === detailedMonitoring
                ? detailedMonitoring
                  ? 'enabled'
                  : 'disabled'
                : between,
          },
        })),
      }
    },
  })
}

export const monitorInstances = switching('MonitorInstances', true)
export const unmonitorInstances = switching('UnmonitorInstances', false)
