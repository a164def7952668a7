import type { CreateSnapshot } from '../../planner/step.js'
import type { Effect } from '../ports.js'
import { percentOf, type StepContext } from './step-context.js'

export async function createSnapshot(step: CreateSnapshot, context: StepContext): Promise<Effect> {
  const { volumeId, description, tags } = step
  await context.ports.cloud.createSnapshot({
    volumeId,
    description,
    tags,
    once: context.once,
    onProgress: percentOf('copied', context),
  })
  return 'done'
}
