import type { Volume } from '@aws-sdk/client-ec2'
import { EvenkeelError } from '../../../../core/errors.js'
import { beginWait } from '../../../../core/wait-sink.js'
import type { Effect, Once, Owned, VolumeCloud, VolumeRequest } from '../../../../executor/ports.js'
import type { Address } from '../../../../model/address.js'
import { tagKeys } from '../../../../model/tags.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { operationTag } from '../../tags/operation-tag.js'
import { lookUntilSeen, readConfirmed, vouchFor } from '../../tags/ownership.js'
import { tagListOf } from '../../tags/tag-lists.js'
import { usualMs } from '../../waiting/usual-times.js'
import type { Watcher } from '../../waiting/waiters.js'
import type { Ec2Api } from '../../wire/api.js'
import { tokenOf, tokensMax } from '../../wire/tokens.js'
import { readLastingVolume, readVolumes } from './read-volumes.js'
import { attachmentOf, volumeFacts } from './volume-facts.js'

/** Measured median 1.5 s, p99 4 s; Terraform waits 5 minutes. */
const availableLimitMs = 10 * 60_000
const deleteLimitMs = 10 * 60_000
/** So long a volume whose creation was answered must be missed, and by so many readings in a row, before it counts as failed. */
const absenceLimitMs = 5 * 60_000
const absencesMin = 5

/** How volumes come and go. */
export function createVolumeCalls(
  api: Ec2Api,
  volumes: Watcher<Volume>,
): Pick<VolumeCloud, 'createVolume' | 'deleteVolume' | 'readVolume'> {
  async function createVolume(request: VolumeRequest & Once) {
    for (let burnt = 0; burnt < tokensMax; burnt += 1) {
      const id = await create(api, request, tokenOf(request.once, burnt))
      if (id === undefined) continue
      api.young.note(id)
      try {
        const volume = await untilAvailable(id)
        return { id, zone: volume.AvailabilityZone ?? request.zone }
      } catch (error) {
        if (error instanceof EvenkeelError && error.code === 'EC2_VOLUME_FAILED') await removeFailed(id, request.tags)
        throw error
      }
    }
    throw providerError('EC2_VOLUME_FAILED', 'conflict', 'every volume that this step created is gone again', {
      hint: 'find out who deletes them (CloudTrail), then apply again',
      action: 'CreateVolume',
    })
  }

  const untilAvailable = (id: string): Promise<Volume> => {
    const { clock, timeoutScale } = api.settings
    let seenAt = clock.now()
    return volumes.until(
      id,
      (volume, absences) => {
        if (volume) seenAt = clock.now()
        if (volume?.State === 'available' || volume?.State === 'in-use') return volume
        const isGone = absences >= absencesMin && clock.now() - seenAt >= absenceLimitMs * timeoutScale
        if (volume?.State === 'error' || volume?.State === 'deleted' || isGone) throw failed(id)
        return undefined
      },
      { what: `${id} to become available`, timeoutMs: availableLimitMs, usualMs: usualMs.volumeIsAvailable },
    )
  }

  /**
   * A volume whose creation this step asked for, and which has been seen to fail before it was ever there, holds nothing; it
   * would be taken for the address's own. Where it cannot be removed, the next plan tells of it.
   */
  async function removeFailed(id: string, tags: VolumeRequest['tags']): Promise<void> {
    const { [tagKeys.stack]: stack, [tagKeys.address]: address } = tags
    if (stack === undefined || address === undefined) return
    try {
      const vouched = await vouchFor(api, id, { stack, address: address as Address }, readLastingVolume)
      if (vouched?.item.State !== 'error' || attachmentOf(vouched.item)) return
      await api.call('DeleteVolume', { VolumeId: id }, { seen: true, confirm: vouched.confirm })
    } catch (error) {
      if (!(error instanceof EvenkeelError)) throw error
    }
  }

  async function deleteVolume({ id, owner, inState }: Owned & { readonly inState?: 'error' }): Promise<Effect> {
    const deadline = api.settings.clock.now() + deleteLimitMs * api.settings.timeoutScale
    const tell = beginWait(api.settings.clock, `${id} to let itself be deleted`)
    for (;;) {
      const vouched = await vouchFor(api, id, owner, readLastingVolume)
      if (vouched === undefined) return 'unchanged'
      if (inState !== undefined && vouched.item.State !== inState) {
        throw providerError(
          'EC2_WRONG_STATE',
          'wait-state',
          `${id} (${owner.address}) is ${vouched.item.State ?? 'in no state'}, and was to be deleted in the state ${inState} alone`,
          { hint: 'plan again', action: 'DeleteVolume' },
        )
      }
      const attachment = attachmentOf(vouched.item)
      if (attachment && attachment.state !== 'detaching') {
        throw providerError(
          'EC2_WRONG_STATE',
          'wait-state',
          `${id} (${owner.address}) is attached to ${attachment.instanceId}`,
          {
            hint: 'it was attached since the plan was made; plan again',
            action: 'DeleteVolume',
          },
        )
      }
      try {
        await api.call('DeleteVolume', { VolumeId: id }, { seen: true, confirm: vouched.confirm })
        api.young.forget(id)
        return 'done'
      } catch (error) {
        if (isOfClass(error, 'absent')) return 'done'
        // Still leaving its server, or being copied by a snapshot that has just begun.
        if (!hasAwsCode(error, 'VolumeInUse', 'IncorrectState') || api.settings.clock.now() >= deadline) throw error
        tell(error.awsCode)
      }
      await api.pause(3_000)
    }
  }

  return {
    createVolume,
    deleteVolume,
    readVolume: async (volumeId) => {
      const volume = await readConfirmed(api, volumeId, readLastingVolume)
      return volume && volumeFacts(volume)
    },
  }
}

/** The id of the volume that this token stands for; undefined when the token is burnt: its volume failed or is gone. */
async function create(api: Ec2Api, request: VolumeRequest & Once, token: string): Promise<string | undefined> {
  try {
    const volume = await api.call('CreateVolume', {
      ClientToken: token,
      AvailabilityZone: request.zone,
      VolumeType: request.type,
      ...(request.sizeGiB === undefined ? {} : { Size: request.sizeGiB }),
      ...(request.iops === undefined ? {} : { Iops: request.iops }),
      ...(request.throughputMiBps === undefined ? {} : { Throughput: request.throughputMiBps }),
      ...(request.encrypted === undefined ? {} : { Encrypted: request.encrypted }),
      ...(request.kmsKey === undefined ? {} : { KmsKeyId: request.kmsKey }),
      ...(request.snapshotId === undefined ? {} : { SnapshotId: request.snapshotId }),
      TagSpecifications: [
        { ResourceType: 'volume', Tags: tagListOf({ ...request.tags, [operationTag]: request.once }) },
      ],
    })
    const ended = volume.State === 'error' || volume.State === 'deleting' || volume.State === 'deleted'
    return ended ? undefined : volume.VolumeId
  } catch (error) {
    // At the limit EC2 also refuses to repeat a creation that has succeeded; and a volume that failed later burns its token.
    if (!hasAwsCode(error, 'IdempotentParameterMismatch', 'VolumeLimitExceeded')) throw error
    const isMade = hasAwsCode(error, 'IdempotentParameterMismatch')
    const look = () => readByOperation(api, request.once)
    // Of a token that is taken one reading alone proves nothing: it may be behind.
    const earlier = await (isMade ? lookUntilSeen(api, look) : look())
    if (earlier?.VolumeId !== undefined) return earlier.VolumeId
    if (hasAwsCode(error, 'VolumeLimitExceeded')) throw error
    return undefined
  }
}

async function readByOperation(api: Ec2Api, once: string): Promise<Volume | undefined> {
  const found = await readVolumes(api, [{ Name: `tag:${operationTag}`, Values: [once] }])
  return found.find(({ State }) => State === 'creating' || State === 'available' || State === 'in-use')
}

function failed(id: string) {
  return providerError(
    'EC2_VOLUME_FAILED',
    'bad-request',
    `EC2 accepted the volume ${id} and then could not create it`,
    {
      hint: 'most often the KMS key or the snapshot may not be used with these credentials; correct it and apply again',
      action: 'CreateVolume',
    },
  )
}
