import type { BlockDeviceMapping, Image, Instance } from '@aws-sdk/client-ec2'
import type { Created, Effect, ImageCloud, NewImageRequest, Owner, Waiting } from '../../../../executor/ports.js'
import { copySourceText } from '../../../../model/regions/region-copy.js'
import { tagKeys } from '../../../../model/tags.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { operationTag } from '../../tags/operation-tag.js'
import { readOwned, vouchFor, type Vouched } from '../../tags/ownership.js'
import { tagListOf } from '../../tags/tag-lists.js'
import { usualMs } from '../../waiting/usual-times.js'
import type { Watcher } from '../../waiting/waiters.js'
import type { Ec2Api } from '../../wire/api.js'
import { createOnce } from '../../wire/create-once.js'
import { readInstance } from '../server/read-instances.js'
import { readSnapshot } from '../volume-snapshot/read-snapshots.js'
import { changeShares } from './launch-permissions.js'
import { readImage, readOwnImages, readUsers, snapshotsOfImage } from './read-images.js'
import { watchImages, type WatchedImage } from './watch-images.js'

/** The first snapshot of a large disk takes hours, and so does its way to another region. */
const availableLimitMs = 24 * 3_600_000
/** A name may be taken for some time after the image has gone that had it (EC2 User Guide, "Deregister an Amazon EC2 AMI"). */
const nameLimitMs = 5 * 60_000
/** So many readings in a row that do not show an image say that there is none. */
const absencesMax = 5

/** How images come, change and go, here and in other regions. Neither CreateImage nor RegisterImage takes a token: the operation's tag tells whether it was made already. */
export function createImageCalls(api: Ec2Api): ImageCloud {
  const watchers = new Map<string | undefined, Watcher<WatchedImage>>()

  return {
    createImage: async ({ instanceId, server, once, onProgress, ...request }) => {
      const id = await createNamed(request, once, async () => {
        const instance = await restingInstance(instanceId, server)
        const image = await api.call('CreateImage', {
          ...namesOf(request, once, ['image', 'snapshot']),
          InstanceId: instanceId,
          // Whoever has started it since does not get an image of a disk that is written to.
          NoReboot: false,
          BlockDeviceMappings: withoutData(instance),
        })
        return image.ImageId ?? ''
      })
      return finished(api, id, request, { onProgress })
    },
    registerImage: async ({ snapshotId, architecture, rootDeviceName, bootMode, once, ...request }) => {
      const id = await createNamed(request, once, async () => {
        const image = await api.call('RegisterImage', {
          ...namesOf(request, once, ['image']),
          Architecture: architecture,
          RootDeviceName: rootDeviceName,
          VirtualizationType: 'hvm',
          EnaSupport: true,
          BlockDeviceMappings: [
            { DeviceName: rootDeviceName, Ebs: { SnapshotId: snapshotId, DeleteOnTermination: true } },
          ],
          ...(bootMode !== undefined && { BootMode: bootMode as 'uefi' }),
        })
        return image.ImageId ?? ''
      })
      return finished(api, id, request, {})
    },
    awaitImage: async ({ id, region, onProgress }) => {
      await untilAvailable(placeOf(region), id, { onProgress })
      return 'done'
    },
    copyImage: async ({ sourceId, region, encrypted, kmsKey, once, onProgress, ...request }) => {
      const there = placeOf(region)
      const home = await api.region()
      // A stack of the same name in that region leaves alone what says that it is a copy.
      const tags = { ...request.tags, [tagKeys.copyOf]: copySourceText({ region: home, id: sourceId }) }
      const { ImageId: id = '' } = await there.call(
        'CopyImage',
        {
          ...namesOf({ ...request, tags }, once, ['image', 'snapshot']),
          SourceRegion: home,
          SourceImageId: sourceId,
          ClientToken: once,
          ...(encrypted !== undefined && { Encrypted: encrypted }),
          ...(kmsKey !== undefined && { KmsKeyId: kmsKey }),
        },
        { seen: true },
      )
      return finished(there, id, request, { onProgress })
    },
    modifyImage: async ({ id, owner, region, description, shares, tags, removeTags }) => {
      const there = placeOf(region)
      if ((await readOwned(there, id, owner, readImage)) === undefined) throw gone(id, owner)
      if (description !== undefined) {
        await there.call('ModifyImageAttribute', { ImageId: id, Description: { Value: description } }, { seen: true })
      }
      if (shares) await changeShares(there, id, shares)
      if (removeTags.length > 0) {
        await there.call('DeleteTags', { Resources: [id], Tags: removeTags.map((Key) => ({ Key })) }, { seen: true })
      }
      // What was applied is recorded last.
      if (Object.keys(tags).length > 0) {
        await there.call('CreateTags', { Resources: [id], Tags: tagListOf(tags) }, { seen: true })
      }
      there.young.note(id)
      return 'done'
    },
    deregisterImage: ({ id, owner, region }) => deregister(placeOf(region), id, owner),
  }

  function placeOf(region: string | undefined): Ec2Api {
    return region === undefined ? api : api.inRegion(region)
  }

  /** EC2 boots what runs for an image of it, and an image of what was started since would not be the one that was planned. */
  async function restingInstance(id: string, server: Owner): Promise<Instance> {
    const instance = await readOwned(api, id, server, readInstance)
    if (instance === undefined) throw gone(id, server)
    if (instance.State?.Name === 'stopped') return instance
    throw providerError(
      'EC2_CONFLICT',
      'conflict',
      `${id} (${server.address}) is ${instance.State?.Name} and not stopped`,
      {
        hint: 'it was started since it was brought to rest for the image; plan again',
        action: 'CreateImage',
      },
    )
  }

  async function createNamed(
    { name }: Pick<NewImageRequest, 'name'>,
    once: string,
    create: () => Promise<string>,
  ): Promise<string> {
    const id = await createOnce(api, {
      find: async () => {
        const made = await readOwnImages(api, [{ Name: `tag:${operationTag}`, Values: [once] }])
        return made
          .filter(({ Name, State }) => Name === name && (State === 'pending' || State === 'available'))
          .map(({ ImageId }) => ImageId ?? '')
          .sort()[0]
      },
      create: async () => {
        try {
          return await create()
        } catch (error) {
          if (hasAwsCode(error, 'InvalidAMIName.Duplicate')) await refuseTaken(name, error)
          throw error
        }
      },
      isQueued: (error) => hasAwsCode(error, 'InvalidAMIName.Duplicate'),
      queueLimitMs: nameLimitMs,
    })
    api.young.note(id)
    return id
  }

  async function refuseTaken(name: string, cause: unknown): Promise<void> {
    const [holder] = await readOwnImages(api, [{ Name: 'name', Values: [name] }])
    if (!holder) return
    throw providerError('EC2_CONFLICT', 'conflict', `the name ${name} is taken by ${holder.ImageId}`, {
      hint: 'it is not known as a version of this image; plan again, and deregister it by hand where it is nobody’s',
      action: 'CreateImage',
      cause,
    })
  }

  async function finished(
    place: Ec2Api,
    id: string,
    { share }: Pick<NewImageRequest, 'share'>,
    waiting: { readonly onProgress?: Waiting['onProgress'] | undefined },
  ): Promise<Created> {
    place.young.note(id)
    await untilAvailable(place, id, waiting)
    await changeShares(place, id, { added: share, removed: [] })
    return { id }
  }

  async function untilAvailable(
    place: Ec2Api,
    id: string,
    { onProgress }: { readonly onProgress?: Waiting['onProgress'] | undefined },
  ): Promise<void> {
    const region = await place.region()
    const watcher = watchers.get(region) ?? watchImages(place)
    watchers.set(region, watcher)
    await watcher.until(
      id,
      (watched, absences) => {
        if (watched === undefined && absences >= absencesMax && !place.young.has(id))
          throw failed(id, 'it is not there any more')
        if (watched === undefined) return undefined
        const { image, percent } = watched
        if (
          image.State === 'failed' ||
          image.State === 'error' ||
          image.State === 'invalid' ||
          image.State === 'deregistered'
        ) {
          throw failed(id, image.StateReason?.Message ?? `EC2 says ${image.State}`)
        }
        onProgress?.(percent)
        return image.State === 'available' ? true : undefined
      },
      {
        what: `${id} to become available`,
        timeoutMs: availableLimitMs,
        usualMs: usualMs.snapshotCompletes,
        rhythm: 'open-ended',
      },
    )
  }

  async function deregister(place: Ec2Api, id: string, owner: Owner): Promise<Effect> {
    const vouched = await vouchFor(place, id, owner, readImage)
    if (vouched === undefined) return 'unchanged'
    if ((await readUsers(place, [id])).has(id)) return 'unchanged'
    const input = { ImageId: id, DeleteAssociatedSnapshots: await hasOwnSnapshots(place, vouched, owner) }
    try {
      await place.call('DeregisterImage', input, { seen: true, confirm: vouched.confirm })
    } catch (error) {
      // What EC2 says of one that an unanswered attempt has taken away.
      if (!isOfClass(error, 'absent') && !hasAwsCode(error, 'InvalidAMIID.Unavailable')) throw error
    }
    place.young.forget(id)
    return 'done'
  }

  /** What an image was registered of is somebody else's. */
  async function hasOwnSnapshots(place: Ec2Api, { item }: Vouched<Image>, owner: Owner): Promise<boolean> {
    const ids = snapshotsOfImage(item)
    const isOwn = async (id: string) => {
      try {
        return (await readOwned(place, id, owner, readSnapshot)) !== undefined
      } catch (error) {
        if (isOfClass(error, 'permission')) return false
        throw error
      }
    }
    return ids.length > 0 && (await Promise.all(ids.map(isOwn))).every((own) => own)
  }
}

function namesOf({ name, description, tags }: NewImageRequest, once: string, types: readonly ('image' | 'snapshot')[]) {
  const Tags = tagListOf({ ...tags, [operationTag]: once })
  return {
    Name: name,
    ...(description !== '' && { Description: description }),
    TagSpecifications: types.map((ResourceType) => ({ ResourceType, Tags })),
  }
}

/** Everything but the disk that it starts from: data is kept as snapshots of volumes, and made anew for each server. */
function withoutData({ BlockDeviceMappings = [], RootDeviceName }: Instance): BlockDeviceMapping[] {
  return BlockDeviceMappings.filter(({ DeviceName }) => DeviceName !== RootDeviceName).map(({ DeviceName }) => ({
    DeviceName,
    NoDevice: '',
  }))
}

function failed(id: string, why: string) {
  return providerError('EC2_IMAGE_FAILED', 'bad-request', `EC2 could not make ${id}: ${why}`, {
    hint: 'nothing was launched of it; apply again: what failed is taken away, and another version is made',
    action: 'CreateImage',
  })
}

function gone(id: string, { address }: Owner) {
  return providerError('EC2_NOT_FOUND', 'absent', `${id} (${address}) does not exist any more`, {
    hint: 'plan again to see what the stack has now',
  })
}
