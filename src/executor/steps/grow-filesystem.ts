import type { GrowFilesystem } from '../../model/step.js'
import type { Effect } from '../ports.js'
import { accessTo, volumeOf, type StepContext } from './step-context.js'

export async function growFilesystem(step: GrowFilesystem, context: StepContext): Promise<Effect> {
  const { fstype, mountPath } = step
  const volumeId = volumeOf(step, context)
  return context.ports.hosts.growFilesystem(await accessTo(step.server, context), { volumeId, fstype, mountPath })
}
