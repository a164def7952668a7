import type { Snapshot } from '@aws-sdk/client-ec2'
import type { Created, SnapshotCloud } from '../../../../executor/ports.js'
import { copySourceText } from '../../../../model/regions/region-copy.js'
import { tagKeys, type Tags } from '../../../../model/tags.js'
import { hasAwsCode, providerError } from '../../errors/provider-errors.js'
import { tagListOf, tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { createOnce } from '../../wire/create-once.js'
import { completedLimitMs, type AwaitSnapshot } from './await-snapshot.js'
import { readOwnSnapshots, readSnapshot } from './read-snapshots.js'

type CopyRequest = Parameters<SnapshotCloud['copySnapshot']>[0]

/**
 * Copies a snapshot to another region, and waits for it. CopySnapshot is called there and takes no token (EC2 Developer Guide,
 * "Ensuring idempotency"): the tag that names its source tells whether it was made already. So many may be on their way to a
 * region (EBS User Guide, "Quotas for Amazon EBS"); others wait for their turn.
 */
export async function copySnapshot(api: Ec2Api, wait: AwaitSnapshot, request: CopyRequest): Promise<Created> {
  const { sourceId, region, onProgress } = request
  const there = api.inRegion(region)
  const [home, source] = await Promise.all([api.region(), readSnapshot(api, sourceId)])
  if (source === undefined) {
    throw providerError('EC2_NOT_FOUND', 'absent', `${sourceId} does not exist any more`, {
      hint: 'plan again to see what the stack has now',
    })
  }
  const tags: Tags = {
    ...request.tags,
    [tagKeys.copyOf]: copySourceText({ region: home, id: sourceId }),
    [tagKeys.taken]: tagsOf(source.Tags)[tagKeys.taken] ?? source.StartTime?.toISOString() ?? '',
  }
  const id = await createOnce(there, {
    find: () => findCopy(there, tags),
    create: async () => {
      const copy = await there.call('CopySnapshot', {
        SourceRegion: home,
        SourceSnapshotId: sourceId,
        Description: request.description,
        TagSpecifications: [{ ResourceType: 'snapshot', Tags: tagListOf(tags) }],
        ...(request.encrypted !== undefined && { Encrypted: request.encrypted }),
        ...(request.kmsKey !== undefined && { KmsKeyId: request.kmsKey }),
      })
      return copy.SnapshotId ?? ''
    },
    isQueued: (error) => hasAwsCode(error, 'ResourceLimitExceeded'),
    queueLimitMs: completedLimitMs,
  })
  there.young.note(id)
  await wait(there, { id, of: sourceId, ...(onProgress && { onProgress }) })
  return { id }
}

/** A copy of the same source for the same end: one of a checkpoint is part of that set alone. */
async function findCopy(there: Ec2Api, tags: Tags): Promise<string | undefined> {
  const found = await readOwnSnapshots(there, [{ Name: `tag:${tagKeys.copyOf}`, Values: [tags[tagKeys.copyOf] ?? ''] }])
  const isSame = ({ State, Tags }: Snapshot) => {
    const known = tagsOf(Tags)
    const isGood = State === 'pending' || State === 'completed'
    return isGood && [tagKeys.stack, tagKeys.checkpoint].every((key) => known[key] === tags[key])
  }
  return found
    .filter(isSame)
    .map(({ SnapshotId }) => SnapshotId ?? '')
    .sort()[0]
}
