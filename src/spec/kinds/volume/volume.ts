import { required } from '../../../core/assert.js'
import { addressOf } from '../../../model/address.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import type { SnapshotSchedule, SnapshotSelector } from '../../../model/kinds/volume-snapshot.js'
import { canonicalUuid } from '../../../model/inside/volume-rules.js'
import type { Context } from '../../context.js'
import { ignore } from '../../problem.js'
import { dependenciesOf } from '../../references/dependencies.js'
import { findServer, serverAddress } from '../../references/find-server.js'
import { created } from '../../references/waits.js'
import type { VolumeShape } from '../../shape/stack-shape.generated.js'
import { minutesOf } from '../duration.js'
import { inOrder, tagsOf } from '../entries.js'
import type { SpecKind } from '../spec-kind.js'
import { checkFilesystems } from './check-filesystems.js'
import { checkVolumes } from './check-volumes.js'
import { isMounted, mountOf, swapMountOf } from './written-mount.js'

/** Disks, with the filesystem on each and where it is mounted. */
export const volume: SpecKind<'volume'> = {
  word: 'volume',
  entries: ({ volumes }) => volumes,
  pathOf: (name) => ['volumes', name],
  attributes: ['id'],
  isGenerated: false,
  isAwaited: true,
  templates: {},
  check: (context) => {
    checkVolumes(context)
    checkFilesystems(context)
  },
  specs: (context) => inOrder(context.volumes).map(([name, entry]) => volumeOf(context, name, entry)),
  tellWaits: (context, waits) => {
    for (const [name, entry] of context.volumes) {
      const ready = `volume.${name}`
      waits.addDependencies(ready, ['volumes', name, 'dependsOn'], entry?.dependsOn)
      const server = entry?.server === undefined ? undefined : findServer(context, entry.server, ignore)
      if (!server) continue
      waits.add(ready, { to: created(`server.${server.name}`) })
      waits.add(`server.${server.name}`, { to: ready })
    }
  },
}

function volumeOf(context: Context, name: string, entry: VolumeShape): VolumeSpec {
  const stack = required(context.stack.stack, 'the stack name')
  const server = entry.server === undefined ? undefined : required(findServer(context, entry.server, ignore), 'server')
  const fstype = entry.fstype ?? 'ext4'
  return {
    address: addressOf('volume', name),
    server: server && required(serverAddress(server), 'server'),
    zone: entry.zone,
    sizeGiB: entry.size,
    type: entry.type ?? 'gp3',
    iops: entry.iops,
    throughputMiBps: entry.throughput,
    encrypted: entry.encrypted ?? (entry.kmsKey === undefined ? undefined : true),
    kmsKey: entry.kmsKey,
    fstype,
    mount: isMounted(entry) ? mountOf(stack, name, entry) : swapMountOf(entry),
    label: entry.label,
    uuid: entry.uuid === undefined ? undefined : canonicalUuid(entry.uuid, fstype),
    reuse: entry.reuse ?? false,
    snapshot: entry.snapshot === undefined ? undefined : snapshotOf(entry.snapshot),
    volumeId: entry.volumeId,
    onRemove: entry.onRemove ?? 'snapshot',
    ...(entry.snapshots === undefined ? {} : { snapshots: scheduleOf(entry.snapshots) }),
    dependsOn: dependenciesOf(context, entry.dependsOn),
    tags: tagsOf(context, entry.tags),
  }
}

function snapshotOf(snapshot: NonNullable<VolumeShape['snapshot']>): SnapshotSelector {
  if (typeof snapshot === 'string') return { kind: 'id', id: snapshot }
  const version = typeof snapshot.version === 'number' ? snapshot.version : 'latest'
  return { kind: 'name', name: required(snapshot.name, 'name'), version }
}

function scheduleOf({ every, keep, consistent }: NonNullable<VolumeShape['snapshots']>): SnapshotSchedule {
  return {
    everyMinutes: minutesOf(required(every, 'every')),
    keep: keep && { last: keep.last ?? 0, daily: keep.daily ?? 0, weekly: keep.weekly ?? 0 },
    consistent: consistent ?? 'freeze',
  }
}
