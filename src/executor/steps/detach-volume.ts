import type { DetachVolume } from '../../model/step.js'
import type { Effect } from '../ports.js'
import { ownerOf, type StepContext } from './step-context.js'

export function detachVolume(step: DetachVolume, context: StepContext): Promise<Effect> {
  const { volumeId, instanceId } = step
  return context.ports.cloud.detachVolume({ volumeId, instanceId, owner: ownerOf(step.address, context) })
}
