import { required } from '../../../core/assert.js'
import { addressOf } from '../../../model/address.js'
import type { VolumeSpec } from '../../../model/kinds/volume.js'
import type { SnapshotSchedule, SnapshotSelector } from '../../../model/kinds/volume-snapshot.js'
import { canonicalUuid } from '../../../model/inside/volume-rules.js'
import type { Context } from '../../context.js'
import { dependenciesOf } from '../../references/dependencies.js'
import { withoutKind } from '../../references/declared-names.js'
import { serverAddress } from '../../references/find-server.js'
import { created } from '../../references/waits.js'
import type { VolumeShape } from '../../shape/stack-shape.generated.js'
import { copyRegionsOf } from '../copy-regions.js'
import { minutesOf } from '../duration.js'
import { inOrder, tagsOf } from '../entries.js'
import { ignoredOf } from '../ignore-changes.js'
import type { SpecKind } from '../spec-kind.js'
import { checkFilesystems } from './check-filesystems.js'
import { checkVolumes } from './check-volumes.js'
import { countOfVolume, memberServer, volumeMembers } from './volume-members.js'
import { isMounted, mountOf, swapMountOf } from './written-mount.js'

/** Disks, with the filesystem on each and where it is mounted: one of each entry, or one for each member of its server. */
export const volume: SpecKind<'volume'> = {
  word: 'volume',
  entries: ({ volumes }) => volumes,
  pathOf: (name) => ['volumes', name],
  countOf: countOfVolume,
  attributes: ['id'],
  isGenerated: false,
  isAwaited: true,
  templates: {},
  check: (context) => {
    checkVolumes(context)
    checkFilesystems(context)
  },
  specs: (context) => inOrder(context.volumes).flatMap(([name, entry]) => volumesOf(context, name, entry)),
  tellWaits: (context, waits) => {
    for (const [name, entry] of context.volumes) {
      const ready = `volume.${name}`
      waits.addDependencies(ready, ['volumes', name, 'dependsOn'], entry?.dependsOn)
      // Members of a count wait for the same, so that one stands for all.
      const server = entry && volumeMembers(context, name, entry)[0]?.server
      if (!server) continue
      waits.add(ready, { to: created(`server.${server.name}`) })
      waits.add(`server.${server.name}`, { to: ready })
    }
  },
}

function volumesOf(context: Context, name: string, entry: VolumeShape): readonly VolumeSpec[] {
  const stack = required(context.stack.stack, 'the stack name')
  const fstype = entry.fstype ?? 'ext4'
  const spec: Omit<VolumeSpec, 'address' | 'server' | 'dependsOn'> = {
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
    ...snapshotsOf(context, entry.snapshots),
    ...(entry.autoEnableIO !== undefined && { autoEnableIo: entry.autoEnableIO }),
    ...(entry.protect === true && { protect: true }),
    tags: tagsOf(context, entry.tags),
    ...ignoredOf(entry),
  }
  return volumeMembers(context, name, entry).map(({ index, server }) => ({
    ...spec,
    address: addressOf('volume', name, index),
    server: server && required(serverAddress(server), 'server'),
    dependsOn: dependenciesOf(context, besideMember(context, entry, index)),
  }))
}

/** What one of the volumes of an entry waits for: of volumes for each member of the same server, the one beside it. */
function besideMember(context: Context, entry: VolumeShape, index: number | undefined): VolumeShape['dependsOn'] {
  const server = memberServer(entry)
  if (server === undefined) return entry.dependsOn
  return entry.dependsOn?.map((text) => {
    const other = text === undefined ? undefined : context.volumes.get(withoutKind('volume', text))
    return other && memberServer(other) === server ? `${text}[${index}]` : text
  })
}

function snapshotOf(snapshot: NonNullable<VolumeShape['snapshot']>): SnapshotSelector {
  if (typeof snapshot === 'string') return { kind: 'id', id: snapshot }
  const version = typeof snapshot.version === 'number' ? snapshot.version : 'latest'
  return { kind: 'name', name: required(snapshot.name, 'name'), version }
}

/** When they are taken, and who else may use them. */
function snapshotsOf(
  context: Context,
  written: VolumeShape['snapshots'],
): Pick<VolumeSpec, 'snapshots' | 'shareSnapshots'> {
  if (written === undefined) return {}
  const { every, share } = written
  return {
    ...(every !== undefined && { snapshots: scheduleOf(context, every, written) }),
    ...(share && { shareSnapshots: [...new Set(share.map((one) => required(one, 'share')))].sort() }),
  }
}

function scheduleOf(context: Context, every: string, written: NonNullable<VolumeShape['snapshots']>): SnapshotSchedule {
  const { keep, consistent } = written
  const regions = copyRegionsOf(context, written.regions)
  return {
    everyMinutes: minutesOf(every),
    keep: keep && { last: keep.last ?? 0, daily: keep.daily ?? 0, weekly: keep.weekly ?? 0 },
    consistent: consistent ?? 'freeze',
    ...(regions.length > 0 && { regions }),
  }
}
