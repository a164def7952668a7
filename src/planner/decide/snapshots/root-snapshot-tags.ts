import type { LiveServer } from '../../../model/kinds/server.js'
import { nameTag } from '../../../model/names.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import type { World } from '../../world.js'

/** Tags of the snapshot that a server's root disk leaves: it is found under the server's address, and is no version of a volume. */
export function rootSnapshotTags({ live: { stack: live }, options }: World, { address, rootVolume }: LiveServer): Tags {
  return {
    [tagKeys.stack]: live.stack,
    [tagKeys.address]: address,
    [tagKeys.name]: nameTag(live.stack, address),
    [tagKeys.role]: 'root',
    [tagKeys.size]: String(rootVolume?.sizeGiB ?? 0),
    ...(options.revision === undefined ? {} : { [tagKeys.revision]: options.revision }),
    ...(options.run === undefined ? {} : { [tagKeys.run]: options.run }),
  }
}
