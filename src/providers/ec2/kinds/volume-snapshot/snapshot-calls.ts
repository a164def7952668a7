import type { Snapshot } from '@aws-sdk/client-ec2'
import type {
  Created,
  Effect,
  Once,
  Owned,
  SnapshotCloud,
  SnapshotRequest,
  Waiting,
} from '../../../../executor/ports.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { operationTag } from '../../tags/operation-tag.js'
import { readOwned, vouchFor } from '../../tags/ownership.js'
import { tagListOf, tagsOf } from '../../tags/tag-lists.js'
import { usualMs } from '../../waiting/usual-times.js'
import { watchById } from '../../waiting/watch-by-id.js'
import type { Ec2Api } from '../../wire/api.js'
import { createOnce } from '../../wire/create-once.js'
import { readForEach } from '../../wire/pages.js'
import { sharedFor } from '../../wire/shared-reads.js'
import { readOwnSnapshots, readSnapshot } from './read-snapshots.js'
import { changeShares } from './volume-permissions.js'

/** A first snapshot of a large volume takes hours. */
const completedLimitMs = 24 * 3_600_000
/** Snapshots of one volume may queue behind one another (five at once, one for st1 and sc1). */
const queueLimitMs = 10 * 60_000
/** How snapshots come and go. CreateSnapshot takes no token: the operation's tag tells whether it was made already. */
export function createSnapshotCalls(api: Ec2Api): SnapshotCloud {
  const snapshots = watchById(
    api,
    'snapshot-id',
    readOwnSnapshots,
    ({ SnapshotId }) => SnapshotId,
    ({ State, Progress }) => `${State} ${Progress ?? ''}`.trim(),
  )

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

  async function wait({
    id,
    volumeId,
    share = [],
    onProgress,
  }: { readonly id: string; readonly volumeId: string } & Pick<SnapshotRequest, 'share'> & Waiting): Promise<void> {
    await snapshots.until(
      id,
      (snapshot) => {
        if (snapshot?.State === 'error') throw failed(snapshot, volumeId)
        onProgress?.(percentOf(snapshot))
        return snapshot?.State === 'completed' ? true : undefined
      },
      {
        what: `${id} of ${volumeId} to complete`,
        timeoutMs: completedLimitMs,
        usualMs: usualMs.snapshotCompletes,
        rhythm: 'open-ended',
      },
    )
    await changeShares(api, id, { added: share, removed: [] })
  }

  async function deleteSnapshot({ id, owner }: Owned): Promise<Effect> {
    const vouched = await vouchFor(api, id, owner, readSnapshot)
    if (vouched === undefined) return 'unchanged'
    try {
      await api.call('DeleteSnapshot', { SnapshotId: id }, { seen: true, confirm: vouched.confirm })
      api.young.forget(id)
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

/** EC2 says `37%`, or nothing yet. */
function percentOf(snapshot: Snapshot | undefined): number {
  if (snapshot?.State === 'completed') return 100
  const percent = Number.parseInt(snapshot?.Progress ?? '0', 10)
  return Number.isNaN(percent) ? 0 : Math.min(100, Math.max(0, percent))
}

function failed({ SnapshotId, StateMessage }: Snapshot, volumeId: string) {
  return providerError(
    'EC2_SNAPSHOT_FAILED',
    'bad-request',
    `EC2 could not complete ${SnapshotId} of ${volumeId}${StateMessage === undefined || StateMessage === '' ? '' : `: ${StateMessage}`}`,
    {
      hint: 'nothing that needed it was done; apply again, and delete the failed snapshot by hand',
      action: 'CreateSnapshot',
    },
  )
}
