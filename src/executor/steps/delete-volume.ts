import type { DeleteVolume } from '../../model/step.js'
import type { Effect } from '../ports.js'
import { ownerOf, type StepContext } from './step-context.js'

export function deleteVolume(step: DeleteVolume, context: StepContext): Promise<Effect> {
  return context.ports.cloud.deleteVolume({ id: step.volumeId, owner: ownerOf(step.address, context) })
}
