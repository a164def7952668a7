import type { DeleteSnapshot } from '../../planner/step.js'
import type { Effect } from '../ports.js'
import { ownerOf, type StepContext } from './step-context.js'

export function deleteSnapshot(step: DeleteSnapshot, context: StepContext): Promise<Effect> {
  return context.ports.cloud.deleteSnapshot({ id: step.snapshotId, owner: ownerOf(step.address, context) })
}
