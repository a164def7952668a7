import type { HostDevice, HostFacts, HostMount } from '../../../src/model/inside/host-facts.js'
import type { LiveServer } from '../../../src/model/kinds/server.js'
import type { LiveVolume } from '../../../src/model/kinds/volume.js'
import type { LiveSnapshot } from '../../../src/model/kinds/volume-snapshot.js'
import type { LiveStack } from '../../../src/model/live-stack.js'
import { copySourceText } from '../../../src/model/regions/region-copy.js'
import { copyTagKey, tagKeys } from '../../../src/model/tags.js'
import { at, emptyLive, imagesFor, specOf } from '../../support/live-stack.js'
import type { GoldenCase } from './golden-case.js'
import { ownKindCases } from './own-kinds.js'
import { servingKindCases } from './serving-kinds.js'
import { settled } from './settled.js'

/** The stack file as it was before the lines behind `# new` came. */
function beforeMark(text: string): string {
  return text.slice(0, text.indexOf('# new'))
}

type Read = Extract<HostFacts, { kind: 'read' }>

function withServer(live: LiveStack, address: string, change: Partial<LiveServer>): LiveStack {
  return { ...live, servers: live.servers.map((server) => (server.address === address ? { ...server, ...change } : server)) }
}

function withVolume(live: LiveStack, address: string, change: Partial<LiveVolume>): LiveStack {
  return { ...live, volumes: live.volumes.map((volume) => (volume.address === address ? { ...volume, ...change } : volume)) }
}

function withFacts(live: LiveStack, address: string, change: (facts: Read) => HostFacts): LiveStack {
  const facts = live.hosts[address]
  if (facts?.kind !== 'read') throw new Error(`${address} was not read`)
  return { ...live, hosts: { ...live.hosts, [address]: change(facts) } }
}

function withoutServer(live: LiveStack, address: string): LiveStack {
  const gone = live.servers.find((server) => server.address === address)
  const hosts = Object.fromEntries(Object.entries(live.hosts).filter(([key]) => key !== address))
  return {
    ...live,
    servers: live.servers.filter((server) => server !== gone),
    hosts,
    volumes: live.volumes.map((volume) =>
      volume.attachment?.instanceId === gone?.id ? { ...volume, state: 'available', attachment: undefined } : volume,
    ),
  }
}

function detached(live: LiveStack, volumeAddress: string, serverAddress: string): LiveStack {
  const id = live.volumes.find(({ address }) => address === volumeAddress)?.id
  const free = withVolume(live, volumeAddress, { state: 'available', attachment: undefined })
  return withFacts(free, serverAddress, (facts) => ({
    ...facts,
    devices: facts.devices.filter(({ volumeId }) => volumeId !== id),
    mounts: facts.mounts.filter(({ volumeId }) => volumeId !== id),
  }))
}

function stopped(live: LiveStack, address: string): LiveStack {
  return {
    ...withServer(live, address, { state: 'stopped', publicIp: undefined }),
    hosts: { ...live.hosts, [address]: { kind: 'not-probed', because: 'stopped' } },
  }
}

const foreignVolume: LiveVolume = {
  address: at('volume.archive'),
  id: 'vol-0a000001',
  tags: { Name: 'research data', team: 'physics' },
  state: 'available',
  sizeGiB: 100,
  type: 'gp2',
  iops: 300,
  throughputMiBps: undefined,
  encrypted: false,
  kmsKey: undefined,
  zone: 'us-east-1a',
  snapshotId: undefined,
  attachment: undefined,
}

function snapshot(version: number, change: Partial<LiveSnapshot> = {}): LiveSnapshot {
  return {
    address: at('volume.music'),
    id: `snap-0music${version}`,
    tags: {
      [tagKeys.stack]: 'music',
      [tagKeys.address]: 'volume.music',
      [tagKeys.version]: String(version),
      [tagKeys.fstype]: 'ext4',
      [tagKeys.uuid]: '6f1a0c5e-0000-4000-8000-000000000001',
    },
    volumeId: 'vol-gone',
    state: 'completed',
    startedAt: `2026-11-0${version}T10:00:00.000Z`,
    sizeGiB: 20,
    ...change,
  }
}

/** An instance's own disk image of a volume with a filesystem that the file does not name. */
function holding(live: LiveStack, address: string, volumeAddress: string, fstype: string): LiveStack {
  const volume = live.volumes.find((known) => known.address === volumeAddress)
  return withFacts(live, address, (facts) => {
    const device: HostDevice = {
      volumeId: volume?.id ?? '',
      path: '/dev/nvme1n1',
      sizeBytes: 100 * 2 ** 30,
      content: { fstype, label: 'physics', uuid: '0b5a1c2d-1111-4222-8333-444455556666', filesystemBytes: undefined },
      partitionPath: undefined,
    }
    const mounts: HostMount[] = facts.mounts.filter(({ volumeId }) => volumeId !== volume?.id)
    return { ...facts, devices: [...facts.devices.filter(({ volumeId }) => volumeId !== volume?.id), device], mounts }
  })
}

const musicDirectory: NonNullable<LiveStack['archives']> = {
  'archive.my-music': {
    kind: 'read',
    digest: '5f2b8c1d9e3a47065f2b8c1d9e3a47065f2b8c1d9e3a47065f2b8c1d9e3a4706',
    files: 1200,
    entries: 1300,
    bytes: 3 * 2 ** 30,
    allocatedBytes: 3.1 * 2 ** 30,
    largestBytes: 2 ** 26,
  },
}

export const goldenCases: Readonly<Record<string, GoldenCase>> = {
  ...ownKindCases,
  ...servingKindCases,
  'copy-blocks': { world: (text) => settled(beforeMark(text)) },
  'copy-blocks-done': { world: (text) => settled(text) },
  'copy-blocks-refused': { world: (text) => settled(beforeMark(text)) },
  'copy-blocks-unfinished': {
    world: (text) => {
      const live = settled(text)
      const [tag = '', value = ''] =
        Object.entries(live.volumes.find(({ address }) => address === 'volume.copy')?.tags ?? {}).find(([key]) =>
          key.startsWith('evenkeel:sync:'),
        ) ?? []
      const copy = live.volumes.find(({ address }) => address === 'volume.copy')
      const tags = { ...copy?.tags, [tag]: value.replace(/^\w+/, 'copying') }
      const bare = withFacts(live, 'server.spare', (facts) => ({ ...facts, mounts: [], fstab: [] }))
      return withVolume(bare, 'volume.copy', { tags })
    },
  },
  'clone-volume': { world: (text) => settled(beforeMark(text)) },
  'from-nothing': { world: (text) => emptyLive(specOf(text)), options: { revision: '4f0c2aa', run: 'run-1' } },
  'from-nothing-verbose': { world: (text) => emptyLive(specOf(text)), verbose: true },
  'no-change': { world: (text) => settled(text), options: { revision: 'another', run: 'run-2' } },
  'scheduled-event': {
    world: (text) => {
      const live = settled(text)
      const [{ id: instanceId } = { id: '' }] = live.servers
      const event = (code: string, notBefore?: string) => ({
        instanceId,
        code,
        description: 'The instance is running on degraded hardware',
        ...(notBefore !== undefined && { notBefore }),
      })
      const moment = '2026-12-01T04:00:00.000Z'
      const codes = ['instance-reboot', 'system-reboot', 'system-maintenance', 'instance-retirement', 'instance-stop']
      return { ...live, scheduledEvents: [...codes.map((code) => event(code, moment)), event('something-new')] }
    },
    options: { revision: 'another', run: 'run-2' },
  },
  'drift-server-stopped': { world: (text) => stopped(settled(text), 'server.web') },
  'drift-server-terminated': { world: (text) => withoutServer(settled(text), 'server.web') },
  'drift-volume-detached': { world: (text) => detached(settled(text), 'volume.music', 'server.web') },
  'drift-rule-added': {
    world: (text) => {
      const live = settled(text)
      return {
        ...live,
        securityGroups: live.securityGroups.map((group) => ({
          ...group,
          ingress: [
            ...group.ingress,
            {
              protocol: 'tcp',
              fromPort: 8080,
              toPort: 8080,
              source: { kind: 'cidr', cidr: '0.0.0.0/0' },
              description: 'just for a moment',
            },
          ],
        })),
      }
    },
  },
  'drift-tags-changed': {
    world: (text) => {
      const live = settled(text)
      const [server] = live.servers
      return withServer(live, 'server.web', {
        tags: { ...server?.tags, Name: 'do not touch', purpose: 'production', cost: 'somebody else' },
      })
    },
  },
  'drift-auto-enable-io': {
    world: (text) => {
      const live = settled(text.replace(/  cache.*\n/, ''))
      return { ...live, volumes: live.volumes.map((volume) => ({ ...volume, autoEnableIo: false })) }
    },
  },
  'drift-applied-tag-lost': {
    world: (text) => {
      const live = settled(text)
      const tags = Object.entries(live.volumes[0]?.tags ?? {}).filter(([key]) => key !== tagKeys.applied)
      return withVolume(live, 'volume.music', { tags: Object.fromEntries(tags) })
    },
  },
  'drift-unmounted': { world: (text) => withFacts(settled(text), 'server.web', (facts) => ({ ...facts, mounts: [] })) },
  'drift-fstab-line-deleted': {
    world: (text) => withFacts(settled(text), 'server.web', (facts) => ({ ...facts, fstab: [] })),
  },
  'drift-file-changed': {
    world: (text) => {
      const live = settled(text)
      const facts = live.syncs['sync.library']
      if (facts?.kind !== 'read') throw new Error('not read')
      return {
        ...live,
        syncs: { 'sync.library': { ...facts, filesChanged: 1, bytes: 12, sample: ['index.html'] } },
      }
    },
  },
  'my-ip-moved': { world: (text) => ({ ...settled(text), operatorIp: '198.51.100.23' }) },
  'grow-volume': { world: (text) => settled(text.replace('size: 40', 'size: 20')) },
  'shrink-volume': { world: (text) => settled(text.replace('size: 10', 'size: 20')) },
  'move-volume': { world: (text) => settled(text.replace('server: second', 'server: first')) },
  'move-volume-unreachable': {
    world: (text) => ({
      ...settled(text.replace('server: second', 'server: first')),
      hosts: {
        'server.first': { kind: 'unreadable', reason: 'connect ECONNREFUSED 198.51.100.10:22' },
        'server.second': { kind: 'read', devices: [], mounts: [], fstab: [], user: 'admin' },
      },
    }),
  },
  'rename-mount': { world: (text) => settled(text.replace('mount: /srv/tunes', 'mount: /srv/music')) },
  'change-type': { world: (text) => settled(text.replace('type: t3.medium', 'type: t3.small')) },
  'rolling-update': {
    world: (text) => {
      const before = settled(text.replaceAll('t3.medium', 't3.small').replace('ami-00000002', 'ami-00000001'))
      return stopped({ ...before, images: imagesFor(specOf(text)) }, 'server.web[4]')
    },
  },
  'replace-image': { 
    world: (text) => ({ ...settled(text.replace('ami-00000002', 'ami-00000001')), images: imagesFor(specOf(text)) }),
  },
  'elastic-ip': { world: (text) => emptyLive(specOf(text)) },
  'elastic-ip-moves': {
    world: (text) => ({ ...settled(text.replace('ami-00000002', 'ami-00000001')), images: imagesFor(specOf(text)) }),
  },
  // One leads to another server of the stack, whose own was released; one leads to somebody else's instance; one is not
  // wanted any more; and one server was given the address of somebody else.
  'elastic-ip-drift': {
    world: (text) => {
      const live = settled(text.replace('false', 'true'))
      const elasticIps = (live.elasticIps ?? []).filter(({ address }) => address !== 'elasticIp.gone')
      const back = elasticIps.find(({ address }) => address === 'elasticIp.back')?.publicIp
      const worn: Readonly<Record<string, string | undefined>> = {
        'server.back': undefined,
        'server.gone': back,
        'server.lent': undefined,
        'server.theirs': '192.0.2.1',
      }
      const leadTo: Readonly<Record<string, string | undefined>> = {
        'elasticIp.back': live.servers.find(({ address }) => address === 'server.gone')?.id,
        'elasticIp.lent': 'i-0theirs',
        'elasticIp.theirs': undefined,
      }
      return {
        ...live,
        servers: live.servers.map(({ elasticIp, ...server }) => {
          const now = server.address in worn ? worn[server.address] : elasticIp
          return { ...server, publicIp: now ?? '198.51.100.10', ...(now !== undefined && { elasticIp: now }) }
        }),
        elasticIps: elasticIps.map((elasticIp) => {
          if (!(elasticIp.address in leadTo)) return elasticIp
          const instanceId = leadTo[elasticIp.address]
          return { ...elasticIp, association: instanceId === undefined ? undefined : { id: 'eipassoc-1', instanceId } }
        }),
      }
    },
  },
  // One comes; of one the profile and the monitoring were changed by hand; one gets other cores, and loses its protection.
  'server-options': {
    world: (text) => {
      const live = settled(text.replace(/ {2}new:.*\n/, '').replace('cores: 1', 'cores: 2').replace('false', 'true'))
      return {
        ...live,
        servers: live.servers.map((server) => {
          if (server.address !== 'server.moved') return server
          const { iamInstanceProfile: _taken, ...options } = server.options ?? {}
          return { ...server, options: { ...options, monitoring: false } }
        }),
      }
    },
  },
  'newer-image': {
    world: (text) => {
      const live = settled(text)
      const [key = ''] = Object.keys(live.images)
      const image = live.images[key]
      if (!image) throw new Error('no image')
      return { ...live, images: { [key]: { ...image, id: 'ami-0debian13', name: 'debian-12-amd64-20261101-1' } } }
    },
  },
  'remove-each-way': {
    world: (text) =>
      settled(`${text}
volumes:
  kept-as-snapshot: { server: web, size: 1, mount: /srv/one }
  kept: { server: web, size: 2, mount: /srv/two, onRemove: retain }
  thrown-away: { server: web, size: 3, mount: /srv/three, onRemove: delete }
`),
  },
  'remove-server': {
    world: (text) =>
      settled(
        text
          .replace('servers:', 'servers:\n  old: { image: ami-00000001, type: t3.small, securityGroups: [old] }')
          .replace('securityGroups:', 'securityGroups:\n  old:\n    description: of the old server\n    ingress: [{ port: 80, from: securityGroup.web }]'),
      ),
  },
  'reuse-snapshot': {
    world: (text) => emptyLive(specOf(text), { snapshots: [snapshot(1), snapshot(2), snapshot(3, { state: 'pending' })] }),
  },
  'reuse-retained': {
    world: (text) => {
      const live = settled(text)
      const free = detached(live, 'volume.music', 'server.web')
      const tags = { ...free.volumes[0]?.tags, [tagKeys.retained]: 'run-1' }
      return { ...withVolume(free, 'volume.music', { tags }), ledger: { id: 'lt-1', addresses: [at('server.web')] } }
    },
  },
  'server-terminated-as-observed': {
    // As an observation really sees it: without a server, a rule's destination cannot be compared.
    world: (text) => {
      const live = withoutServer(settled(text), 'server.web')
      const facts = live.syncs['sync.library']
      if (facts?.kind !== 'read') throw new Error('not read')
      return { ...live, syncs: { 'sync.library': { ...facts, filesCreated: 3, bytes: 4096, compared: 'source-only' } } }
    },
  },
  conflict: {
    world: (text) => {
      const live = settled(text)
      const [server] = live.servers
      return { ...live, servers: server ? [...live.servers, { ...server, id: 'i-0twin' }] : [] }
    },
  },
  'adopt-volume': {
    world: (text) => {
      const live = settled(text.slice(0, text.indexOf('volumes:')))
      return { ...live, volumes: [foreignVolume] }
    },
  },
  'foreign-owner': {
    world: (text) => ({
      ...settled(text.slice(0, text.indexOf('volumes:'))),
      volumes: [
        { ...foreignVolume, tags: { [tagKeys.stack]: 'physics', [tagKeys.address]: 'volume.results' } },
        { ...foreignVolume, id: 'vol-0a000002', address: at('volume.other'), attachment: { instanceId: 'i-0theirs', state: 'attached', deviceName: '/dev/sdf' } },
      ],
    }),
  },
  'foreign-filesystem': {
    world: (text) => {
      const live = settled(text.slice(0, text.indexOf('  archive:')))
      const volume: LiveVolume = {
        ...foreignVolume,
        state: 'in-use',
        attachment: { instanceId: live.servers[0]?.id ?? '', state: 'attached', deviceName: '/dev/sdg' },
      }
      return holding({ ...live, volumes: [...live.volumes, volume] }, 'server.web', 'volume.archive', 'ext4')
    },
  },
  'hosts-impossible': {
    world: (text) => emptyLive(specOf(text), { hostsImpossible: 'this sandbox runs without root, and has no hosts' }),
  },
  'hosts-impossible-settled': {
    world: (text) => settled(text, { hostsImpossible: 'this sandbox runs without root, and has no hosts' }),
  },
  'server-to-be-stopped': { world: (text) => settled(text.replace('    state: stopped\n', '')) },
  'snapshot-due': {
    world: (text) => ({
      ...settled(text),
      snapshots: [1, 2, 3, 4].map((version) => snapshot(version)),
    }),
    options: { now: '2026-11-05T10:00:00.000Z', run: 'run-2' },
  },
  'snapshot-copies': {
    world: (text) => {
      const live = settled(text)
      const lost = { ...snapshot(1), address: at('volume.lost'), id: 'snap-0lost1', startedAt: '2026-11-05T08:00:00.000Z' }
      const tags = { ...lost.tags, [tagKeys.address]: 'volume.lost', [copyTagKey('eu-west-1')]: 'snap-0copy0' }
      const copy = (version: number, state: LiveSnapshot['state'] = 'completed') => {
        const source = snapshot(version)
        const copyOf = copySourceText({ region: live.region, id: source.id })
        return { ...source, id: `snap-0copy${version}`, state, tags: { ...source.tags, [tagKeys.copyOf]: copyOf } }
      }
      return {
        ...live,
        snapshots: [...[1, 2, 3].map((version) => snapshot(version)), { ...lost, tags }],
        snapshotsElsewhere: [
          { region: 'eu-central-1', snapshots: [copy(1), copy(2), copy(3)] },
          { region: 'eu-west-1', snapshots: [copy(3, 'error')] },
        ],
      }
    },
    options: { now: '2026-11-05T10:00:00.000Z', run: 'run-2' },
  },
  'restore-volume': {
    world: (text) => ({ ...settled(text), snapshots: [snapshot(1), snapshot(2)] }),
    options: { restore: { [at('volume.music')]: 'snap-0music1' }, run: 'run-2' },
  },
  'members-fewer': { world: (text) => settled(text.replace('count: 2', 'count: 3')), options: { run: 'run-2' } },
  'members-more': { world: (text) => settled(text.replace('count: 3', 'count: 2')), options: { run: 'run-2' } },
  'move-zone': { world: (text) => settled(text.replace('us-east-1b', 'us-east-1a')), options: { run: 'run-2' } },
  'checkpoint-copy': {
    world: (text) => emptyLive(specOf(text), { snapshots: [snapshot(1)] }),
    options: { restore: { [at('volume.music')]: 'snap-0music1' }, checkpoint: 'prod/first', run: 'run-2' },
  },
  'not-looked-inside': {
    world: (text) => ({
      ...settled(text.replace('mount: /srv/tunes', 'mount: /srv/music')),
      hosts: { 'server.web': { kind: 'not-probed', because: 'not-asked' } },
      syncs: {},
    }),
  },
  unreadable: {
    world: (text) => ({
      ...settled(text),
      hosts: { 'server.web': { kind: 'unreadable', reason: 'the host key is not the one that was pinned' } },
      syncs: { 'sync.library': { kind: 'unreadable', reason: 'server.web cannot be reached' } },
      unreadable: [
        { address: at('server.web'), reason: 'the host key is not the one that was pinned' },
        { address: at('sync.library'), reason: 'server.web cannot be reached' },
      ],
    }),
  },
  'erlang-cluster': { world: (text) => emptyLive(specOf(text)) },
  'archive-first': { world: (text) => emptyLive(specOf(text), { archives: musicDirectory }), options: { run: 'run-1' } },
  'archive-changed': {
    world: (text) =>
      emptyLive(specOf(text), {
        archives: musicDirectory,
        snapshots: [1, 2].map((version) => snapshot(version, { address: at('archive.my-music'), sizeGiB: 1 })),
        temporaries: [{ address: at('archive.my-music'), kind: 'server', id: 'i-0left' }],
      }),
    options: { revision: '4f0c2aa', run: 'run-2' },
  },
  destroy: { world: (text) => settled(text), destroy: 'with-file', options: { revision: '4f0c2aa', run: 'run-9' } },
  'destroy-without-file': { world: (text) => settled(text), destroy: 'without-file' },
  'destroy-protected': { world: (text) => settled(text), destroy: 'with-file' },
}
