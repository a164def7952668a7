import { createColors } from 'picocolors'
import { checkpointsOf } from '../../model/checkpoint.js'
import type { LiveStack } from '../../model/live-stack.js'
import { snapshotVersion } from '../../model/snapshot-version.js'
import { legibleData, legibleJson } from '../legible.js'
import { ageText, copiesText, momentText, tableLines } from './table.js'

/** The stack's checkpoints for people, oldest first. */
export function checkpointsText(observed: LiveStack, nowMs: number, color: boolean): string {
  const live = legibleData(observed)
  const checkpoints = checkpointsOf(live.snapshots, live.stack)
  if (checkpoints.length === 0) return `The stack ${live.stack} has no checkpoints.\n`
  const colors = createColors(color)
  const hasCopies = checkpoints.some(({ copiedFrom, copiedTo }) => copiedFrom !== undefined || copiedTo.length > 0)
  const [head = '', ...lines] = tableLines([
    ['CHECKPOINT', 'TAKEN', 'AGE', 'STATE', 'VOLUMES', 'REVISION', ...(hasCopies ? ['COPIES'] : [])],
    ...checkpoints.map(({ name, startedAt, state, size, snapshots, revision, copiedFrom, copiedTo }) => [
      name,
      momentText(startedAt),
      ageText(startedAt, nowMs),
      state,
      `${snapshots.filter((snapshot) => snapshot.state === 'completed').length} of ${size}`,
      revision?.slice(0, 12) ?? '-',
      ...(hasCopies ? [copiesText(copiedFrom, copiedTo)] : []),
    ]),
  ])
  return `${[colors.bold(head), ...lines].join('\n')}\n`
}

/** The same as data (schema/checkpoints.schema.json), with the snapshots of each. */
export function checkpointsJson(live: LiveStack): string {
  const checkpoints = checkpointsOf(live.snapshots, live.stack).map((checkpoint) => ({
    name: checkpoint.name,
    state: checkpoint.state,
    startedAt: checkpoint.startedAt,
    size: checkpoint.size,
    revision: checkpoint.revision ?? null,
    specDigest: checkpoint.specDigest ?? null,
    copiedFrom: checkpoint.copiedFrom ?? null,
    copiedTo: checkpoint.copiedTo,
    snapshots: checkpoint.snapshots.map((snapshot) => ({
      address: snapshot.address,
      id: snapshot.id,
      version: snapshotVersion(snapshot) || null,
      state: snapshot.state,
      sizeGiB: snapshot.sizeGiB,
    })),
  }))
  return `${legibleJson({ formatVersion: 1, stack: live.stack, checkpoints }, 2)}\n`
}
