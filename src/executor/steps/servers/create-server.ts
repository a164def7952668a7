import { required } from '../../../core/assert.js'
import { parseAddress, type Address, type Batch } from '../../../model/address.js'
import { alternativeShown } from '../../../model/launch/alternatives.js'
import { batchSize, parseBatch } from '../../../model/launch/batch.js'
import type { ServerOptions } from '../../../model/launch/server-options.js'
import { nameTag } from '../../../model/names.js'
import type { CreateServer } from '../../../model/steps/step.js'
import { stepId } from '../../../model/steps/step-id.js'
import { tagKeys } from '../../../model/tags.js'
import type { Effect, LaunchRequest, RunningServer } from '../../ports.js'
import type { StepContext } from '../step-context.js'

/** Launches, waits until it runs, and binds the address to the new instance. */
export async function createServer(step: CreateServer, context: StepContext): Promise<Effect> {
  const { ports, bindings, once } = context
  const { rootDeviceName, type, zone, subnetId, subnet, keyName, rootVolume, protect, tags, rootVolumeTags } = step
  const request: LaunchRequest = {
    imageId: step.imageId ?? bindings.idOf(required(step.image, 'the image of a server')),
    rootDeviceName,
    type,
    zone,
    subnetId: subnet === undefined ? subnetId : bindings.idOf(subnet),
    keyName,
    groupIds: [...step.securityGroups.map((group) => bindings.idOf(group)), ...(step.existingGroupIds ?? [])],
    rootVolume,
    userData: step.userData && bindings.render(step.userData),
    protect,
    ...(step.options && { options: withGroupId(step.options, bindings) }),
    tags,
    rootVolumeTags,
    ...(step.spotRequestTags && { spotRequestTags: step.spotRequestTags }),
    ...(step.alternatives && { alternatives: step.alternatives }),
  }
  const launched = step.batch && (await launchedWith(step.batch, step.address, request, context))
  const running = await ports.cloud.createServer({ ...request, once, launched })
  bindings.bind(step.address, {
    id: running.id,
    zone: running.zone,
    user: step.user,
    keyPair: step.keyPair,
    ...(step.via && { via: step.via }),
    ...(isOther(step, running) && { alternative: alternativeShown(running) }),
    ...(running.privateIp !== undefined && { privateIp: running.privateIp }),
    ...(running.publicIp !== undefined && { publicIp: running.publicIp }),
    ...(running.privateDns !== undefined && { privateDns: running.privateDns }),
    ...(running.publicDns !== undefined && { publicDns: running.publicDns }),
  })
  return 'done'
}

/** The placement group as EC2 takes it. */
function withGroupId({ placement, ...options }: ServerOptions, bindings: StepContext['bindings']): ServerOptions {
  if (!placement) return options
  const { group, ...rest } = placement
  return { ...options, placement: { ...rest, ...(group !== undefined && { group: bindings.idOf(group as Address) }) } }
}

/** Whether it is not what the entry names first. */
function isOther(step: CreateServer, { type, zone }: RunningServer): boolean {
  return step.alternatives !== undefined && (type !== step.type || (step.zone !== undefined && zone !== step.zone))
}

/** The instance of this address among those of its batch; undefined: it is to be launched alone. */
async function launchedWith(
  batch: Batch,
  address: Address,
  request: LaunchRequest,
  { stack, ports, onceOf, together }: StepContext,
): Promise<string | undefined> {
  const parts = required(parseBatch(batch), `the servers of ${batch}`)
  const shared = stepId('create-server', batch)
  const named = { [tagKeys.address]: batch, [tagKeys.name]: nameTag(stack, batch) }
  const ids = await together(shared, () =>
    ports.cloud.launchServers({
      ...request,
      tags: { ...request.tags, ...named },
      rootVolumeTags: { ...request.rootVolumeTags, ...named },
      once: onceOf(shared),
      count: batchSize(parts),
    }),
  )
  return ids[(parseAddress(address)?.index ?? 0) - parts.first]
}
