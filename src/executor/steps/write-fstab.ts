import type { WriteFstab } from '../../model/step.js'
import type { Effect } from '../ports.js'
import { accessTo, type StepContext } from './step-context.js'

export async function writeFstab(step: WriteFstab, context: StepContext): Promise<Effect> {
  const { fstype, mount } = step
  const volumeId = context.bindings.idOf(step.address)
  return context.ports.hosts.writeFstab(await accessTo(step.server, context), { volumeId, fstype, mount })
}
