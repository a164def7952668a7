import { CreateSnapshotCommand, DeleteSnapshotCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2'
import { makesTwice, reads, removes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about snapshots. */
export const snapshotActions = {
  DescribeSnapshots: { command: DescribeSnapshotsCommand, ...reads },
  CreateSnapshot: { command: CreateSnapshotCommand, ...makesTwice },
  DeleteSnapshot: { command: DeleteSnapshotCommand, ...removes },
} as const satisfies ActionTable
