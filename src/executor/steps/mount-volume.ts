import type { MountVolume } from '../../model/step.js'
import type { Effect } from '../ports.js'
import { accessTo, volumeOf, type StepContext } from './step-context.js'

export async function mountVolume(step: MountVolume, context: StepContext): Promise<Effect> {
  const { fstype, mount, fresh } = step
  const volumeId = volumeOf(step, context)
  return context.ports.hosts.mount(await accessTo(step.server, context), { volumeId, fstype, mount, fresh })
}
