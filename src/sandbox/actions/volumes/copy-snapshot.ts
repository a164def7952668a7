import { finishCopy } from '../../lifecycle/snapshot.js'
import { readTagSpecifications } from '../../model/tags.js'
import { renderTags } from '../../render/tags.js'
import { ApiError, invalidValue } from '../../wire/api-error.js'
import { boolean, required, string, tagSpecifications } from '../../wire/shape.js'
import { findSnapshot, worldOfRegion } from '../../world/lookup.js'
import { defineAction } from '../action.js'
import { beginCopy, encryptionOfCopy } from './begin-snapshot.js'
import { quotas } from '../../model/quotas.js'
import type { World } from '../../world/world.js'

export const copySnapshot = defineAction({
  name: 'CopySnapshot',
  effect: 'writes',
  members: {
    SourceRegion: required(string),
    SourceSnapshotId: required(string),
    Description: string,
    DestinationRegion: string,
    Encrypted: boolean,
    KmsKeyId: string,
    PresignedUrl: string,
    TagSpecification: tagSpecifications,
  },
  run: (parameters, world) => {
    const source = findSnapshot(worldOfRegion(world, parameters.SourceRegion), parameters.SourceSnapshotId)
    if (source.state !== 'completed')
      throw new ApiError('IncorrectState', `Snapshot '${source.id}' is not 'completed'.`)
    checkCopies(world, parameters)
    const tags = readTagSpecifications(parameters.TagSpecification, ['snapshot']).snapshot
    const encryption = encryptionOfCopy(world, parameters, source)
    const copy = beginCopy(world, source, { description: parameters.Description ?? '', encryption, tags })
    finishCopy(world, copy.id)
    return { snapshotId: copy.id, tagSet: renderTags(tags) }
  },
})

interface Wanted {
  readonly Description?: string | undefined
  readonly DestinationRegion?: string | undefined
}

/** The text is EC2's own (https://github.com/aws-samples/copy-encrypted-ami/issues/3). */
function checkCopies(world: World, { Description = '', DestinationRegion }: Wanted): void {
  if (Description.length > 255) throw invalidValue('Snapshot description is longer than 255 characters')
  if (DestinationRegion !== undefined && DestinationRegion !== world.region.name) {
    throw new ApiError(
      'InvalidParameterValue',
      `Value (${DestinationRegion}) for parameter destinationRegion is invalid. It is not the region of the endpoint.`,
    )
  }
  const pending = world.snapshots
    .values()
    .filter(({ state, sourceSnapshotId }) => state === 'pending' && sourceSnapshotId !== undefined)
  if (pending.length < quotas.snapshotCopiesInProgress) return
  throw new ApiError(
    'ResourceLimitExceeded',
    `Too many snapshot copies in progress. The limit is ${quotas.snapshotCopiesInProgress} for this destination region.`,
  )
}
