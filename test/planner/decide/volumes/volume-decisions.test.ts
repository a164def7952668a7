import { describe, expect, it } from 'vitest'
import type { HostFacts } from '../../../../src/model/inside/host-facts.js'
import type { LiveServer } from '../../../../src/model/kinds/server.js'
import type { LiveVolume } from '../../../../src/model/kinds/volume.js'
import type { LiveStack } from '../../../../src/model/live-stack.js'
import { tagKeys } from '../../../../src/model/tags.js'
import { decideServers, isPlanned } from '../../../../src/planner/decide/servers/server-decisions.js'
import {
  isMade,
  isUnmounted,
  releaseOf,
  serversStoppedFor,
  type VolumeDecision,
} from '../../../../src/planner/decide/volumes/volume-decision.js'
import { decideVolumes } from '../../../../src/planner/decide/volumes/volume-decisions.js'
import { volumeCopiesOf } from '../../../../src/planner/decide/copies/volume-copies.js'
import type { PlanOptions } from '../../../../src/planner/world.js'
import { at } from '../../../support/live-stack.js'
import { worldFor } from '../../../support/planner-world.js'
import { oneServer, withVolume } from '../../../support/stack-texts.js'

const data = at('volume.data')
const web = at('server.web')
const mounted = withVolume('server: web, size: 10, mount: /srv')

function decide(text: string, changes: Partial<LiveStack> = {}, options: PlanOptions = {}): VolumeDecision {
  const world = worldFor(text, changes, options)
  const servers = new Map(
    [...decideServers(world, new Set())].flatMap(([address, decision]) =>
      isPlanned(decision) ? [[address, decision.outlook] as const] : [],
    ),
  )
  const inputs = { world, servers, copies: volumeCopiesOf([], []), versions: new Map() }
  const decision = decideVolumes(inputs, new Set()).get(data)
  if (!decision) throw new Error('nothing is decided')
  return decision
}

const server: LiveServer = {
  address: web,
  id: 'i-1',
  state: 'running',
  type: 't3.small',
  imageId: 'ami-00000001',
  architecture: 'x86_64',
  zone: 'us-east-1a',
  subnetId: 'subnet-1',
  vpcId: 'vpc-1',
  keyName: 'evenkeel.demo.default',
  securityGroupIds: [],
  privateIp: undefined,
  publicIp: undefined,
  rootVolume: undefined,
  tags: { [tagKeys.stack]: 'demo', [tagKeys.address]: web, [tagKeys.hostKey]: 'ssh-ed25519 AAAA' },
}

/** The volume as an apply of the text left it: attached, with a filesystem. */
function standing(text: string, changes: Partial<LiveVolume> = {}): LiveVolume {
  const decision = decide(text)
  if (decision.kind !== 'create') throw new Error('it is not created')
  const { creation } = decision
  return {
    address: data,
    id: 'vol-1',
    state: 'in-use',
    sizeGiB: creation.sizeGiB ?? 1,
    type: creation.type,
    iops: 3000,
    throughputMiBps: 125,
    encrypted: false,
    kmsKey: undefined,
    zone: creation.zone,
    snapshotId: undefined,
    attachment: { instanceId: 'i-1', state: 'attached', deviceName: '/dev/sdf' },
    ...changes,
    tags: { ...creation.tags, ...creation.tagging?.tags, ...changes.tags },
  }
}

function probe(changes: Partial<Extract<HostFacts, { kind: 'read' }>> = {}): HostFacts {
  return {
    kind: 'read',
    devices: [
      {
        volumeId: 'vol-1',
        path: '/dev/nvme1n1',
        partitionPath: undefined,
        sizeBytes: 10 * 2 ** 30,
        content: { fstype: 'ext4', label: undefined, uuid: 'u-1', filesystemBytes: 10 * 2 ** 30 },
      },
    ],
    mounts: [
      { volumeId: 'vol-1', path: '/srv', fstype: 'ext4', options: 'rw,relatime', owner: 'root:root', mode: '755' },
    ],
    fstab: [{ source: 'UUID=u-1', path: '/srv', fstype: 'ext4', options: 'defaults,nofail' }],
    user: 'admin',
    ...changes,
  }
}

/** Everything as an apply of the text left it, but for the changes. */
function settled(text: string, changes: Partial<LiveVolume> = {}, facts: HostFacts = probe()): Partial<LiveStack> {
  return { servers: [server], volumes: [standing(text, changes)], hosts: { [web]: facts } }
}

describe('a volume', () => {
  it('that is not there is made blank, attached, formatted, mounted and written to fstab', () => {
    expect(decide(mounted)).toMatchObject({
      kind: 'create',
      creation: {
        zone: 'us-east-1a',
        sizeGiB: 10,
        origin: undefined,
        arrivesAt: web,
        tags: { [tagKeys.origin]: 'blank' },
      },
      inside: { server: web, format: { isUsed: true }, mount: { fresh: true }, fstab: { path: '/srv' } },
    })
  })

  it('that is as the file says is kept, and nothing happens inside', () => {
    const decision = decide(mounted, settled(mounted))
    expect(decision).toMatchObject({
      kind: 'keep',
      modification: undefined,
      attachment: { release: undefined, arrivesAt: undefined },
      tagging: { tags: {}, removeTags: [] },
      succeeded: [],
      change: { kind: 'none' },
    })
    expect('inside' in decision && decision.inside).toEqual({ server: web, fstype: 'ext4' })
  })

  it('that was unmounted by hand is mounted again, and never formatted', () => {
    const decision = decide(mounted, settled(mounted, {}, probe({ mounts: [] })))
    expect(decision).toMatchObject({ kind: 'update', inside: { mount: { at: { path: '/srv' }, fresh: false } } })
    expect(decision).not.toHaveProperty('inside.format')
  })

  it('with another mount point leaves the old one first', () => {
    const decision = decide(mounted.replace('/srv', '/data'), settled(mounted))
    expect(decision).toMatchObject({ inside: { unmount: { inner: [] }, mount: { at: { path: '/data' } } } })
    expect(isUnmounted(decision)).toBe(true)
  })

  it('that grows is modified, and its filesystem follows', () => {
    const decision = decide(mounted.replace('size: 10', 'size: 20'), settled(mounted))
    expect(decision).toMatchObject({
      kind: 'update',
      modification: { sizeGiB: 20, type: 'gp3' },
      inside: { grow: { mountPath: '/srv' } },
    })
  })

  it('that was modified a moment ago waits, says so, and does not record what waits', () => {
    const modifications = [{ state: 'optimizing', progress: 40, startedAt: '2026-11-21T10:00:00Z' } as const]
    const before = standing(mounted)
    const decision = decide(mounted.replace('size: 10', 'size: 20'), settled(mounted, { modifications }))
    expect(decision).toMatchObject({ modification: undefined, problems: [{ code: 'PLAN_VOLUME_COOLING' }] })
    const recorded = 'tagging' in decision ? decision.tagging.tags[tagKeys.applied] : undefined
    expect(recorded ?? before.tags[tagKeys.applied]).toBe(before.tags[tagKeys.applied])
  })

  it('is never shrunk', () => {
    const decision = decide(mounted.replace('size: 10', 'size: 5'), settled(mounted))
    expect(decision).toMatchObject({ kind: 'refuse', problems: [{ code: 'PLAN_VOLUME_SHRINK', severity: 'error' }] })
  })

  it('that must be encrypted is swapped by way of a snapshot of its own', () => {
    const decision = decide(mounted.replace('size: 10', 'size: 10, encrypted: true'), settled(mounted))
    expect(decision).toMatchObject({
      kind: 'swap',
      snapshotId: undefined,
      release: { holder: web, how: 'unmount' },
      creation: { encrypted: true, origin: { takenBy: data } },
      verification: { server: web, uuid: 'u-1', mountPath: '/srv' },
      change: { kind: 'replace', impact: 'downtime' },
    })
    expect(isMade(decision)).toBe(true)
  })

  it('of another owner is left alone, and everything else can go on', () => {
    const text = withVolume('server: web, volumeId: vol-0a000001, fstype: xfs')
    const foreign = {
      ...standing(mounted),
      id: 'vol-0a000001',
      tags: { [tagKeys.stack]: 'other' },
      attachment: undefined,
    }
    const decision = decide(text, { servers: [server], volumes: [foreign], hosts: { [web]: probe() } })
    expect(decision).toMatchObject({ kind: 'refuse', problems: [{ code: 'PLAN_FOREIGN_OWNER', scope: 'address' }] })
  })

  it('that two entries adopt becomes the first one’s alone', () => {
    const text = `${withVolume('zone: us-east-1a, volumeId: vol-0a000001')}  again: { zone: us-east-1a, volumeId: vol-0a000001 }
`
    const free = {
      ...standing(mounted),
      id: 'vol-0a000001',
      tags: {},
      attachment: undefined,
      state: 'available',
    } as const
    expect(decide(text, { volumes: [free] })).toMatchObject({
      kind: 'refuse',
      problems: [
        { code: 'PLAN_VOLUME_TAKEN', message: 'volume.data: vol-0a000001 is adopted by volume.again already' },
      ],
    })
  })

  it('that the file adopts is marked first, and what follows is recorded after it', () => {
    const text = withVolume('server: web, volumeId: vol-0a000001, mount: /srv')
    const free = {
      ...standing(mounted),
      id: 'vol-0a000001',
      tags: {},
      attachment: undefined,
      state: 'available',
    } as const
    const decision = decide(text, { servers: [server], volumes: [free], hosts: { [web]: probe({ mounts: [] }) } })
    expect(decision).toMatchObject({
      kind: 'adopt',
      attachment: { arrivesAt: web },
      adoption: { tags: { [tagKeys.origin]: 'adopted' } },
      change: { kind: 'adopt' },
    })
    if (decision.kind !== 'adopt') return
    expect(decision.adoption.tags[tagKeys.applied]).not.toContain('fs=')
    expect(decision.tagging.tags[tagKeys.applied]).toContain('fs=')
  })

  it.each([
    ['snapshot', 'snapshot'],
    ['retain', 'retain'],
    ['delete', 'delete'],
  ])('that the file no longer names goes by its rule %s', (onRemove, rule) => {
    const text = mounted.replace('size: 10', `size: 10, onRemove: ${onRemove}`)
    expect(decide(oneServer, settled(text))).toMatchObject({ kind: 'remove', rule, release: { how: 'unmount' } })
  })

  it('leaves a server that cannot be entered once that is stopped', () => {
    const unreadable: HostFacts = { kind: 'unreadable', reason: 'no route' }
    const decision = decide(oneServer.replace('web:', 'other:'), settled(mounted, {}, unreadable))
    expect(releaseOf(decision)).toMatchObject({ holder: web, how: 'stop' })
    expect([...serversStoppedFor([decision])]).toEqual(['i-1'])
  })

  it('is refused where that server stays and runs on: nothing is stopped for a volume alone', () => {
    const unreadable: HostFacts = { kind: 'unreadable', reason: 'no route' }
    expect(decide(oneServer, settled(mounted, {}, unreadable))).toMatchObject({
      kind: 'refuse',
      problems: [{ code: 'PLAN_VOLUME_HELD', scope: 'address' }],
    })
    const stopped = oneServer.replace('type:', 'state: stopped, type:')
    expect(releaseOf(decide(stopped, settled(mounted, {}, unreadable)))).toMatchObject({ how: 'stop' })
  })

  it("on an instance of the stack that is shutting down is nobody else's: it comes free by itself", () => {
    const world = settled(mounted, { attachment: { instanceId: 'i-0', state: 'attached', deviceName: '/dev/sdf' } })
    const decision = decide(mounted, { ...world, endingServers: [{ id: 'i-0', address: web }] })
    expect(decision).toMatchObject({
      kind: 'update',
      attachment: { release: { instanceId: 'i-0', how: 'detach' }, arrivesAt: web },
    })
    expect(decide(mounted, world)).toMatchObject({ kind: 'refuse', problems: [{ code: 'PLAN_FOREIGN_ATTACHMENT' }] })
  })

  it('on an instance that is not ours is left alone', () => {
    const attachment = { instanceId: 'i-foreign', state: 'attached', deviceName: '/dev/sdf' } as const
    const decision = decide(mounted, settled(mounted, { attachment }))
    expect(decision).toMatchObject({
      kind: 'refuse',
      problems: [{ code: 'PLAN_FOREIGN_ATTACHMENT', scope: 'address' }],
    })
  })
})

describe('a volume that came to the successor of its server in a run that was cut off', () => {
  const there: HostFacts = {
    kind: 'read',
    devices: [
      {
        volumeId: 'vol-1',
        path: '/dev/nvme1n1',
        partitionPath: undefined,
        sizeBytes: 10 * 1024 ** 3,
        content: { fstype: 'ext4', label: undefined, uuid: 'ca3295b0', filesystemBytes: 10 * 1024 ** 3 },
      },
    ],
    mounts: [],
    fstab: [],
    user: 'admin',
  }
  const causes = (servers: readonly LiveServer[], id: string) => {
    const attachment = { instanceId: id, state: 'attached', deviceName: '/dev/sdf' } as const
    const hosts = servers.length > 1 ? { [id]: there, 'i-1': there } : { [web]: there }
    const decision = decide(mounted, { servers, volumes: [standing(mounted, { attachment })], hosts })
    return decision.change.diffs.map(({ path, cause }) => `${path} ${cause}`)
  }

  it('is not mounted there yet, which is no drift', () => {
    const successor = { ...server, id: 'i-2', tags: { ...server.tags, [tagKeys.supersedes]: 'i-1' } }
    const old = { ...server, rootVolume: { id: 'vol-root', sizeGiB: 8, type: 'gp3' } } as const
    expect(causes([old, successor], 'i-2')).toEqual(['fstab pending', 'mount pending'])
  })

  it('is drift where the server has long been the only one', () => {
    expect(causes([server], 'i-1')).toEqual(['fstab drift', 'mount drift'])
  })
})
