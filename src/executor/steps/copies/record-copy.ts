import type { RecordCopy } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { sourcesOf } from './copy-places.js'
import type { StepContext } from '../step-context.js'

/** Reads the source, which was not there when the plan was made, and writes the record that others find in the plan. */
export async function recordCopy(step: RecordCopy, context: StepContext): Promise<Effect> {
  const { cloud, sync } = context.ports
  const source = await sourcesOf(step.source, context)
  const rule = { source, delete: false, exclude: step.exclude, ...(step.options && { options: step.options }) }
  const digest = await sync.sourceDigest(rule)
  return cloud.setTags({
    id: context.bindings.idOf(step.target),
    tags: { [step.tag]: `${digest.slice(0, 12)} ${step.rule}` },
  })
}
