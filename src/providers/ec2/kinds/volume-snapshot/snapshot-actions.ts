import {
  CopySnapshotCommand,
  CreateSnapshotCommand,
  DeleteSnapshotCommand,
  DescribeSnapshotAttributeCommand,
  DescribeSnapshotsCommand,
  ModifySnapshotAttributeCommand,
} from '@aws-sdk/client-ec2'
import { makesTwice, reads, removes, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about snapshots. */
export const snapshotActions = {
  DescribeSnapshots: { command: DescribeSnapshotsCommand, ...reads },
  CreateSnapshot: { command: CreateSnapshotCommand, ...makesTwice },
  DescribeSnapshotAttribute: { command: DescribeSnapshotAttributeCommand, ...reads },
  ModifySnapshotAttribute: { command: ModifySnapshotAttributeCommand, ...writes },
  CopySnapshot: { command: CopySnapshotCommand, ...makesTwice },
  DeleteSnapshot: { command: DeleteSnapshotCommand, ...removes },
} as const satisfies ActionTable
