import { required } from '../../core/assert.js'
import type { DeleteSnapshot } from '../../model/step.js'
import type { Effect } from '../ports.js'
import { snapshotOf } from './snapshot-binding.js'
import { ownerOf, type StepContext } from './step-context.js'

export function deleteSnapshot(step: DeleteSnapshot, context: StepContext): Promise<Effect> {
  const id = required(step.snapshotId ?? snapshotOf(context.bindings, step.snapshotStep), 'the snapshot')
  return context.ports.cloud.deleteSnapshot({ id, owner: ownerOf(step.address, context) })
}
