import { createColors } from 'picocolors'
import type { LiveSnapshot } from '../../model/kinds/volume-snapshot.js'
import type { LiveStack } from '../../model/live-stack.js'
import { copiedTo, copySourceOf } from '../../model/regions/region-copy.js'
import { isNewerSnapshot, snapshotVersion } from '../../model/snapshot-version.js'
import { tagKeys } from '../../model/tags.js'
import { legibleData, legibleJson } from '../legible.js'
import { ownSnapshots } from '../show/show-facts.js'
import { ageText, copiesText, momentText, tableLines } from './table.js'

/** The stack's own snapshots for people: by address, newest first. */
export function snapshotsText(observed: LiveStack, nowMs: number, color: boolean): string {
  const live = legibleData(observed)
  const own = newestFirst(live)
  if (own.length === 0) return `The stack ${live.stack} has no snapshots.\n`
  const colors = createColors(color)
  const hasCopies = own.some(({ tags }) => copySourceOf(tags) !== undefined || copiedTo(tags).length > 0)
  const [head = '', ...lines] = tableLines([
    [
      'VOLUME',
      'VERSION',
      'TAKEN',
      'AGE',
      'SIZE',
      'STATE',
      'REVISION',
      'CHECKPOINT',
      ...(hasCopies ? ['COPIES'] : []),
      'ID',
    ],
    ...own.map((snapshot) => [
      snapshot.address,
      String(snapshotVersion(snapshot) || '-'),
      momentText(snapshot.startedAt),
      ageText(snapshot.startedAt, nowMs),
      `${snapshot.sizeGiB} GiB`,
      snapshot.state,
      snapshot.tags[tagKeys.revision]?.slice(0, 12) ?? '-',
      snapshot.tags[tagKeys.checkpoint] ?? '-',
      ...(hasCopies ? [copiesText(copySourceOf(snapshot.tags)?.region, copiedTo(snapshot.tags))] : []),
      snapshot.id,
    ]),
  ])
  return `${[colors.bold(head), ...lines].join('\n')}\n`
}

/** The same as data (schema/snapshots.schema.json); `ageSeconds` counts from the moment it was asked for. */
export function snapshotsJson(live: LiveStack, nowMs: number): string {
  const snapshots = newestFirst(live).map((snapshot) => ({
    address: snapshot.address,
    version: snapshotVersion(snapshot) || null,
    id: snapshot.id,
    state: snapshot.state,
    startedAt: snapshot.startedAt,
    ageSeconds: Math.max(0, Math.floor((nowMs - Date.parse(snapshot.startedAt)) / 1000)),
    sizeGiB: snapshot.sizeGiB,
    volumeId: snapshot.volumeId,
    revision: snapshot.tags[tagKeys.revision] ?? null,
    checkpoint: snapshot.tags[tagKeys.checkpoint] ?? null,
    copiedFrom: copySourceOf(snapshot.tags)?.region ?? null,
    copiedTo: copiedTo(snapshot.tags),
    fstype: snapshot.tags[tagKeys.fstype] ?? null,
    label: snapshot.tags[tagKeys.label] ?? null,
    uuid: snapshot.tags[tagKeys.uuid] ?? null,
    mount: snapshot.tags[tagKeys.mount] ?? null,
  }))
  return `${legibleJson({ formatVersion: 1, stack: live.stack, snapshots }, 2)}\n`
}

function newestFirst(live: LiveStack): readonly LiveSnapshot[] {
  return [...ownSnapshots(live)].sort((left, right) => {
    if (left.address !== right.address) return left.address < right.address ? -1 : 1
    return isNewerSnapshot(left, right) ? -1 : 1
  })
}
