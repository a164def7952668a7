import type { Snapshot } from '../../model/snapshot.js'
import { ApiError, invalidValue, missingParameter } from '../../wire/api-error.js'
import { list, oneOf, required, string, structure } from '../../wire/shape.js'
import { findSnapshot } from '../../world/lookup.js'
import { defineAction, done } from '../action.js'

const attributes = oneOf('createVolumePermission', 'productCodes')
const permissions = list(structure({ Group: string, UserId: string }))

/** With whom a snapshot is shared; there are no other accounts here that could use it. */
export const describeSnapshotAttribute = defineAction({
  name: 'DescribeSnapshotAttribute',
  effect: 'reads',
  members: { SnapshotId: required(string), Attribute: required(attributes) },
  run: ({ SnapshotId, Attribute }, world) => {
    const snapshot = findSnapshot(world, SnapshotId)
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
    const snapshot = findSnapshot(world, SnapshotId)
    const given = [...UserGroup, ...UserId]
    const added = [...named(CreateVolumePermission.Add), ...(OperationType === 'add' ? given : [])]
    const removed = [...named(CreateVolumePermission.Remove), ...(OperationType === 'remove' ? given : [])]
    if (added.length + removed.length === 0) throw missingParameter('CreateVolumePermission')
    for (const share of added) checkShare(snapshot, share)
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
    world.snapshots.put({ ...findSnapshot(world, SnapshotId), sharedWith: [] })
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

/** Encrypted snapshots cannot be made public (EBS User Guide, "Share an Amazon EBS snapshot"). */
function checkShare(snapshot: Snapshot, share: string): void {
  if (share !== 'all' && !/^\d{12}$/.test(share)) throw invalidValue(`Invalid user id: ${share}`)
  if (share === 'all' && snapshot.encrypted)
    throw new ApiError('OperationNotPermitted', 'Encrypted snapshots with EBS default key cannot be shared')
}
