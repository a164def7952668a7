import type { AttachVolume } from '../../planner/step.js'
import type { Effect } from '../ports.js'
import type { StepContext } from './step-context.js'

export function attachVolume(step: AttachVolume, { ports, bindings }: StepContext): Promise<Effect> {
  return ports.cloud.attachVolume({
    volumeId: step.volumeId ?? bindings.idOf(step.address),
    instanceId: bindings.idOf(step.server),
  })
}
