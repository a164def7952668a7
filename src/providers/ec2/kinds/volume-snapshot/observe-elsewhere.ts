import type { Snapshot } from '@aws-sdk/client-ec2'
import { Cancelled, messageOf } from '../../../../core/errors.js'
import type { CloudQuery } from '../../../../executor/ports.js'
import { tagKeys } from '../../../../model/tags.js'
import type { Ec2Api } from '../../wire/api.js'
import { readOwnSnapshots } from './read-snapshots.js'
import { readSnapshotImages } from './snapshot-images.js'

export interface DescribedElsewhere {
  readonly region: string
  /** With the stack's tag, sorted by id. */
  readonly found: readonly Snapshot[]
  /** Images there by snapshot; undefined where they were not asked for. */
  readonly images?: ReadonlyMap<string, readonly string[]>
  /** Why it could not be read. */
  readonly unread?: string
}

/** A region that cannot be read is told, and keeps nothing else from being read. */
export async function describeElsewhere(
  api: Ec2Api,
  { stack, snapshotRegions = [], snapshotImages = false }: CloudQuery,
): Promise<readonly DescribedElsewhere[]> {
  if (snapshotRegions.length === 0) return []
  const home = await api.region()
  const regions = [...new Set(snapshotRegions)].filter((region) => region !== home).sort()
  return Promise.all(
    regions.map(async (region) => {
      try {
        const there = api.inRegion(region)
        const found = await readOwnSnapshots(there, [{ Name: `tag:${tagKeys.stack}`, Values: [stack] }])
        return {
          region,
          ...(snapshotImages && { images: await readSnapshotImages(there, found) }),
          found: found.toSorted((left, right) => ((left.SnapshotId ?? '') < (right.SnapshotId ?? '') ? -1 : 1)),
        }
      } catch (error) {
        if (error instanceof Cancelled) throw error
        return { region, found: [], unread: messageOf(error) }
      }
    }),
  )
}
