import { resourceKinds } from '../../model/ids.js'
import { takeDown, updateInstance } from '../../lifecycle/instance.js'
import { cancelRequest } from '../../lifecycle/spot/request-states.js'
import { serviceInitiated } from '../../model/instance.js'
import { spotStatuses, type SpotRequest } from '../../model/spot-request.js'
import { renderTags } from '../../render/tags.js'
import type { FilterTable } from '../../wire/filter.js'
import { filterList, list, paging, required, string } from '../../wire/shape.js'
import { findSpotRequest } from '../../world/lookup.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

const filters = (world: World): FilterTable<SpotRequest> => ({
  'create-time': ({ createdAtMs }) => new Date(createdAtMs).toISOString(),
  'instance-id': ({ instanceId }) => instanceId,
  'launched-availability-zone': ({ instanceId }) => world.instances.get(instanceId)?.zone,
  'product-description': () => 'Linux/UNIX',
  'spot-instance-request-id': ({ id }) => id,
  'spot-price': ({ maxPrice }) => maxPrice,
  state: ({ state }) => state,
  'status-code': ({ status }) => status,
  type: ({ type }) => type,
})

export const describeSpotInstanceRequests = defineAction({
  name: 'DescribeSpotInstanceRequests',
  effect: 'reads',
  members: { SpotInstanceRequestId: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const page = describeRecords(world, {
      action: 'DescribeSpotInstanceRequests',
      kind: resourceKinds.spotRequest,
      source: world.spotRequests,
      ids: parameters.SpotInstanceRequestId,
      request: parameters,
      filters: filters(world),
      page: pageRules.spotRequests,
    })
    return { spotInstanceRequestSet: page.items.map((request) => render(world, request)), nextToken: page.nextToken }
  },
})

/** An instance that runs goes on; one that EC2 had stopped is terminated. */
export const cancelSpotInstanceRequests = defineAction({
  name: 'CancelSpotInstanceRequests',
  effect: 'writes',
  members: { SpotInstanceRequestId: required(list(string)) },
  run: ({ SpotInstanceRequestId }, world) => {
    const requests = SpotInstanceRequestId.map((id) => findSpotRequest(world, id))
    for (const request of requests) {
      if (cancelRequest(world, request).endsInstance) endStopped(world, request.instanceId)
    }
    return {
      spotInstanceRequestSet: requests.map(({ id }) => ({
        spotInstanceRequestId: id,
        state: world.spotRequests.get(id)?.state,
      })),
    }
  },
})

function endStopped(world: World, id: string): void {
  const code = 'Server.SpotInstanceTermination'
  updateInstance(world, id, {
    state: 'shutting-down',
    stateReason: { code, message: `${code}: Spot instance termination` },
    transitionReason: serviceInitiated(world.now()),
  })
  takeDown(world, id)
}

function render(world: World, request: SpotRequest) {
  const instance = world.instances.get(request.instanceId)
  return {
    spotInstanceRequestId: request.id,
    spotPrice: request.maxPrice,
    type: request.type,
    state: request.state,
    status: {
      code: request.status,
      updateTime: new Date(request.statusAtMs),
      message: spotStatuses[request.status],
    },
    instanceId: request.instanceId === '' ? undefined : request.instanceId,
    instanceInterruptionBehavior: request.behavior,
    launchedAvailabilityZone: instance?.zone,
    launchSpecification: instance && {
      imageId: instance.imageId,
      instanceType: instance.instanceType,
      keyName: instance.keyName,
      subnetId: instance.subnetId,
      placement: { availabilityZone: instance.zone },
      monitoring: { enabled: instance.detailedMonitoring },
    },
    productDescription: 'Linux/UNIX',
    createTime: new Date(request.createdAtMs),
    tagSet: renderTags(world.tags.get(request.id)),
  }
}
