import fc from 'fast-check'
import type { LiveSnapshot } from '../../src/model/kinds/volume-snapshot.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import type { ArchiveSpec } from '../../src/model/kinds/archive.js'
import type { SyncSpec } from '../../src/model/kinds/sync-rule.js'
import type { VolumeSpec } from '../../src/model/kinds/volume.js'
import type { StackSpec } from '../../src/model/stack-spec.js'
import { tagKeys } from '../../src/model/tags.js'
import { withServing } from './arbitrary-serving.js'
import { stacks } from './arbitrary-stack.js'
import { at } from './live-stack.js'

/** The moment of every plan that looks at a schedule. */
export const now = '2026-11-21T12:00:00.000Z'

/** What a stack may have beside what `stacks` are made of; each part is put on where the stack has a place for it. */
export interface Extras {
  /** Volumes get a schedule, and copies of what is taken in another region. */
  readonly schedules: boolean
  /** Free places for volumes are taken by ones that were kept earlier. */
  readonly retained: boolean
  readonly archive: boolean
  /** A rule from server to server, one server after the other. */
  readonly roll: boolean
  /** The first volume is copied block by block onto the second. */
  readonly blocks: boolean
}

const extras: fc.Arbitrary<Extras> = fc.record({
  schedules: fc.boolean(),
  retained: fc.boolean(),
  archive: fc.boolean(),
  roll: fc.boolean(),
  blocks: fc.boolean(),
})

export interface BroadStack {
  readonly spec: StackSpec
  readonly extras: Extras
}

/** Stacks in which everything occurs that a plan has steps for. */
export const broadStacks: fc.Arbitrary<BroadStack> = fc.tuple(withServing(stacks), extras).map(([plain, chosen]) => {
  // Copies between servers order them; with other orders beside, that would often be a circle.
  const isOrdered = chosen.roll || chosen.blocks
  let spec = isOrdered ? withoutOrders(plain) : plain
  if (chosen.schedules) spec = { ...spec, volumes: spec.volumes.map(withSchedule) }
  if (chosen.archive) spec = { ...spec, archives: archivesOf(spec) }
  if (chosen.roll) spec = { ...spec, syncs: [...spec.syncs, ...rollOf(spec)] }
  if (chosen.blocks) spec = withBlockCopy(spec)
  return { spec, extras: chosen }
})

/** A live stack as it is found beside what the extras ask for: old snapshots, volumes that were kept, an archive's directory. */
export function withExtras(live: LiveStack, { spec, extras: chosen }: BroadStack): LiveStack {
  const here = new Set(live.volumes.map(({ address }) => address))
  const kept = chosen.retained ? spec.volumes.filter(({ address }) => !here.has(address)) : []
  const digest = '5f2b8c1d9e3a47065f2b8c1d9e3a4706'
  return {
    ...live,
    volumes: [...live.volumes, ...kept.map((volume) => retained(volume, live.stack))],
    snapshots: [
      ...live.snapshots,
      ...(chosen.schedules
        ? live.volumes.flatMap(({ address, id }) => [1, 2].map((day) => old(address, id, day, live.stack)))
        : []),
    ],
    archives: Object.fromEntries(
      spec.archives.map(({ address }) => [
        address,
        { kind: 'read', digest, files: 3, entries: 4, bytes: 4096, allocatedBytes: 12_288, largestBytes: 2048 },
      ]),
    ),
    syncs: {
      ...Object.fromEntries(
        spec.syncs.map(({ address }) => [
          address,
          {
            kind: 'read',
            sourceDigest: digest,
            filesCreated: 1,
            filesChanged: 0,
            filesDeleted: 0,
            bytes: 1,
            sample: ['a.txt'],
            compared: 'source-only',
          } as const,
        ]),
      ),
      ...live.syncs,
    },
  }
}

/** An image waits for the set-up of what it is built from: test/planner/image-circles.test.ts has that one with a copy. */
function withoutOrders(spec: StackSpec): StackSpec {
  const builders = new Set(spec.images.map(({ source }) => source.kind === 'server' && source.server))
  const servers = spec.servers.map((server) => ({
    ...server,
    dependsOn: [],
    setup: builders.has(server.address) ? [] : server.setup,
  }))
  return { ...spec, servers }
}

function withSchedule(volume: VolumeSpec): VolumeSpec {
  const keep = { last: 2, daily: 0, weekly: 0 }
  return {
    ...volume,
    snapshots: {
      everyMinutes: 60,
      keep,
      consistent: 'none',
      regions: [{ region: 'eu-central-1', encrypted: undefined, kmsKey: undefined }],
    },
    shareSnapshots: ['123456789012', 'public'],
  }
}

function archivesOf({ servers: [server] }: StackSpec): readonly ArchiveSpec[] {
  if (!server) return []
  const address = at('archive.tree')
  return [
    {
      address,
      from: './tree/',
      fstype: 'ext4',
      keep: 1,
      slackPercent: 10,
      checksum: false,
      exclude: [],
      server: { ...server, address, dependsOn: [], state: 'running', protect: false, setup: [] },
      tags: {},
    },
  ]
}

function rollOf({ servers }: StackSpec): readonly SyncSpec[] {
  const [source, ...others] = servers
  if (!source) return []
  const health = { parts: ['curl -f localhost'] }
  return others.map(({ address }, index) => ({
    ...plainRule,
    address: at(`sync.roll[${index}]`),
    from: [{ kind: 'server', server: source.address, path: '/srv/files/' }],
    to: { kind: 'server', server: address, path: '/srv/files/' },
    method: 'files',
    rolling: { maxUnavailable: 1, health, timeoutSeconds: 60 },
  }))
}

function withBlockCopy(spec: StackSpec): StackSpec {
  const [source, target] = spec.volumes.filter(({ server }) => server !== undefined)
  if (!source || !target) return spec
  const rule: SyncSpec = {
    ...plainRule,
    address: at('sync.blocks'),
    from: [{ kind: 'volume', volume: source.address, path: '' }],
    to: { kind: 'volume', volume: target.address, path: '' },
    method: 'blocks',
    rolling: undefined,
  }
  const sizeGiB = Math.max(source.sizeGiB ?? 1, target.sizeGiB ?? 1)
  const copied = { ...target, sizeGiB, fstype: source.fstype, mount: target.mount && source.mount && target.mount }
  return {
    ...spec,
    volumes: spec.volumes.map((volume) => (volume === target ? copied : volume)),
    // Nothing else is written to what is copied onto.
    syncs: [...spec.syncs.filter(({ to }) => to.kind !== 'volume' || to.volume !== target.address), rule],
  }
}

const plainRule = {
  via: 'direct',
  delete: false,
  include: [],
  exclude: [],
  owner: undefined,
  chmod: undefined,
  checksum: false,
  bandwidthKiBps: undefined,
  compress: false,
  partial: false,
  onChange: undefined,
} as const

function retained({ address, sizeGiB, type, zone, fstype }: VolumeSpec, stack: string): LiveStack['volumes'][number] {
  return {
    address,
    id: `vol-kept-${address}`,
    tags: {
      [tagKeys.stack]: stack,
      [tagKeys.address]: address,
      [tagKeys.origin]: 'blank',
      [tagKeys.fstype]: fstype,
      [tagKeys.retained]: '2026-11-01T10:00:00.000Z',
    },
    state: 'available',
    sizeGiB: sizeGiB ?? 1,
    type,
    iops: undefined,
    throughputMiBps: undefined,
    encrypted: false,
    kmsKey: undefined,
    zone: zone ?? '',
    snapshotId: undefined,
    attachment: undefined,
  }
}

function old(address: LiveSnapshot['address'], volumeId: string, day: number, stack: string): LiveSnapshot {
  return {
    address,
    id: `snap-${address}-${day}`,
    tags: {
      [tagKeys.stack]: stack,
      [tagKeys.address]: address,
      [tagKeys.version]: String(day),
      [tagKeys.fstype]: 'ext4',
    },
    volumeId,
    state: 'completed',
    startedAt: `2026-11-0${day}T10:00:00.000Z`,
    sizeGiB: 10,
    imageIds: [],
    sharedWith: day === 1 ? [] : ['999999999999', 'public'],
  }
}
