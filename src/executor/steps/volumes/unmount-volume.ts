import { required } from '../../../core/assert.js'
import type { UnmountVolume } from '../../../model/steps/step.js'
import { hostAccess } from '../../host-access.js'
import type { Effect } from '../../ports.js'
import { volumeOf, type StepContext } from '../step-context.js'

/** Unmounts on the server that the plan saw: its address may belong to its replacement by now. */
export async function unmountVolume(step: UnmountVolume, context: StepContext): Promise<Effect> {
  const { ports, bindings } = context
  const planned = bindings.planned(step.server)
  const current = bindings.get(step.server)
  const binding = planned === undefined || planned.id === current?.id ? current : planned
  const access = await hostAccess(step.server, required(binding, `the binding of ${step.server}`), ports.keys)
  return ports.hosts.unmount(access, { volumeId: volumeOf(step, context) })
}
