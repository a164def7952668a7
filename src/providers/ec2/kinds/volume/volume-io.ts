import type { VolumeStatusItem } from '@aws-sdk/client-ec2'
import type { Owner, VolumeCloud } from '../../../../executor/ports.js'
import type { VolumeTrouble } from '../../../../model/kinds/volume.js'
import { isOfClass, providerError } from '../../errors/provider-errors.js'
import { readOwned } from '../../tags/ownership.js'
import type { Ec2Api } from '../../wire/api.js'
import { filtersOf, readAll, readForEach } from '../../wire/pages.js'
import { textOf } from '../../wire/text-of.js'
import { readLastingVolume } from './read-volumes.js'

/** What EC2 finds about the data of volumes, and the way on from there. */
export function createVolumeIoCalls(
  api: Ec2Api,
): Pick<VolumeCloud, 'readVolumeTroubles' | 'findVolumeTroubles' | 'enableVolumeIo' | 'setAutoEnableIo'> {
  return {
    readVolumeTroubles: (ids) =>
      troublesIn(() =>
        readForEach(ids, async (VolumeIds) => {
          const { VolumeStatuses = [] } = await api.call('DescribeVolumeStatus', { VolumeIds: [...VolumeIds] })
          return VolumeStatuses
        }),
      ),
    findVolumeTroubles: () =>
      troublesIn(() =>
        readAll(
          api,
          'DescribeVolumeStatus',
          { Filters: filtersOf([{ Name: 'volume-status.status', Values: ['impaired', 'warning'] }]) },
          ({ VolumeStatuses }) => VolumeStatuses,
        ),
      ),
    enableVolumeIo: async ({ id, owner }) => {
      await mustBeOwn(api, id, owner)
      await api.call('EnableVolumeIO', { VolumeId: id }, { seen: true })
      return 'done'
    },
    setAutoEnableIo: async ({ id, owner, enabled }) => {
      await mustBeOwn(api, id, owner)
      await api.call('ModifyVolumeAttribute', { VolumeId: id, AutoEnableIO: { Value: enabled } }, { seen: true })
      return 'done'
    },
  }
}

/** Whether I/O goes on by itself, by volume id: EC2 tells it of one volume at a time. One that has gone since has no entry. */
export async function readAutoEnableIo(api: Ec2Api, ids: readonly string[]): Promise<ReadonlyMap<string, boolean>> {
  const found = await Promise.all(
    ids.map(async (VolumeId) => {
      try {
        const { AutoEnableIO } = await api.call('DescribeVolumeAttribute', { VolumeId, Attribute: 'autoEnableIO' })
        return [[VolumeId, AutoEnableIO?.Value === true] as const]
      } catch (error) {
        if (isOfClass(error, 'absent')) return []
        throw error
      }
    }),
  )
  return new Map(found.flat())
}

async function mustBeOwn(api: Ec2Api, id: string, owner: Owner): Promise<void> {
  if ((await readOwned(api, id, owner, readLastingVolume)) !== undefined) return
  throw providerError('EC2_NOT_FOUND', 'absent', `${id} (${owner.address}) does not exist any more`, {
    hint: 'plan again to see what the stack has now',
  })
}

async function troublesIn(
  read: () => Promise<readonly VolumeStatusItem[]>,
): Promise<readonly VolumeTrouble[] | undefined> {
  try {
    return (await read()).flatMap((status) => troubleOf(status) ?? [])
  } catch (error) {
    if (isOfClass(error, 'permission', 'bad-request', 'auth', 'absent')) return undefined
    throw error
  }
}

/** Undefined where nothing is wrong, or nothing is known yet. */
function troubleOf(status: VolumeStatusItem): VolumeTrouble | undefined {
  const { VolumeId: id = '', VolumeStatus, Actions = [], Events = [] } = status
  const word = VolumeStatus?.Status
  if (word !== 'impaired' && word !== 'warning') return undefined
  // The last one is the one that holds.
  const event = Events.toSorted((left, right) => ((left.NotBefore ?? 0) > (right.NotBefore ?? 0) ? -1 : 1))[0]
  const says = textOf(event?.Description)
  return {
    id,
    status: word,
    isIoDisabled: Actions.some(({ Code }) => Code === 'enable-volume-io'),
    ...(says !== undefined && { says }),
    ...(event?.NotBefore && { since: event.NotBefore.toISOString() }),
  }
}
