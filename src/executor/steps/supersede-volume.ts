import { required } from '../../core/assert.js'
import type { SupersedeVolume } from '../../model/step.js'
import { tagKeys } from '../../model/tags.js'
import type { Effect } from '../ports.js'
import { snapshotOf } from './snapshot-binding.js'
import type { StepContext } from './step-context.js'

/** One call writes both tags: the volume leaves the plan in the very moment in which it is known what takes its place. */
export function supersedeVolume(step: SupersedeVolume, { ports, bindings }: StepContext): Promise<Effect> {
  const by = required(step.snapshotId ?? snapshotOf(bindings, step.snapshotStep), 'the snapshot that replaces a volume')
  return ports.cloud.setTags({ id: step.volumeId, tags: { ...step.tags, [tagKeys.superseded]: by } })
}
