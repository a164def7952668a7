import { required } from '../../../core/assert.js'
import type { CopySnapshot } from '../../../model/steps/step.js'
import { copyTagKey } from '../../../model/tags.js'
import type { Effect } from '../../ports.js'
import { percentOf, type StepContext } from '../step-context.js'

/** That it has a copy there is written on the source when the copy is completed: one that is gone later is known to be missing. */
export async function copySnapshot(step: CopySnapshot, context: StepContext): Promise<Effect> {
  const { region, description, tags, encrypted, kmsKey } = step
  const { cloud } = context.ports
  const sourceId = sourceOf(step, context)
  const { id } = await cloud.copySnapshot({
    sourceId,
    region,
    description,
    tags,
    ...(encrypted !== undefined && { encrypted }),
    ...(kmsKey !== undefined && { kmsKey }),
    onProgress: percentOf('copied', context),
  })
  await cloud.setTags({ id: sourceId, tags: { [copyTagKey(region)]: id } })
  return 'done'
}

function sourceOf({ snapshotId, snapshotStep, volumeId }: CopySnapshot, { bindings }: StepContext): string {
  return snapshotId ?? bindings.snapshotOf(required(snapshotStep, 'a snapshot, or the step that takes it'), volumeId)
}
