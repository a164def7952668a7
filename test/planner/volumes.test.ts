import { describe, expect, it } from 'vitest'
import type { HostContent, HostMount } from '../../src/model/inside/host-facts.js'
import type { LiveVolume } from '../../src/model/kinds/volume.js'
import type { LiveSnapshot } from '../../src/model/kinds/volume-snapshot.js'
import type { LiveStack } from '../../src/model/live-stack.js'
import { makePlan } from '../../src/planner/make-plan.js'
import type { Plan } from '../../src/model/plan.js'
import { tagKeys } from '../../src/model/tags.js'
import { at, emptyLive, imagesFor, specOf } from '../support/live-stack.js'
import { applyPlan } from '../support/plan-effects.js'
import { oneServer, withVolume } from '../support/stack-texts.js'

const mounted = withVolume('server: web, size: 10, mount: /srv')

describe('where a volume comes from', () => {
  const reused = withVolume('server: web, size: 10, mount: /srv, reuse: true')

  it('is the newest completed snapshot of its name where it may be reused', () => {
    const snapshots = [snapshot(1), snapshot(3, { state: 'pending' }), snapshot(2)]
    expect(created(planOf(reused, { snapshots })).snapshotId).toBe('snap-2')
  })

  it('is never the snapshot of another stack', () => {
    const foreign = snapshot(9, { tags: { [tagKeys.stack]: 'other', [tagKeys.address]: 'volume.data' } })
    expect(created(planOf(reused, { snapshots: [foreign] })).snapshotId).toBeUndefined()
  })

  it('is a snapshot of a version, or the latest', () => {
    const snapshots = [snapshot(1), snapshot(2)]
    const named = (version: string) =>
      withVolume(`server: web, mount: /srv, snapshot: { name: data, version: ${version} }`)
    expect(created(planOf(named('1'), { snapshots })).snapshotId).toBe('snap-1')
    expect(created(planOf(named('latest'), { snapshots })).snapshotId).toBe('snap-2')
    expect(codesOf(planOf(named('7'), { snapshots }))).toEqual(['PLAN_SNAPSHOT_NOT_FOUND'])
  })

  it('is not a snapshot that is not completed', () => {
    const text = withVolume('server: web, mount: /srv, snapshot: snap-0a000001')
    const unfinished = snapshot(1, { id: 'snap-0a000001', state: 'pending' })
    expect(codesOf(planOf(text, { snapshots: [unfinished] }))).toEqual(['PLAN_SNAPSHOT_NOT_READY'])
  })

  it('is not a snapshot that is too large for it', () => {
    const snapshots = [snapshot(1, { sizeGiB: 11 })]
    expect(codesOf(planOf(reused, { snapshots }))).toEqual(['PLAN_VOLUME_SHRINK'])
  })

  it('grows with its filesystem when it is larger than the snapshot, and records its size after that', () => {
    const plan = planOf(reused, { snapshots: [snapshot(1, { sizeGiB: 5 })] })
    expect(kindsOf(plan)).toContain('grow-filesystem')
    expect(kindsOf(plan)).not.toContain('make-filesystem')
    expect(created(plan).tags[tagKeys.applied]).not.toContain('size=')
    expect(created(plan).tags[tagKeys.origin]).toBe('snap-1')
  })

  it('is a volume that is there, and must be', () => {
    const text = withVolume('server: web, volumeId: vol-0a000001, mount: /srv')
    expect(codesOf(planOf(text))).toEqual(['PLAN_VOLUME_NOT_FOUND'])
  })

  it('is not two volumes at once', () => {
    const text = mounted.replace('size: 10', 'volumeId: vol-0a000001')
    expect(codesOf(planOf(text, settled(mounted)))).toEqual(['PLAN_VOLUME_TAKEN'])
  })

  it('is a volume of another entry that left the file: it is adopted, and not removed', () => {
    const live = settled(mounted)
    const text = mounted
      .replace('  data: {', `  music: { volumeId: ${live.volumes[0]?.id ?? ''},`)
      .replace(' size: 10,', '')
    const spec = specOf(text.replace(/vol-volume.data-1/, 'vol-0a000001'))
    const renamed = {
      ...live,
      volumes: live.volumes.map((volume) => ({ ...volume, id: 'vol-0a000001' })),
      hosts: {},
    }
    const plan = makePlan(spec, renamed)
    expect(plan.steps.map(({ kind }) => kind)).not.toContain('delete-volume')
    expect(plan.changes.filter(({ kind }) => kind !== 'none')).toMatchObject([
      { address: 'volume.music', kind: 'adopt' },
    ])
  })
})

describe('a filesystem', () => {
  it('is made on what was made blank', () => {
    expect(kindsOf(planOf(mounted))).toEqual([
      'create-volume',
      'attach-volume',
      'make-filesystem',
      'mount-volume',
      'write-fstab',
      'tag-resource',
    ])
  })

  it('is made after an apply that was cut off before it, once a probe has shown a blank device', () => {
    expect(kindsOf(planOf(mounted, interrupted(undefined)))).toEqual([
      'make-filesystem',
      'mount-volume',
      'write-fstab',
      'tag-resource',
    ])
  })

  it('that an apply made before it was cut off is mounted, and counts as new', () => {
    const plan = planOf(mounted, interrupted('ext4'))
    expect(kindsOf(plan)).toEqual(['mount-volume', 'write-fstab', 'tag-resource'])
    expect(plan.steps.find(({ kind }) => kind === 'mount-volume')).toMatchObject({ fresh: true })
  })

  it('that an apply mounted before it was cut off gets its owner, unless it has one', () => {
    const mountedBy = (owner: string) => {
      const live = interrupted('ext4')
      const mount = { volumeId: 'vol-1', path: '/srv', fstype: 'ext4', options: 'rw,relatime', owner, mode: '755' }
      return planOf(mounted, withMount(live, mount))
    }
    expect(kindsOf(mountedBy('root:root'))).toEqual(['mount-volume', 'write-fstab', 'tag-resource'])
    expect(mountedBy('root:root').steps.find(({ kind }) => kind === 'mount-volume')).toMatchObject({ fresh: true })
    expect(kindsOf(mountedBy('admin:admin'))).toEqual(['write-fstab', 'tag-resource'])
  })

  it('that is another one is never replaced: the mount is planned, and will fail', () => {
    const plan = planOf(mounted, interrupted('xfs'))
    expect(kindsOf(plan)).toEqual(['mount-volume', 'tag-resource'])
    expect([plan.applyable, codesOf(plan)]).toEqual([true, ['PLAN_FILESYSTEM_MISMATCH']])
  })

  it('that is gone is not made again', () => {
    const plan = planOf(mounted, withContent(settled(mounted), undefined))
    expect(kindsOf(plan)).not.toContain('make-filesystem')
    expect(codesOf(plan)).toEqual(['PLAN_FILESYSTEM_GONE'])
  })

  it('is not made where the file names another one by now, nor is the mount taken away', () => {
    const plan = planOf(mounted.replace('size: 10', 'fstype: xfs, size: 10'), settled(mounted))
    expect(kindsOf(plan)).toEqual(['mount-volume', 'tag-resource'])
  })

  it('is not made where the origin tag is gone', () => {
    const live = interrupted(undefined)
    const tags = Object.fromEntries(
      Object.entries(live.volumes[0]?.tags ?? {}).filter(([key]) => key !== tagKeys.origin),
    )
    expect(kindsOf(planOf(mounted, withVolumeAs(live, { tags })))).not.toContain('make-filesystem')
  })

  it('is not made unseen where the record of the last apply is gone', () => {
    const live = settled(mounted)
    const tags = { ...live.volumes[0]?.tags, [tagKeys.applied]: 'damaged' }
    const unseen = { ...withVolumeAs(live, { tags }), hosts: {} }
    expect(kindsOf(planOf(mounted, unseen))).not.toContain('make-filesystem')
  })

  it('grows after its volume, also when an apply was cut off between the two', () => {
    const live = settled(mounted)
    const larger = mounted.replace('size: 10', 'size: 20')
    expect(kindsOf(planOf(larger, live))).toEqual(['modify-volume', 'grow-filesystem', 'tag-resource'])
    expect(kindsOf(planOf(larger, withVolumeAs(live, { sizeGiB: 20 })))).toEqual(['grow-filesystem', 'tag-resource'])
  })
})

describe('a volume', () => {
  it('sends gp3 its baseline along, so that EC2 does not keep what it had', () => {
    const live = withVolumeAs(settled(mounted), { type: 'gp2', iops: 100, throughputMiBps: undefined })
    expect(planOf(mounted, live).steps.find(({ kind }) => kind === 'modify-volume')).toMatchObject({
      type: 'gp3',
      iops: 3000,
      throughputMiBps: 125,
    })
  })

  it('that people made larger is told as drift, and stays as large', () => {
    const plan = planOf(mounted, withVolumeAs(settled(mounted), { sizeGiB: 15 }))
    expect([plan.applyable, codesOf(plan)]).toEqual([true, ['PLAN_VOLUME_SHRINK']])
    expect(plan.changes.find(({ address }) => address === 'volume.data')?.diffs).toEqual([
      { path: 'size', before: 15, after: 10, cause: 'drift', left: 'a volume never shrinks: write size: 15' },
    ])
    expect(kindsOf(plan)).toEqual([])
  })

  it('that the file names by its id is not replaced by another one for its zone or its encryption', () => {
    const adopted = mounted.replace('size: 10', 'volumeId: vol-0a000001')
    const live = { ...withVolumeAs(settled(mounted), { id: 'vol-0a000001' }), hosts: {} }
    const elsewhere = withVolumeAs(live, { zone: 'us-east-1b' })
    expect(codesOf(planOf(adopted, elsewhere))).toEqual(['PLAN_ZONE_MISMATCH'])
    const encrypted = adopted.replace('volumeId', 'encrypted: true, volumeId')
    expect(codesOf(planOf(encrypted, live))).toEqual(['PLAN_VOLUME_FIXED'])
  })

  it('in state error is left to people', () => {
    expect(codesOf(planOf(mounted, withVolumeAs(settled(mounted), { state: 'error' })))).toEqual([
      'PLAN_VOLUME_IN_ERROR',
    ])
  })

  it('in state error that was never on its server is replaced, and deleted in that state alone', () => {
    const never = withVolumeAs(settled(mounted), {
      state: 'error',
      attachment: undefined,
      tags: created(planOf(mounted)).tags,
    })
    const plan = planOf(mounted, never)
    expect(plan.problems.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(plan.changes.find(({ address }) => address === 'volume.data')).toMatchObject({ kind: 'replace' })
    const [end, creation] = ['delete-volume', 'create-volume'].map((kind) =>
      plan.steps.find((step) => step.kind === kind),
    )
    expect(end).toMatchObject({ volumeId: never.volumes[0]?.id, inState: 'error' })
    expect(creation?.needs).toContain(end?.id)
    // What was on a server, or is on one, may have held data; what the file names or takes up is not made anew.
    const recorded = withVolumeAs(settled(mounted), { state: 'error', attachment: undefined })
    expect(codesOf(planOf(mounted, recorded))).toEqual(['PLAN_VOLUME_IN_ERROR'])
    const attached = withVolumeAs(settled(mounted), { state: 'error', tags: created(planOf(mounted)).tags })
    expect(codesOf(planOf(mounted, attached))).toEqual(['PLAN_VOLUME_IN_ERROR'])
    expect(codesOf(planOf(withVolume('server: web, size: 10, mount: /srv, reuse: true'), never))).toEqual([
      'PLAN_VOLUME_IN_ERROR',
    ])
  })

  it('without a server is made, and nothing more', () => {
    const plan = planOf(withVolume('size: 10, zone: us-east-1b'))
    expect(kindsOf(plan)).toEqual(['create-volume'])
    expect(created(plan).zone).toBe('us-east-1b')
  })

  it('that leaves its server keeps the record of its filesystem', () => {
    const live = settled(mounted)
    const loose = withVolume('size: 10')
    const plan = planOf(loose, live)
    expect(kindsOf(plan)).toEqual(['unmount-volume', 'detach-volume', 'tag-resource'])
    const spec = specOf(loose)
    const after = applyPlan(makePlan(spec, live), live).live
    expect(after.volumes[0]?.tags[tagKeys.applied]).toMatch(/ fs=/)
    expect(kindsOf(planOf(mounted, after))).not.toContain('make-filesystem')
  })

  it('takes other mount options, owner and mode in place', () => {
    const live = settled(mounted)
    expect(kindsOf(planOf(mounted.replace('size: 10', 'options: noatime, size: 10'), live))).toEqual([
      'mount-volume',
      'write-fstab',
      'tag-resource',
    ])
    expect(kindsOf(planOf(mounted.replace('size: 10', 'owner: www-data, size: 10'), live))).toEqual([
      'mount-volume',
      'tag-resource',
    ])
  })

  it('inside another volume leaves before that one does, and comes back after it', () => {
    const nested = `${oneServer}volumes:
  outer: { server: web, size: 1, mount: /srv }
  inner: { server: web, size: 1, mount: /srv/inner, dependsOn: [volume.outer] }
`
    const moved = nested.replace('mount: /srv }', 'mount: /data }').replace('mount: /srv/inner', 'mount: /data/inner')
    const plan = planOf(moved, settled(nested))
    const order = plan.steps.map(({ id }) => id)
    expect(order.indexOf('unmount-volume:volume.inner' as never)).toBeLessThan(
      order.indexOf('unmount-volume:volume.outer' as never),
    )
    expect(order.indexOf('mount-volume:volume.outer' as never)).toBeLessThan(
      order.indexOf('mount-volume:volume.inner' as never),
    )
  })

  it('on a server that is to be stopped is attached, and the rest waits', () => {
    const plan = planOf(mounted.replace('type:', 'state: stopped, type:'))
    expect(kindsOf(plan)).toEqual(['create-volume', 'attach-volume', 'tag-resource'])
    expect(codesOf(plan)).toEqual(['PLAN_SERVER_CLOSED'])
  })
})

function planOf(text: string, changes: Partial<LiveStack> = {}): Plan {
  const spec = specOf(text)
  return makePlan(spec, { ...emptyLive(spec), ...changes, images: { ...changes.images, ...imagesFor(spec) } })
}

function settled(text: string): LiveStack {
  const spec = specOf(text)
  const { live, failed } = applyPlan(makePlan(spec, emptyLive(spec)), emptyLive(spec))
  expect(failed).toEqual([])
  return live
}

/** An apply that was cut off once the volume was attached: its record has no filesystem, its device holds `fstype`. */
function interrupted(fstype: string | undefined): LiveStack {
  const live = settled(mounted)
  const applied = live.volumes[0]?.tags[tagKeys.applied]?.replaceAll(/ (?:fs|mount|opts|server)=\w+/g, '') ?? ''
  const tags = { ...live.volumes[0]?.tags, [tagKeys.applied]: applied }
  return withContent(withVolumeAs(live, { tags }), fstype)
}

function withContent(live: LiveStack, fstype: string | undefined): LiveStack {
  const facts = live.hosts['server.web']
  if (facts?.kind !== 'read') throw new Error('not read')
  const content: HostContent | undefined =
    fstype === undefined ? undefined : { fstype, label: undefined, uuid: 'u-1', filesystemBytes: undefined }
  const devices = facts.devices.map((device) => ({ ...device, content }))
  return { ...live, hosts: { 'server.web': { ...facts, devices, mounts: [], fstab: [] } } }
}

function withMount(live: LiveStack, mount: HostMount): LiveStack {
  const facts = live.hosts['server.web']
  if (facts?.kind !== 'read') throw new Error('not read')
  return { ...live, hosts: { 'server.web': { ...facts, mounts: [{ ...mount, volumeId: live.volumes[0]?.id ?? '' }] } } }
}

function withVolumeAs(live: LiveStack, change: Partial<LiveVolume>): LiveStack {
  return { ...live, volumes: live.volumes.map((volume) => ({ ...volume, ...change })) }
}

function snapshot(version: number, change: Partial<LiveSnapshot> = {}): LiveSnapshot {
  return {
    address: at('volume.data'),
    id: `snap-${version}`,
    tags: { [tagKeys.stack]: 'demo', [tagKeys.address]: 'volume.data', [tagKeys.version]: String(version) },
    volumeId: 'vol-gone',
    state: 'completed',
    startedAt: '2026-11-01T10:00:00.000Z',
    sizeGiB: 10,
    ...change,
  }
}

function created(plan: Plan) {
  const step = plan.steps.find(({ kind }) => kind === 'create-volume')
  if (step?.kind !== 'create-volume') throw new Error('no volume is made')
  return step
}

function kindsOf(plan: Plan) {
  return plan.steps.filter(({ address }) => address === 'volume.data').map(({ kind }) => kind)
}

function codesOf(plan: Plan): readonly string[] {
  return plan.problems.map(({ code }) => code)
}
