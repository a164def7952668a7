import { PlanError } from '../../../core/errors.js'
import type { AdoptVolume } from '../../../model/steps/step.js'
import { tagKeys } from '../../../model/tags.js'
import type { Effect } from '../../ports.js'
import { ownerOf, type StepContext } from '../step-context.js'

/** Marks the volume as ours, after a fresh look that it still exists and no other stack has taken it since the plan. */
export async function adoptVolume(step: AdoptVolume, context: StepContext): Promise<Effect> {
  const { cloud } = context.ports
  const live = await cloud.readVolume(step.volumeId)
  if (!live) {
    throw new PlanError('ADOPT_REFUSED', `${step.volumeId} does not exist any more`, [step.address], {
      hint: 'check the volumeId in the stack file',
    })
  }
  const owner = live.tags[tagKeys.stack]
  if (owner !== undefined && owner !== context.stack) {
    throw new PlanError('ADOPT_REFUSED', `${step.volumeId} belongs to the stack ${owner}`, [step.address], {
      hint: `remove it there with onRemove: retain first, or take its tag ${tagKeys.stack} away yourself`,
    })
  }
  const effect = await cloud.setTags({ id: step.volumeId, tags: step.tags })
  if (step.removeTags.length > 0) {
    await cloud.removeTags({ id: step.volumeId, keys: step.removeTags, owner: ownerOf(step.address, context) })
  }
  context.bindings.bind(step.address, { id: step.volumeId, zone: live.zone })
  return effect
}
