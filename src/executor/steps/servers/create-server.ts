import type { CreateServer } from '../../../model/steps/step.js'
import type { Effect } from '../../ports.js'
import type { StepContext } from '../step-context.js'

/** Launches, waits until it runs, and binds the address to the new instance. */
export async function createServer(step: CreateServer, { ports, bindings, once }: StepContext): Promise<Effect> {
  const { imageId, rootDeviceName, type, zone, subnetId, keyName, rootVolume, protect, tags, rootVolumeTags } = step
  const running = await ports.cloud.createServer({
    imageId,
    rootDeviceName,
    type,
    zone,
    subnetId,
    keyName,
    groupIds: step.securityGroups.map((group) => bindings.idOf(group)),
    rootVolume,
    userData: step.userData && bindings.render(step.userData),
    protect,
    tags,
    rootVolumeTags,
    once,
  })
  bindings.bind(step.address, {
    id: running.id,
    zone: running.zone,
    user: step.user,
    keyPair: step.keyPair,
    ...(running.privateIp !== undefined && { privateIp: running.privateIp }),
    ...(running.publicIp !== undefined && { publicIp: running.publicIp }),
  })
  return 'done'
}
