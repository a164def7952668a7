import type { CreateImage } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { instanceOf, ownerOf, percentOf, type StepContext } from '../step-context.js'

/** Makes the image and binds the address to it: whoever names the image is launched of this version from then on. */
export async function createImage(step: CreateImage, context: StepContext): Promise<Effect> {
  const { name, description, tags, share, server } = step
  const { id } = await context.ports.cloud.createImage({
    name,
    description,
    tags,
    share,
    instanceId: instanceOf(server, step.instanceId, context),
    server: ownerOf(server, context),
    once: context.once,
    onProgress: percentOf('made', context),
  })
  context.bindings.bind(step.address, { id })
  return 'done'
}
