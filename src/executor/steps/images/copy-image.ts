import type { CopyImage } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { percentOf, type StepContext } from '../step-context.js'

export async function copyImage(step: CopyImage, context: StepContext): Promise<Effect> {
  const { name, description, tags, share, region, encrypted, kmsKey } = step
  await context.ports.cloud.copyImage({
    name,
    description,
    tags,
    share,
    sourceId: step.imageId ?? context.bindings.idOf(step.address),
    region,
    ...(encrypted !== undefined && { encrypted }),
    ...(kmsKey !== undefined && { kmsKey }),
    once: context.once,
    onProgress: percentOf('copied', context),
  })
  return 'done'
}
