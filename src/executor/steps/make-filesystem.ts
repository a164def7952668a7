import type { MakeFilesystem } from '../../model/step.js'
import type { Effect } from '../ports.js'
import { accessTo, volumeOf, type StepContext } from './step-context.js'

export async function makeFilesystem(step: MakeFilesystem, context: StepContext): Promise<Effect> {
  const { fstype, label, uuid, isUsed } = step
  const volumeId = volumeOf(step, context)
  const access = await accessTo(step.server, context)
  return context.ports.hosts.makeFilesystem(access, { volumeId, fstype, label, uuid, isUsed })
}
