import type { ModifyVolume } from '../../model/step.js'
import type { Effect } from '../ports.js'
import { ownerOf, percentOf, type StepContext } from './step-context.js'

export function modifyVolume(step: ModifyVolume, context: StepContext): Promise<Effect> {
  const { volumeId, sizeGiB, type, iops, throughputMiBps } = step
  return context.ports.cloud.modifyVolume({
    volumeId,
    sizeGiB,
    type,
    iops,
    throughputMiBps,
    owner: ownerOf(step.address, context),
    onProgress: percentOf('modified', context),
  })
}
