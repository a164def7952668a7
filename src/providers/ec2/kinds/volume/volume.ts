import type { Volume } from '@aws-sdk/client-ec2'
import type { VolumeCloud } from '../../../../executor/ports.js'
import { watchById } from '../../waiting/watch-by-id.js'
import type { Kind } from '../kind.js'
import { createAttachmentCalls } from './attachments.js'
import { describeVolumes, observedVolumes } from './observe-volumes.js'
import { readVolume, readVolumes } from './read-volumes.js'
import { createVolumeCalls } from './volume-calls.js'
import { attachmentOf } from './volume-facts.js'
import { createVolumeChangeCalls } from './volume-changes.js'
import { createVolumeIoCalls } from './volume-io.js'

/** `in-use, attaching`. */
function shownState(volume: Volume): string | undefined {
  const attachment = attachmentOf(volume)
  return attachment === undefined ? volume.State : `${volume.State}, ${attachment.state}`
}

/** Volumes, where they are attached, and how they grow. */
export const volumeKind = {
  idPrefixes: ['vol'],
  readById: readVolume,
  describe: describeVolumes,
  facts: observedVolumes,
  cloud: (api): VolumeCloud => {
    const volumes = watchById(api, 'volume-id', readVolumes, ({ VolumeId }) => VolumeId, shownState)
    return {
      ...createVolumeCalls(api, volumes),
      ...createAttachmentCalls(api, volumes),
      ...createVolumeChangeCalls(api),
      ...createVolumeIoCalls(api),
    }
  },
} as const satisfies Kind<unknown, never, object, object>
