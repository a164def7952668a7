import { newId } from '../model/ids.js'
import type { Snapshot } from '../model/snapshot.js'
import type { World } from '../world/world.js'
import { contentOf } from './snapshot.js'

/** What another account is to share with this one: a copy of a snapshot that is here. */
interface SharingRequest {
  readonly snapshotId: string
  /** Whose it is to be. */
  readonly ownerId: string
}

/** Reads a request that came over HTTP; throws a TypeError that says what is wrong. */
export function readSharingRequest(value: unknown): SharingRequest {
  const { snapshotId, ownerId } = (value ?? {}) as Partial<Record<keyof SharingRequest, unknown>>
  if (typeof snapshotId !== 'string') throw new TypeError("what is shared needs a 'snapshotId'")
  if (typeof ownerId !== 'string' || !/^\d{12}$/.test(ownerId))
    throw new TypeError("what is shared needs an 'ownerId' of 12 digits")
  return { snapshotId, ownerId }
}

/** Another account has the same content from now on, under another id and without tags, and shares it with this one. */
export function shareFromElsewhere(world: World, { snapshotId, ownerId }: SharingRequest): { readonly id: string } {
  const source = world.snapshots.get(snapshotId)
  if (source?.state !== 'completed') throw new TypeError(`there is no completed snapshot ${snapshotId}`)
  if (source.encrypted) throw new TypeError(`${snapshotId} is encrypted: the sandbox knows no keys of other accounts`)
  const shared: Snapshot = world.snapshots.put({
    ...source,
    id: newId('snap'),
    sequence: world.nextSequence(),
    ownerId,
    sharedWith: [world.accountId],
    sourceSnapshotId: contentOf(source),
  })
  world.commit()
  return { id: shared.id }
}
