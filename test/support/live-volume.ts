import type { LiveVolume } from '../../src/model/kinds/volume.js'
import type { LiveSnapshot } from '../../src/model/kinds/volume-snapshot.js'
import { tagKeys } from '../../src/model/tags.js'
import { at } from './live-stack.js'

/** A volume of the stack `demo` that was made blank: 20 GiB, attached to nothing. */
export function liveVolume(
  name: string,
  tags: Readonly<Record<string, string>> = {},
  change: Partial<LiveVolume> = {},
): LiveVolume {
  return {
    address: at(`volume.${name}`),
    id: `vol-${name}`,
    tags: {
      [tagKeys.stack]: 'demo',
      [tagKeys.address]: `volume.${name}`,
      [tagKeys.origin]: 'blank',
      [tagKeys.applied]: 'v1',
      ...tags,
    },
    state: 'available',
    sizeGiB: 20,
    type: 'gp3',
    iops: undefined,
    throughputMiBps: undefined,
    encrypted: false,
    kmsKey: undefined,
    zone: 'us-east-1a',
    snapshotId: undefined,
    attachment: undefined,
    ...change,
  }
}

/** A completed snapshot of the stack `demo`, of a volume or of what else has an address. */
export function liveSnapshot(address: string, id: string, change: Partial<LiveSnapshot> = {}): LiveSnapshot {
  return {
    address: at(address),
    id,
    tags: { [tagKeys.stack]: 'demo', [tagKeys.address]: address, ...change.tags },
    volumeId: 'vol-gone',
    state: 'completed',
    startedAt: '2026-11-01T00:00:00.000Z',
    sizeGiB: 20,
    ...(({ tags: _tags, ...others }) => others)(change),
  }
}
