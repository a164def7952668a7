import type { CreateVolume } from '../../../model/steps/step.js'
import { tagKeys } from '../../../model/tags.js'
import type { Effect } from '../../ports.js'
import type { StepContext } from '../step-context.js'

export async function createVolume(step: CreateVolume, { ports, bindings, once }: StepContext): Promise<Effect> {
  const { zone, sizeGiB, type, iops, throughputMiBps, encrypted, kmsKey, snapshotId, tags } = step
  const taken = step.snapshotStep && bindings.snapshotOf(step.snapshotStep)
  const source = snapshotId ?? taken
  const created = await ports.cloud.createVolume({
    zone,
    sizeGiB,
    type,
    iops,
    throughputMiBps,
    encrypted,
    kmsKey,
    snapshotId: source,
    // Of a snapshot that this run took, the plan could not know the id.
    tags: step.snapshotStep === undefined || source === undefined ? tags : { ...tags, [tagKeys.origin]: source },
    once,
  })
  bindings.bind(step.bound ?? step.address, { id: created.id, zone: created.zone })
  return 'done'
}
