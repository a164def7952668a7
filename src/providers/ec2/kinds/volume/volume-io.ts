import type { VolumeStatusItem } from '@aws-sdk/client-ec2'
import type { VolumeCloud, VolumeTrouble } from '../../../../executor/ports.js'
import { isOfClass, providerError } from '../../errors/provider-errors.js'
import { readOwned } from '../../tags/ownership.js'
import type { Ec2Api } from '../../wire/api.js'
import { readForEach } from '../../wire/pages.js'
import { textOf } from '../../wire/text-of.js'
import { readLastingVolume } from './read-volumes.js'

/** What EC2 finds about the data of volumes, and the way on from there. */
export function createVolumeIoCalls(api: Ec2Api): Pick<VolumeCloud, 'readVolumeTroubles' | 'enableVolumeIo'> {
  return {
    readVolumeTroubles: async (ids) => {
      try {
        const statuses = await readForEach(ids, async (VolumeIds) => {
          const { VolumeStatuses = [] } = await api.call('DescribeVolumeStatus', { VolumeIds: [...VolumeIds] })
          return VolumeStatuses
        })
        return statuses.flatMap((status) => troubleOf(status) ?? [])
      } catch (error) {
        if (isOfClass(error, 'permission', 'bad-request', 'auth', 'absent')) return undefined
        throw error
      }
    },
    enableVolumeIo: async ({ id, owner }) => {
      if ((await readOwned(api, id, owner, readLastingVolume)) === undefined) {
        throw providerError('EC2_NOT_FOUND', 'absent', `${id} (${owner.address}) does not exist any more`, {
          hint: 'plan again to see what the stack has now',
        })
      }
      await api.call('EnableVolumeIO', { VolumeId: id }, { seen: true })
      return 'done'
    },
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
