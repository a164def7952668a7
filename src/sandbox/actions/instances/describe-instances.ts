import { privateDnsName } from '../../lifecycle/host-description.js'
import { resourceKinds } from '../../model/ids.js'
import { instanceStateCodes, type Instance } from '../../model/instance.js'
import { associationOf, publicIpOf, publicNameOf } from '../../render/addresses.js'
import { renderReservation } from '../../render/instance.js'
import type { FilterTable } from '../../wire/filter.js'
import { filterList, list, paging, string } from '../../wire/shape.js'
import { profileOf } from '../../world/instance-profiles.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

/** Filters of DescribeInstances (EC2 API reference), but for those of features that the sandbox does not have. */
function instanceFilters(world: World): FilterTable<Instance> {
  const volumes = (instance: Instance) => world.volumes.withKey(instance.id)
  const groupNames = (instance: Instance) => instance.securityGroupIds.map((id) => world.securityGroups.get(id)?.name)
  const region = world.region.name
  return {
    affinity: () => undefined,
    architecture: (instance) => instance.architecture,
    'availability-zone': (instance) => instance.zone,
    'availability-zone-id': (instance) => world.region.zones.find((zone) => zone.name === instance.zone)?.id,
    'block-device-mapping.attach-time': (instance) =>
      volumes(instance).map(({ attachment }) => attachment && new Date(attachment.attachedAtMs).toISOString()),
    'block-device-mapping.delete-on-termination': (instance) =>
      volumes(instance).map(({ attachment }) => String(attachment?.deleteOnTermination)),
    'block-device-mapping.device-name': (instance) => volumes(instance).map(({ attachment }) => attachment?.deviceName),
    'block-device-mapping.status': (instance) =>
      volumes(instance).map(({ attachment }) => (attachment?.state === 'busy' ? 'detaching' : attachment?.state)),
    'block-device-mapping.volume-id': (instance) => volumes(instance).map(({ id }) => id),
    'client-token': (instance) => instance.clientToken,
    'dns-name': (instance) => publicNameOf(world, instance),
    'hibernation-options.configured': () => false,
    hypervisor: () => 'xen',
    'image-id': (instance) => instance.imageId,
    'instance-id': (instance) => instance.id,
    'iam-instance-profile.arn': (instance) => profilesOf(world, instance).map(({ arn }) => arn),
    'iam-instance-profile.id': (instance) => profilesOf(world, instance).map(({ id }) => id),
    'instance-lifecycle': (instance) => (spotRequestOf(world, instance) ? 'spot' : undefined),
    'instance-state-code': (instance) => instanceStateCodes[instance.state],
    'instance-state-name': (instance) => instance.state,
    'instance-type': (instance) => instance.instanceType,
    'instance.group-id': (instance) => instance.securityGroupIds,
    'instance.group-name': groupNames,
    'ip-address': (instance) => publicIpOf(world, instance),
    'key-name': (instance) => instance.keyName,
    'launch-index': (instance) => instance.launchIndex,
    'launch-time': (instance) => new Date(instance.launchedAtMs).toISOString(),
    'metadata-options.http-endpoint': (instance) => instance.metadataOptions.httpEndpoint,
    'metadata-options.http-put-response-hop-limit': (instance) => instance.metadataOptions.httpPutResponseHopLimit,
    'metadata-options.http-tokens': (instance) => instance.metadataOptions.httpTokens,
    'metadata-options.instance-metadata-tags': (instance) => instance.metadataOptions.instanceMetadataTags,
    'monitoring-state': (instance) => (instance.detailedMonitoring ? 'enabled' : 'disabled'),
    'network-interface.association.allocation-id': (instance) => associationOf(world, instance)?.allocationId,
    'network-interface.association.association-id': (instance) => associationOf(world, instance)?.associationId,
    'network-interface.association.ip-owner-id': (instance) => associationOf(world, instance)?.ipOwnerId,
    'network-interface.association.public-ip': (instance) => associationOf(world, instance)?.publicIp,
    'network-interface.group-id': (instance) => instance.securityGroupIds,
    'network-interface.group-name': groupNames,
    'network-interface.network-interface-id': (instance) => instance.networkInterfaceId,
    'network-interface.private-ip-address': (instance) => instance.privateIp,
    'network-interface.subnet-id': (instance) => instance.subnetId,
    'network-interface.vpc-id': (instance) => instance.vpcId,
    'owner-id': () => world.accountId,
    'placement-group-name': ({ placement }) => world.placementGroups.get(placement?.groupId ?? '')?.name ?? '',
    'placement-partition-number': ({ placement }) => placement?.partition,
    platform: () => undefined,
    'platform-details': () => 'Linux/UNIX',
    'private-dns-name': (instance) => privateDnsName(region, instance.privateIp),
    'private-ip-address': (instance) => instance.privateIp,
    reason: (instance) => instance.transitionReason,
    'requester-id': () => undefined,
    'reservation-id': (instance) => instance.reservationId,
    'root-device-name': (instance) => instance.rootDeviceName,
    'root-device-type': () => 'ebs',
    'source-dest-check': (instance) => instance.sourceDestCheck,
    'spot-instance-request-id': (instance) => spotRequestOf(world, instance)?.id,
    'state-reason-code': (instance) => instance.stateReason?.code,
    'state-reason-message': (instance) => instance.stateReason?.message,
    'subnet-id': (instance) => instance.subnetId,
    tenancy: ({ placement }) => placement?.tenancy ?? 'default',
    'virtualization-type': () => 'hvm',
    'vpc-id': (instance) => instance.vpcId,
  }
}

function profilesOf(world: World, { id }: Instance) {
  return world.profileAssociations.withKey(id).map(({ profileName }) => profileOf(world, profileName))
}

function spotRequestOf(world: World, { id }: Instance) {
  return world.spotRequests.withKey(id)[0]
}

const members = { InstanceId: list(string), Filter: filterList, ...paging } as const

export const describeInstances = defineAction({
  name: 'DescribeInstances',
  effect: 'reads',
  members,
  run: (parameters, world) => {
    const page = describeRecords(world, {
      action: 'DescribeInstances',
      kind: resourceKinds.instance,
      source: world.instances,
      ids: parameters.InstanceId,
      request: parameters,
      filters: instanceFilters(world),
      page: pageRules.instances,
    })
    return {
      reservationSet: groupByReservation(page.items).map((group) => renderReservation(world, group)),
      nextToken: page.nextToken,
    }
  },
})

function groupByReservation(instances: readonly Instance[]): Instance[][] {
  const groups = new Map<string, Instance[]>()
  for (const instance of instances) {
    const group = groups.get(instance.reservationId)
    if (group) group.push(instance)
    else groups.set(instance.reservationId, [instance])
  }
  return [...groups.values()]
}
