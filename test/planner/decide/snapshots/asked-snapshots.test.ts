import { describe, expect, it } from 'vitest'
import type { HostFacts } from '../../../../src/model/inside/host-facts.js'
import type { LiveVolume } from '../../../../src/model/kinds/volume.js'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import { tagKeys } from '../../../../src/model/tags.js'
import { decideCheckpoint, decideSnapshot } from '../../../../src/planner/decide/snapshots/asked-snapshots.js'
import { liveSnapshot, liveVolume } from '../../../support/live-volume.js'
import { worldFor } from '../../../support/planner-world.js'
import { liveServer } from '../../../support/server-outlook.js'

const file = (words = '') => `evenkeel: 1
stack: demo
target: sandbox
servers:
  web: { image: ami-0123456789abcdef0, type: t3.small, zone: us-east-1a }
volumes:
  data: { server: web, size: 10, mount: /srv${words} }
  logs: { server: web, size: 10, mount: /var/log/app }
`
const attached = (name: string, instanceId = 'i-web'): LiveVolume =>
  liveVolume(name, {}, { attachment: { instanceId, state: 'attached', deviceName: '/dev/sdf' } })
const data = attached('data')
const lost: HostFacts = { kind: 'unreadable', reason: 'no route' }
const servers = [liveServer('web')]

describe('a snapshot that somebody asks for', () => {
  const holdOf = (live: Partial<LiveStack>, text = file(), volume = data) =>
    decideSnapshot(worldFor(text, { servers, ...live }), volume).hold

  it.each<[string, Partial<LiveStack>, string, LiveVolume, unknown]>([
    ['freezes the filesystem', {}, file(), data, { how: 'freeze', server: 'server.web' }],
    [
      'freezes it where the file says nothing of the volume',
      {},
      file(),
      attached('other'),
      { how: 'freeze', server: 'server.web' },
    ],
    [
      'unmounts it where its schedule says so',
      {},
      file(', snapshots: { every: 24h, consistent: unmount }'),
      data,
      {
        how: 'unmount',
        server: 'server.web',
        fstype: 'ext4',
        mount: { path: '/srv', options: undefined, owner: undefined, mode: undefined },
      },
    ],
    [
      'leaves it alone where its schedule says so',
      {},
      file(', snapshots: { every: 24h, consistent: none }'),
      data,
      undefined,
    ],
    [
      'leaves it alone on a server that is stopped',
      { servers: [{ ...liveServer('web'), state: 'stopped' }] },
      file(),
      data,
      undefined,
    ],
    ['leaves it alone where no server can be entered', { hostsImpossible: 'no hosts' }, file(), data, undefined],
    ['leaves it alone on an instance of others', {}, file(), attached('data', 'i-other'), undefined],
    ['leaves it alone while it is attached to nothing', {}, file(), liveVolume('data'), undefined],
  ])('%s', (_what, live, text, volume, hold) => {
    expect(holdOf(live, text, volume)).toEqual(hold)
  })

  it('tells that a server could not be entered', () => {
    const asked = decideSnapshot(worldFor(file(), { servers, hosts: { 'server.web': lost } }), data)
    expect(asked).toMatchObject({ hold: undefined, problems: [{ code: 'PLAN_UNREADABLE', address: 'volume.data' }] })
  })
})

describe('a checkpoint', () => {
  const volumes = [data, attached('logs'), liveVolume('spare')]
  const decide = (live: Partial<LiveStack> = {}) =>
    decideCheckpoint(worldFor(file(), { servers, volumes, ...live }), 'release', 'abc')
  const part = (id: string, change: Parameters<typeof liveSnapshot>[2] = {}) =>
    liveSnapshot('volume.data', id, {
      ...change,
      tags: { [tagKeys.checkpoint]: 'release', [tagKeys.checkpointSize]: '1', ...change.tags },
    })

  it('takes the volumes of one server together, and the others beside', () => {
    const { sets, cleared, problems } = decide()
    expect(sets.map(({ server, snapshots }) => [server, snapshots.map(({ volume }) => volume)])).toEqual([
      ['server.web', ['volume.data', 'volume.logs']],
      [undefined, ['volume.spare']],
    ])
    expect([cleared, problems]).toEqual([[], []])
    const marks = { [tagKeys.checkpoint]: 'release', [tagKeys.checkpointSize]: '3', [tagKeys.specDigest]: 'abc' }
    for (const { snapshots } of sets) for (const { tags } of snapshots) expect(tags).toMatchObject(marks)
  })

  it('freezes nothing on a server that could not be entered, and tells it of each volume', () => {
    const { sets, problems } = decide({ hosts: { 'server.web': lost } })
    expect(sets).toMatchObject([{ server: undefined }])
    expect(problems.map(({ address }) => address)).toEqual(['volume.data', 'volume.logs'])
  })

  it('clears what is left of an attempt that failed', () => {
    expect(decide({ snapshots: [part('snap-1', { state: 'error' })] }).cleared).toMatchObject([{ id: 'snap-1' }])
  })

  it.each([
    ['there is no volume', { volumes: [] }, 'CHECKPOINT_EMPTY'],
    ['its name is in use', { snapshots: [part('snap-1')] }, 'CHECKPOINT_TAKEN'],
  ] as const)('is not where %s', (_what, live, code) => {
    expect(() => decide(live)).toThrowError(expect.objectContaining({ code }) as Error)
  })
})
