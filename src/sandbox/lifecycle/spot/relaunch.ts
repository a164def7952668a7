import { newId } from '../../model/ids.js'
import { instanceTypes } from '../../model/instance-types.js'
import { macOf, type Instance } from '../../model/instance.js'
import { createHostKeyLine } from '../../model/key-pair.js'
import { spotPriceOf, type SpotRequest } from '../../model/spot-request.js'
import { takeAddresses } from '../../world/private-addresses.js'
import { firstPublicNumbers } from '../../world/public-numbers.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { hostnameOf } from '../host-description.js'
import { putLaunchVolumes } from '../launch-volumes.js'
import { moveRequest } from './request-states.js'

/** Chosen: between two looks at a request that cannot be fulfilled, where the latency is shorter. */
const leastPauseMs = 50

/**
 * Launches another instance for a persistent request that is open again, as soon as there is room, until somebody cancels it.
 * The instance carries none of the tags of the first (EC2 User Guide, "Tag Spot Instance requests": those of a request are not
 * its instances'). `boot` brings it up.
 */
export function evaluate(world: World, requestId: string, boot: (world: World, instanceId: string) => void): void {
  const { background, latencies, faults } = world.cloud
  void background.start(`evaluation of ${requestId}`, async () => {
    for (;;) {
      await background.sleep(Math.max(latencies.spotEvaluationMs, leastPauseMs))
      const request = world.spotRequests.get(requestId)
      const ended = request && world.instances.get(request.instanceId)
      const type = ended && instanceTypes.get(ended.instanceType)
      if (request?.state !== 'open' || ended?.state !== 'terminated' || !type) return
      const isTooLow = Number(request.maxPrice) < spotPriceOf(type)
      if (isTooLow || faults.happens('capacity', type.name)) {
        const status = isTooLow ? 'price-too-low' : 'capacity-not-available'
        if (request.status !== status) {
          moveRequest(world, request, 'open', status)
          world.commit()
        }
        continue
      }
      const instance = putSuccessor(world, ended, request)
      if (!instance) return
      world.commit()
      return boot(world, instance.id)
    }
  })
}

function putSuccessor(world: World, ended: Instance, request: SpotRequest): Instance | undefined {
  const subnet = world.subnets.get(ended.subnetId)
  const [privateIp] = subnet ? takeAddresses(world, subnet, 1, undefined) : []
  if (!subnet || privateIp === undefined) return undefined
  const now = world.now()
  const instance = world.instances.put({
    ...ended,
    id: newId('i'),
    sequence: world.nextSequence(),
    reservationId: newId('r'),
    launchIndex: 0,
    state: 'pending',
    stateReason: undefined,
    transitionReason: '',
    privateIp,
    macAddress: macOf(privateIp),
    networkInterfaceId: newId('eni'),
    networkAttachmentId: newId('eni-attach'),
    publicNumber: firstPublicNumbers(world, subnet, [privateIp])[0],
    clientToken: undefined,
    hostKeys: world.cloud.hosts.kind === 'none' ? [createHostKeyLine(hostnameOf(privateIp))] : [],
    impaired: false,
    launchedAtMs: now,
    createdAtMs: now,
    terminatedAtMs: undefined,
  })
  moveRequest(world, request, 'active', 'fulfilled', { instanceId: instance.id })
  putLaunchVolumes(world, instance, request.volumes ?? [], {})
  noteCreation(world, instance.id)
  return instance
}
