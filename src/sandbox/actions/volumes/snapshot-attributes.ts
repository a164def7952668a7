import type { Snapshot } from '../../model/snapshot.js'
import { ApiError, invalidValue, missingParameter } from '../../wire/api-error.js'
import { list, oneOf, required, string, structure } from '../../wire/shape.js'
import { isDefaultKmsKey } from '../../world/kms-keys.js'
import { findSnapshot } from '../../world/lookup.js'
import type { World } from '../../world/world.js'
import { defineAction, done } from '../action.js'

const attributes = oneOf('createVolumePermission', 'productCodes')
const permissions = list(structure({ Group: string, UserId: string }))

/** With whom a snapshot is shared; there are no other accounts here that could use it, but they can share theirs (shared-snapshots.ts). */
export const describeSnapshotAttribute = defineAction({
  name: 'DescribeSnapshotAttribute',
  effect: 'reads',
  members: { SnapshotId: required(string), Attribute: required(attributes) },
  run: ({ SnapshotId, Attribute }, world) => {
    const snapshot = findOwn(world, SnapshotId)
    const answer = { snapshotId: snapshot.id }
    if (Attribute === 'productCodes') return { ...answer, productCodes: [] }
    return {
      ...answer,
      createVolumePermission: sharesOf(snapshot).map((share) =>
        share === 'all' ? { group: share } : { userId: share },
      ),
    }
  },
})

export const modifySnapshotAttribute = defineAction({
  name: 'ModifySnapshotAttribute',
  effect: 'writes',
  members: {
    SnapshotId: required(string),
    Attribute: oneOf('createVolumePermission'),
    OperationType: oneOf('add', 'remove'),
    UserId: list(string),
    UserGroup: list(string),
    CreateVolumePermission: structure({ Add: permissions, Remove: permissions }),
  },
  run: ({ SnapshotId, OperationType, UserId = [], UserGroup = [], CreateVolumePermission = {} }, world) => {
    const snapshot = findOwn(world, SnapshotId)
    const given = [...UserGroup, ...UserId]
    const added = [...named(CreateVolumePermission.Add), ...(OperationType === 'add' ? given : [])]
    const removed = [...named(CreateVolumePermission.Remove), ...(OperationType === 'remove' ? given : [])]
    if (added.length + removed.length === 0) throw missingParameter('CreateVolumePermission')
    // "You cannot do both in a single operation" (EC2 API, ModifySnapshotAttribute; the code is chosen).
    if (added.length > 0 && removed.length > 0)
      throw new ApiError('InvalidParameterCombination', 'Permissions cannot be added and removed in one operation')
    for (const share of added) checkShare(world, snapshot, share)
    const shares = new Set([...sharesOf(snapshot), ...added])
    for (const share of removed) shares.delete(share)
    world.snapshots.put({ ...snapshot, sharedWith: [...shares].sort() })
    return done
  },
})

export const resetSnapshotAttribute = defineAction({
  name: 'ResetSnapshotAttribute',
  effect: 'writes',
  members: { SnapshotId: required(string), Attribute: required(oneOf('createVolumePermission')) },
  run: ({ SnapshotId }, world) => {
    world.snapshots.put({ ...findOwn(world, SnapshotId), sharedWith: [] })
    return done
  },
})

function sharesOf({ sharedWith = [] }: Snapshot): readonly string[] {
  return sharedWith
}

function named(
  list: readonly { readonly Group?: string | undefined; readonly UserId?: string | undefined }[] = [],
): readonly string[] {
  return list.flatMap(({ Group, UserId }) => Group ?? UserId ?? [])
}

/** What another account shares can be read, and not changed. */
function findOwn(world: World, id: string): Snapshot {
  const snapshot = findSnapshot(world, id)
  if (snapshot.ownerId === world.accountId) return snapshot
  throw new ApiError('UnauthorizedOperation', 'You are not authorized to perform this operation.')
}

/**
 * "Encrypted snapshots … cannot be made public. Snapshots encrypted with your default KMS key cannot be shared with other
 * accounts" (EC2 API, ModifySnapshotAttribute). The text about the default key is EC2's own.
 */
function checkShare(world: World, { encrypted, kmsKeyId }: Snapshot, share: string): void {
  if (share !== 'all' && !/^\d{12}$/.test(share)) throw invalidValue(`Invalid user id: ${share}`)
  if (!encrypted) return
  if (isDefaultKmsKey(world, kmsKeyId))
    throw new ApiError('OperationNotPermitted', 'Encrypted snapshots with EBS default key cannot be shared')
  if (share === 'all') throw new ApiError('OperationNotPermitted', 'Encrypted snapshots cannot be made public')
}
