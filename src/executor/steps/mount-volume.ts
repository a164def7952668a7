import type { MountVolume } from '../../planner/step.js'
import type { Effect } from '../ports.js'
import { accessTo, type StepContext } from './step-context.js'

export async function mountVolume(step: MountVolume, context: StepContext): Promise<Effect> {
  const { fstype, mount, fresh } = step
  const volumeId = context.bindings.idOf(step.address)
  return context.ports.hosts.mount(await accessTo(step.server, context), { volumeId, fstype, mount, fresh })
}
