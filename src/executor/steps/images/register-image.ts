import type { RegisterImage } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import type { StepContext } from '../step-context.js'

export async function registerImage(step: RegisterImage, { ports, bindings, once }: StepContext): Promise<Effect> {
  const { name, description, tags, share, snapshotId, architecture, rootDeviceName, bootMode } = step
  const { id } = await ports.cloud.registerImage({
    name,
    description,
    tags,
    share,
    snapshotId,
    architecture,
    rootDeviceName,
    ...(bootMode !== undefined && { bootMode }),
    once,
  })
  bindings.bind(step.address, { id })
  return 'done'
}
