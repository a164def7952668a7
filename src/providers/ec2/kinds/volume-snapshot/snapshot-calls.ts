import type { Snapshot } from '@aws-sdk/client-ec2'
import type { Created, Effect, Once, Owned, SnapshotCloud, SnapshotRequest } from '../../../../executor/ports.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { operationTag } from '../../tags/operation-tag.js'
import { readOwned, vouchFor } from '../../tags/ownership.js'
import { tagListOf, tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { createOnce } from '../../wire/create-once.js'
import { readForEach } from '../../wire/pages.js'
import { sharedFor } from '../../wire/shared-reads.js'
import { createSnapshotWaits } from './await-snapshot.js'
import { copySnapshot } from './copy-snapshot.js'
import { readOwnSnapshots, readSnapshot } from './read-snapshots.js'
import { changeShares } from './volume-permissions.js'

/** Snapshots of one volume may queue behind one another (five at once, one for st1 and sc1). */
const queueLimitMs = 10 * 60_000

/** How snapshots come and go. CreateSnapshot takes no token: the operation's tag tells whether it was made already. */
export function createSnapshotCalls(api: Ec2Api): SnapshotCloud {
  const waitIn = createSnapshotWaits()
  const wait: SnapshotCloud['awaitSnapshot'] = async ({ volumeId, share = [], ...snapshot }) => {
    await waitIn(api, { ...snapshot, of: volumeId })
    await changeShares(api, snapshot.id, { added: share, removed: [] })
  }

  return {
    createSnapshot: async (request): Promise<Created> => {
      const created = await start(request, queueLimitMs)
      await wait({ ...request, ...created })
      return created
    },
    startSnapshot: (request) => start(request, 0),
    awaitSnapshot: wait,
    modifySnapshot: async ({ id, owner, shares, tags }) => {
      if ((await readOwned(api, id, owner, readSnapshot)) === undefined) {
        throw providerError('EC2_NOT_FOUND', 'absent', `${id} (${owner.address}) does not exist any more`, {
          hint: 'plan again to see what the stack has now',
        })
      }
      await changeShares(api, id, shares)
      // What was applied is recorded last.
      await api.call('CreateTags', { Resources: [id], Tags: tagListOf(tags) }, { seen: true })
      api.young.note(id)
      return 'done'
    },
    copySnapshot: (request) => copySnapshot(api, waitIn, request),
    deleteSnapshot,
  }

  async function start(request: SnapshotRequest & Once, patienceMs: number): Promise<Created> {
    const id = await createOnce(api, {
      find: () => readByOperation(api, request),
      create: () => create(request),
      isQueued: (error) => hasAwsCode(error, 'ConcurrentSnapshotLimitExceeded', 'PendingSnapshotLimitExceeded'),
      queueLimitMs: patienceMs,
    })
    api.young.note(id)
    return { id }
  }

  async function deleteSnapshot({ id, owner, region }: Owned & { readonly region?: string }): Promise<Effect> {
    const place = region === undefined ? api : api.inRegion(region)
    const vouched = await vouchFor(place, id, owner, readSnapshot)
    if (vouched === undefined) return 'unchanged'
    try {
      await place.call('DeleteSnapshot', { SnapshotId: id }, { seen: true, confirm: vouched.confirm })
      place.young.forget(id)
      return 'done'
    } catch (error) {
      if (isOfClass(error, 'absent')) return 'done'
      // An image was made of it since the plan.
      if (hasAwsCode(error, 'InvalidSnapshot.InUse')) return 'unchanged'
      throw error
    }
  }

  async function create(request: SnapshotRequest & Once): Promise<string> {
    const snapshot = await api.call('CreateSnapshot', {
      VolumeId: request.volumeId,
      Description: request.description,
      TagSpecifications: [
        { ResourceType: 'snapshot', Tags: tagListOf({ ...request.tags, [operationTag]: request.once }) },
      ],
    })
    return snapshot.SnapshotId ?? ''
  }
}

/** The snapshots that carry these operations' tags; who asks at the same moment shares the Describe. */
const readTagged = sharedFor<readonly string[], readonly Snapshot[]>((api) => (wanted) => {
  const all = readForEach([...new Set(wanted.flat())], (Values) =>
    readOwnSnapshots(api, [{ Name: `tag:${operationTag}`, Values }]),
  )
  return wanted.map(async (onces) => (await all).filter(({ Tags }) => onces.includes(tagsOf(Tags)[operationTag] ?? '')))
})

async function readByOperation(
  api: Ec2Api,
  { once, earlier = [], volumeId }: SnapshotRequest & Once,
): Promise<string | undefined> {
  const found = await readTagged(api, [once, ...earlier])
  return found
    .filter(({ State, VolumeId }) => (State === 'pending' || State === 'completed') && VolumeId === volumeId)
    .map(({ SnapshotId }) => SnapshotId ?? '')
    .sort()[0]
}
