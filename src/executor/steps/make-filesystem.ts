import type { MakeFilesystem } from '../../planner/step.js'
import type { Effect } from '../ports.js'
import { accessTo, type StepContext } from './step-context.js'

export async function makeFilesystem(step: MakeFilesystem, context: StepContext): Promise<Effect> {
  const { fstype, label, uuid } = step
  const volumeId = context.bindings.idOf(step.address)
  return context.ports.hosts.makeFilesystem(await accessTo(step.server, context), { volumeId, fstype, label, uuid })
}
