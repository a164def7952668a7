import type { CreateVolume } from '../../planner/step.js'
import type { Effect } from '../ports.js'
import { snapshotOf } from './snapshot-binding.js'
import type { StepContext } from './step-context.js'

export async function createVolume(step: CreateVolume, { ports, bindings, once }: StepContext): Promise<Effect> {
  const { zone, sizeGiB, type, iops, throughputMiBps, encrypted, kmsKey, snapshotId, tags } = step
  const created = await ports.cloud.createVolume({
    zone,
    sizeGiB,
    type,
    iops,
    throughputMiBps,
    encrypted,
    kmsKey,
    snapshotId: snapshotId ?? snapshotOf(bindings, step.snapshotStep),
    tags,
    once,
  })
  bindings.bind(step.address, { id: created.id, zone: created.zone })
  return 'done'
}
