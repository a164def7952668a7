import { required } from '../../../core/assert.js'
import type { UnmountVolume } from '../../../model/steps/step.js'
import { hostAccess } from '../../host-access.js'
import type { Effect } from '../../ports.js'
import { volumeOf, type StepContext } from '../step-context.js'

/** Unmounts on the instance that the plan means: its address may belong to its successor by now. */
export async function unmountVolume(step: UnmountVolume, context: StepContext): Promise<Effect> {
  const { ports, bindings } = context
  const { server, instanceId } = step
  const binding = instanceId === undefined ? bindings.get(server) : bindings.instance(instanceId)
  const known = required(binding, `the binding of ${instanceId ?? server}`)
  const access = await hostAccess(server, known, ports, bindings.get)
  return ports.hosts.unmount(access, { volumeId: volumeOf(step, context) })
}
