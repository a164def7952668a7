import type { XmlRecord } from '../../wire/xml.js'
import { ioEventWords, isIoDisabled } from '../../model/volume-io.js'
import { resourceKinds } from '../../model/ids.js'
import type { Volume } from '../../model/volume.js'
import { renderModification, renderVolumeCached } from '../../render/volume.js'
import { ApiError } from '../../wire/api-error.js'
import type { FilterTable } from '../../wire/filter.js'
import { filterList, list, paging, string } from '../../wire/shape.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'

const members = { VolumeId: list(string), Filter: filterList, ...paging } as const

/** Filters of DescribeVolumes (EC2 API reference). */
function volumeFilters(world: World): FilterTable<Volume> {
  return {
    'attachment.attach-time': ({ attachment }) => attachment && new Date(attachment.attachedAtMs).toISOString(),
    'attachment.delete-on-termination': ({ attachment }) => attachment?.deleteOnTermination,
    'attachment.device': ({ attachment }) => attachment?.deviceName,
    'attachment.instance-id': ({ attachment }) => attachment?.instanceId,
    'attachment.status': ({ attachment }) => attachment?.state,
    'availability-zone': ({ zone }) => zone,
    'availability-zone-id': (volume) => world.region.zones.find(({ name }) => name === volume.zone)?.id,
    'create-time': ({ createdAtMs }) => new Date(createdAtMs).toISOString(),
    encrypted: ({ encrypted }) => encrypted,
    'fast-restored': () => false,
    'multi-attach-enabled': () => false,
    size: ({ sizeGiB }) => sizeGiB,
    'snapshot-id': ({ snapshotId }) => snapshotId,
    status: ({ state }) => state,
    'volume-id': ({ id }) => id,
    'volume-type': ({ type }) => type,
  }
}

export const describeVolumes = defineAction({
  name: 'DescribeVolumes',
  effect: 'reads',
  members,
  run: (parameters, world) => {
    const page = describeRecords(world, {
      action: 'DescribeVolumes',
      kind: resourceKinds.volume,
      source: world.volumes,
      ids: parameters.VolumeId,
      request: parameters,
      filters: volumeFilters(world),
      page: pageRules.volumes,
    })
    return { volumeSet: page.items.map((volume) => renderVolumeCached(world, volume)), nextToken: page.nextToken }
  },
})

export const describeVolumeStatus = defineAction({
  name: 'DescribeVolumeStatus',
  effect: 'reads',
  members,
  run: (parameters, world) => {
    const page = describeRecords(world, {
      action: 'DescribeVolumeStatus',
      kind: resourceKinds.volume,
      source: world.volumes,
      ids: parameters.VolumeId,
      request: parameters,
      filters: volumeStatusFilters,
      page: pageRules.volumeStatus,
    })
    const volumeStatusSet = page.items.map((volume) => ({
      volumeId: volume.id,
      availabilityZone: volume.zone,
      actionsSet: isIoDisabled(volume) ? [renderIoAction(volume)] : [],
      eventsSet: renderIoEvents(volume),
      volumeStatus: {
        status: statusOf(volume),
        details: [
          { name: 'io-enabled', status: ioStatusOf(volume) },
          { name: 'io-performance', status: 'not-applicable' },
        ],
      },
    }))
    return { volumeStatusSet, nextToken: page.nextToken }
  },
})

function statusOf(volume: Volume): string {
  if (volume.state === 'creating') return 'insufficient-data'
  return ioStatusOf(volume) === 'failed' ? 'impaired' : 'ok'
}

function ioStatusOf(volume: Volume): 'failed' | 'passed' {
  return volume.state === 'error' || isIoDisabled(volume) ? 'failed' : 'passed'
}

/** The only type of event that there is of a volume's data (EC2 API reference, VolumeStatusEvent). */
const ioEventType = 'potential-data-inconsistency'
const ioAction = 'enable-volume-io'

const volumeStatusFilters: FilterTable<Volume> = {
  'action.code': (volume) => (isIoDisabled(volume) ? ioAction : undefined),
  'action.event-id': (volume) => (isIoDisabled(volume) ? volume.ioEvent?.id : undefined),
  'availability-zone': ({ zone }) => zone,
  'event.description': ({ ioEvent }) => ioEvent && ioEventWords[ioEvent.how],
  'event.event-id': ({ ioEvent }) => ioEvent?.id,
  'event.event-type': ({ ioEvent }) => ioEvent && ioEventType,
  'event.not-after': ({ ioEvent }) => ioEvent?.endedAtMs && new Date(ioEvent.endedAtMs).toISOString(),
  'event.not-before': ({ ioEvent }) => ioEvent && new Date(ioEvent.startedAtMs).toISOString(),
  'volume-status.details-name': () => ['io-enabled', 'io-performance'],
  'volume-status.details-status': (volume) => [ioStatusOf(volume), 'not-applicable'],
  'volume-status.status': statusOf,
}

function renderIoAction({ ioEvent }: Volume): XmlRecord {
  return { code: ioAction, description: 'Enable Volume I/O', eventId: ioEvent?.id, eventType: ioEventType }
}

function renderIoEvents({ ioEvent, attachment }: Volume): readonly XmlRecord[] {
  if (!ioEvent) return []
  const { id, how, startedAtMs, endedAtMs } = ioEvent
  return [
    {
      description: ioEventWords[how],
      eventId: id,
      eventType: ioEventType,
      instanceId: attachment?.instanceId,
      notBefore: new Date(startedAtMs),
      notAfter: endedAtMs === undefined ? undefined : new Date(endedAtMs),
    },
  ]
}

const modificationFilters: FilterTable<Volume> = {
  'modification-state': ({ modification }) => modification?.state,
  'original-iops': ({ modification }) => modification?.before.iops,
  'original-size': ({ modification }) => modification?.before.sizeGiB,
  'original-volume-type': ({ modification }) => modification?.before.type,
  'start-time': ({ modification }) => modification && new Date(modification.startedAtMs).toISOString(),
  'target-iops': ({ modification }) => modification?.after.iops,
  'target-size': ({ modification }) => modification?.after.sizeGiB,
  'target-volume-type': ({ modification }) => modification?.after.type,
  'volume-id': ({ id }) => id,
}

export const describeVolumesModifications = defineAction({
  name: 'DescribeVolumesModifications',
  effect: 'reads',
  members,
  run: (parameters, world) => {
    const page = describeRecords(world, {
      action: 'DescribeVolumesModifications',
      kind: resourceKinds.volume,
      source: world.volumes,
      ids: parameters.VolumeId,
      request: parameters,
      filters: modificationFilters,
      page: pageRules.volumeModifications,
      hidden: ({ modification }) => modification === undefined,
    })
    const never = page.items.filter(({ modification }) => modification === undefined)
    if (never.length > 0) {
      throw new ApiError(
        'InvalidVolumeModification.NotFound',
        `Modification for volume '${never.map(({ id }) => id).join(', ')}' does not exist.`,
      )
    }
    const volumeModificationSet = page.items.map(
      ({ id, modification }) => modification && renderModification(id, modification),
    )
    return { volumeModificationSet, nextToken: page.nextToken }
  },
})
