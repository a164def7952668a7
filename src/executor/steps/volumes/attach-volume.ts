import { required } from '../../../core/assert.js'
import type { AttachVolume } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import { volumeOf, type StepContext } from '../step-context.js'

/** Attaches, and remembers under which name: on Xen types that alone leads to the disk. */
export async function attachVolume(step: AttachVolume, context: StepContext): Promise<Effect> {
  const { ports, bindings } = context
  const volumeId = volumeOf(step, context)
  const instanceId = bindings.idOf(step.server)
  const { effect, deviceName } = await ports.cloud.attachVolume({ volumeId, instanceId })
  const { deviceNames } = required(bindings.get(step.server), `the binding of ${step.server}`)
  bindings.amend(step.server, { deviceNames: { ...deviceNames, [volumeId]: deviceName } })
  return effect
}
