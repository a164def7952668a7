import { CreateSnapshotCommand, DeleteSnapshotCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2'
import { makesTwice, reads, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about snapshots. */
export const snapshotActions = {
  DescribeSnapshots: { command: DescribeSnapshotsCommand, ...reads },
  CreateSnapshot: { command: CreateSnapshotCommand, ...makesTwice },
  DeleteSnapshot: { command: DeleteSnapshotCommand, ...writes },
} as const satisfies ActionTable
