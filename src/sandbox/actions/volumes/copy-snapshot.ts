import { finishCopy } from '../../lifecycle/snapshot.js'
import { readTagSpecifications } from '../../model/tags.js'
import { renderTags } from '../../render/tags.js'
import { ApiError } from '../../wire/api-error.js'
import { boolean, required, string, tagSpecifications } from '../../wire/shape.js'
import { findSnapshot, worldOfRegion } from '../../world/lookup.js'
import { defineAction } from '../action.js'
import { beginCopy, encryptionOfCopy } from './begin-snapshot.js'

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
    const tags = readTagSpecifications(parameters.TagSpecification, ['snapshot']).snapshot
    const encryption = encryptionOfCopy(world, parameters, source)
    const copy = beginCopy(world, source, { description: parameters.Description ?? '', encryption, tags })
    finishCopy(world, copy.id)
    return { snapshotId: copy.id, tagSet: renderTags(tags) }
  },
})
