import { expect, test } from 'vitest'
import { systemClock } from '../../../src/core/clock.js'
import { actions } from '../../../src/sandbox/actions/registry.js'
import { FaultPlan } from '../../../src/sandbox/faults/fault-plan.js'
import type {
  FirewallRule,
  HostBackend,
  HostDescription,
  HostNetwork,
} from '../../../src/sandbox/hosts/host-backend.js'
import { createNoHosts } from '../../../src/sandbox/hosts-none.js'
import { hostExited } from '../../../src/sandbox/lifecycle/instance.js'
import { resume } from '../../../src/sandbox/lifecycle/recovery.js'
import { resolveLatencies, type Latencies } from '../../../src/sandbox/model/latencies.js'
import { regions } from '../../../src/sandbox/model/regions.js'
import type { World } from '../../../src/sandbox/world/world.js'
import { openAccount } from '../../../src/sandbox/world/account.js'
import { Cloud } from '../../../src/sandbox/world/cloud.js'
import { afterTests, temporaryDir, until } from '../support.js'

/** What the model asks of its backend, seen from the backend's side: each method is noted, some can be told to fail. */
function fixture(overrides: Partial<HostBackend> = {}, stateDir = temporaryDir(), slower: Partial<Latencies> = {}) {
  const calls: string[] = []
  const descriptions: HostDescription[] = []
  let firewall: readonly FirewallRule[] = []
  const note = (call: string) => {
    calls.push(call)
    return Promise.resolve()
  }
  const hosts: HostBackend = {
    ...createNoHosts(''),
    kind: 'linux',
    limits: [],
    boot: (description) => {
      descriptions.push(description)
      calls.push(`boot ${description.hostname}`)
      return Promise.resolve({ hostKeys: ['ssh-ed25519 AAAA root@host'] })
    },
    shutdown: (_id, { force }) => note(`shutdown${force ? ' by force' : ''}`),
    destroy: () => note('destroy'),
    createVolume: (_id, bytes, from) =>
      note(`create ${bytes / 2 ** 30} GiB${from === undefined ? '' : ' of a snapshot'}`),
    deleteVolume: () => note('delete volume'),
    growVolume: (_id, bytes) => note(`grow to ${bytes / 2 ** 30} GiB`),
    attachVolume: (_id, { deviceName }) => note(`attach ${deviceName}`),
    createSnapshot: () => note('snapshot'),
    deleteSnapshot: () => note('delete snapshot'),
    setNetwork: ({ rules }) => {
      firewall = rules
      return Promise.resolve()
    },
    ...overrides,
  }
  const reports: string[] = []
  const cloud = new Cloud({
    switches: {},
    accountId: '123456789012',
    clock: systemClock,
    latencies: { ...resolveLatencies('zero'), ...slower },
    hosts,
    faults: new FaultPlan(0),
    stateDir,
    report: (what) => reports.push(what),
    onOpen: openAccount,
  })
  afterTests(() => cloud.close())
  const world = cloud.world(regions[0]!)
  return { calls, descriptions, reports, cloud, world, stateDir, firewall: () => firewall }
}

async function call(world: World, action: string, parameters: object): Promise<Record<string, never>> {
  return (await actions.get(action)!.run(parameters as never, world)) as Record<string, never>
}

async function launch(world: World, extra: object = {}) {
  const ImageId = world.images.find(({ architecture }) => architecture === 'x86_64')!.id
  await call(world, 'RunInstances', { ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1, ...extra })
  const { id } = world.instances.values().at(-1)!
  return {
    id,
    state: (wanted: string) =>
      until(
        async () => world.instances.get(id)!,
        ({ state }) => state === wanted,
      ),
  }
}

async function volume(world: World) {
  await call(world, 'CreateVolume', { AvailabilityZone: 'us-east-1a', Size: 2, VolumeType: 'gp3' })
  const { id } = world.volumes.values().at(-1)!
  const state = (wanted: string) =>
    until(
      async () => world.volumes.get(id)!,
      (one) => (one.attachment?.state ?? one.state) === wanted,
    )
  await state('available')
  return { id, state }
}

test('a launch makes its data volumes, opens the firewall, and boots with all that the host needs', async () => {
  const { world, calls, descriptions, firewall } = fixture()
  const userData = Buffer.from('#!/bin/sh\n').toString('base64')
  const instance = await launch(world, {
    UserData: userData,
    BlockDeviceMapping: [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 3 } }],
  })
  const { hostKeys } = await instance.state('running')
  expect(calls).toEqual(['create 3 GiB', 'boot ip-10-66-0-4'])
  expect(hostKeys).toEqual(['ssh-ed25519 AAAA root@host'])
  expect(descriptions[0]).toMatchObject({
    privateIp: '10.66.0.4',
    userData: '#!/bin/sh\n',
    deviceNaming: 'nvme',
    rootSizeBytes: 8 * 2 ** 30,
    volumes: [{ deviceName: '/dev/sdf' }],
    metadata: {
      access: 'anybody',
      values: { 'meta-data/instance-id': instance.id, 'meta-data/placement/availability-zone': 'us-east-1a' },
    },
  })
  // The default group lets its own members in, and nobody else.
  expect(firewall()).toEqual([
    { from: '10.66.0.4/32', toPrivateIp: '10.66.0.4', protocol: 'all', fromPort: 0, toPort: 65_535 },
  ])
})

test('a host that does not boot ends its instance with a reason, and its volumes with it', async () => {
  const { world, calls, reports } = fixture({ boot: () => Promise.reject(new Error('no space left')) })
  const instance = await launch(world)
  const { stateReason } = await instance.state('terminated')
  expect(stateReason).toEqual({
    code: 'Server.InternalError',
    message: 'Server.InternalError: Internal error on launch (no space left)',
  })
  expect(calls).toEqual(['shutdown', 'destroy'])
  expect(world.volumes.size).toBe(0)
  expect(reports).toEqual([`boot of ${instance.id}`])
})

test('a host that does not shut down has its plug pulled', async () => {
  const tried: boolean[] = []
  const { world } = fixture({
    shutdown: (_id, { force }) => {
      tried.push(force)
      return force ? Promise.resolve() : Promise.reject(new Error('it hangs'))
    },
  })
  const instance = await launch(world)
  await instance.state('running')
  await call(world, 'StopInstances', { InstanceId: [instance.id] })
  await instance.state('stopped')
  expect(tried).toEqual([false, true])
})

test('a volume that is mounted stays busy until it is not, and is taken by force when asked', async () => {
  let mounted = true
  const { world } = fixture({
    detachVolume: (_id, { force }) => Promise.resolve(mounted && !force ? 'busy' : 'detached'),
  })
  const instance = await launch(world)
  await instance.state('running')
  const disk = await volume(world)
  const attach = () => call(world, 'AttachVolume', { VolumeId: disk.id, InstanceId: instance.id, Device: '/dev/sdf' })
  await attach()
  await disk.state('attached')
  await call(world, 'DetachVolume', { VolumeId: disk.id })
  await disk.state('busy')
  mounted = false
  await disk.state('available')
  mounted = true
  await attach()
  await disk.state('attached')
  await call(world, 'DetachVolume', { VolumeId: disk.id })
  await disk.state('busy')
  await call(world, 'DetachVolume', { VolumeId: disk.id, Force: true })
  expect((await disk.state('available')).attachment).toBeUndefined()
})

test('a snapshot is answered when its copy is complete', async () => {
  let finish: () => void = () => {}
  const { world } = fixture({ createSnapshot: () => new Promise((resolve) => (finish = resolve)) })
  const disk = await volume(world)
  let answered = false
  const answer = call(world, 'CreateSnapshot', { VolumeId: disk.id }).then(() => (answered = true))
  await new Promise((resolve) => setTimeout(resolve, 30))
  expect(answered).toBe(false)
  finish()
  await answer
  expect(world.snapshots.size).toBe(1)
})

test('content that a new volume is made of outlives its snapshot', async () => {
  let finish: () => void = () => {}
  const order: string[] = []
  const { world } = fixture({
    createVolume: (_id, _bytes, from) => {
      if (from === undefined) return Promise.resolve()
      return new Promise((resolve) => {
        finish = () => {
          order.push('copied')
          resolve()
        }
      })
    },
    deleteSnapshot: () => {
      order.push('deleted')
      return Promise.resolve()
    },
  })
  const disk = await volume(world)
  await call(world, 'CreateSnapshot', { VolumeId: disk.id })
  const snapshot = await until(
    async () => world.snapshots.values()[0]!,
    ({ state }) => state === 'completed',
  )
  await call(world, 'CreateVolume', { AvailabilityZone: 'us-east-1a', SnapshotId: snapshot.id })
  await call(world, 'DeleteSnapshot', { SnapshotId: snapshot.id })
  await new Promise((resolve) => setTimeout(resolve, 80))
  finish()
  await until(
    async () => order,
    ({ length }) => length === 2,
  )
  expect(order).toEqual(['copied', 'deleted'])
})

test.each([
  ['poweroff', 'stop', 'stopped', false],
  ['poweroff', 'terminate', 'terminated', false],
  ['crash', 'stop', 'running', true],
  ['reboot', 'stop', 'running', false],
] as const)('a %s inside an instance that is to %s leaves it %s', async (how, behavior, state, impaired) => {
  const { world, calls } = fixture()
  const instance = await launch(world, { InstanceInitiatedShutdownBehavior: behavior })
  await instance.state('running')
  hostExited(world, instance.id, how)
  await instance.state(state)
  expect(world.instances.get(instance.id)!.impaired).toBe(impaired)
  if (how === 'reboot')
    await until(
      async () => calls,
      (all) => all.filter((one) => one.startsWith('boot')).length === 2,
    )
})

test('real hosts run no image of another architecture', async () => {
  const { world } = fixture()
  const other = process.arch === 'arm64' ? 'x86_64' : 'arm64'
  const ImageId = world.images.find(({ architecture }) => architecture === other)!.id
  const InstanceType = other === 'arm64' ? 't4g.small' : 't3.small'
  await expect(launch(world, { ImageId, InstanceType })).rejects.toThrow(`the image is for ${other}`)
  expect(world.instances.size).toBe(0)
})

test('a snapshot whose point in time is past goes on after a crash', async () => {
  const before = fixture({}, undefined, { snapshotPendingMs: 3_600_000 })
  const instance = await launch(before.world)
  await instance.state('running')
  const disk = await volume(before.world)
  await call(before.world, 'CreateSnapshot', { VolumeId: disk.id })
  expect(before.world.snapshots.values()).toMatchObject([{ state: 'pending', isTaken: true }])
  const after = fixture({}, before.stateDir)
  await resume(after.world)
  expect(after.world.snapshots.values()).toMatchObject([{ state: 'pending' }])
})

test('after a crash, instances that were running boot again and snapshots that were cut off have failed', async () => {
  let cutOff: (error: Error) => void = () => {}
  const before = fixture({ createSnapshot: () => new Promise((_resolve, reject) => (cutOff = reject)) })
  afterTests(() => cutOff(new Error('the end of the test')))
  const instance = await launch(before.world)
  await instance.state('running')
  const disk = await volume(before.world)
  void call(before.world, 'CreateSnapshot', { VolumeId: disk.id })
  await until(
    async () => before.world.snapshots.size,
    (size) => size === 1,
  )
  before.world.commit()
  const after = fixture({}, before.stateDir)
  await resume(after.world)
  expect(after.calls).toEqual(['boot ip-10-66-0-4'])
  expect(after.world.snapshots.values()).toMatchObject([{ state: 'error' }])
})

test('a boot finds its NVMe devices in another order each time', async () => {
  const { cloud, world, descriptions } = fixture()
  cloud.faults.set({ shuffledDevices: { probability: 1 } })
  const BlockDeviceMapping = ['f', 'g', 'h', 'i', 'j'].map((letter) => ({
    DeviceName: `/dev/sd${letter}`,
    Ebs: { VolumeSize: 1 },
  }))
  const nitro = await launch(world, { BlockDeviceMapping })
  await nitro.state('running')
  const boots = async () => {
    await call(world, 'StopInstances', { InstanceId: [nitro.id] })
    await nitro.state('stopped')
    await call(world, 'StartInstances', { InstanceId: [nitro.id] })
    await nitro.state('running')
  }
  await boots()
  await boots()
  const orders = descriptions.map(({ volumes }) => volumes.map(({ deviceName }) => deviceName.slice(-1)).join(''))
  expect(orders.map((order) => [...order].sort().join(''))).toEqual(['fghij', 'fghij', 'fghij'])
  expect(new Set(orders).size).toBeGreaterThan(1)
})

test('a host restarts by itself in the middle, and runs as before', async () => {
  const { cloud, world, calls } = fixture()
  cloud.faults.set({ reboots: { probability: 1, withinMs: 20 } })
  const { id, state } = await launch(world)
  await state('running')
  await until(
    async () => calls.filter((one) => one.startsWith('boot')).length,
    (count) => count === 2,
  )
  expect(world.instances.get(id)).toMatchObject({ state: 'running', impaired: false })
})

test('the metadata service tells of devices, the interface and the identity, to whom the options say', async () => {
  const told: unknown[] = []
  const { world, descriptions } = fixture({
    setMetadata: (_id, { access }) => {
      told.push(access)
      return Promise.resolve()
    },
  })
  const BlockDeviceMapping = [{ DeviceName: '/dev/sdf', Ebs: { VolumeSize: 1 } }]
  const instance = await launch(world, { BlockDeviceMapping, MetadataOptions: { HttpTokens: 'optional' } })
  const { macAddress, subnetId } = await instance.state('running')
  const { metadata, macAddress: ofHost } = descriptions[0]!
  expect([metadata.access, ofHost]).toEqual(['anybody', macAddress])
  const { values } = metadata
  const mapping = Object.entries(values).filter(([path]) => path.startsWith('meta-data/block-device-mapping/'))
  expect(mapping.map(([path, value]) => `${path.split('/')[2]} ${value}`)).toEqual([
    'ami xvda',
    'root /dev/xvda',
    'ebs1 sdf',
  ])
  const ofInterface = `meta-data/network/interfaces/macs/${macAddress}`
  expect(values[`${ofInterface}/subnet-id`]).toBe(subnetId)
  expect(values[`${ofInterface}/local-ipv4s`]).toBe('10.66.0.4')
  expect(values[`${ofInterface}/vpc-ipv4-cidr-block`]).toBe('10.66.0.0/16')
  expect(JSON.parse(values['dynamic/instance-identity/document'] ?? '')).toMatchObject({
    accountId: '123456789012',
    instanceId: instance.id,
    region: 'us-east-1',
  })
  await call(world, 'ModifyInstanceMetadataOptions', { InstanceId: instance.id, HttpEndpoint: 'disabled' })
  await call(world, 'ModifyInstanceMetadataOptions', {
    InstanceId: instance.id,
    HttpEndpoint: 'enabled',
    HttpTokens: 'required',
  })
  expect(told.slice(-2)).toEqual(['nobody', 'token'])
})

test('the network is told how far the metadata service reaches, and of no public address without a way to a gateway', async () => {
  let told: Partial<HostNetwork> = {}
  const { world } = fixture({
    setNetwork: (network) => {
      told = network
      return Promise.resolve()
    },
  })
  const { id, state } = await launch(world, { MetadataOptions: { HttpPutResponseHopLimit: 2 } })
  await state('running')
  const { privateIp, publicIp } = { privateIp: '10.66.0.4', publicIp: told.publicAddresses?.[0]?.publicIp }
  expect(publicIp).toBeDefined()
  expect(told).toMatchObject({ publicAddresses: [{ privateIp }], metadataHops: { [privateIp]: 2 } })
  await call(world, 'ModifyInstanceMetadataOptions', { InstanceId: id, HttpPutResponseHopLimit: 3 })
  expect(told.metadataHops).toEqual({ [privateIp]: 3 })
  for (const table of world.routeTables.values()) world.routeTables.put({ ...table, routes: [] })
  await world.cloud.network.refresh()
  expect(told.publicAddresses).toEqual([])
})

test('what a copy in another region shares outlives the snapshot that it is of', async () => {
  const { cloud, world, calls } = fixture()
  const { id } = await volume(world)
  await call(world, 'CreateSnapshot', { VolumeId: id })
  const [source] = world.snapshots.values()
  const SourceSnapshotId = source!.id
  await until(
    async () => world.snapshots.get(SourceSnapshotId)!,
    ({ state }) => state === 'completed',
  )
  const other = cloud.world(regions[1]!)
  await call(other, 'CopySnapshot', { SourceRegion: world.region.name, SourceSnapshotId })
  const [copy] = other.snapshots.values()
  await until(
    async () => other.snapshots.get(copy!.id)!,
    ({ state }) => state === 'completed',
  )
  await call(world, 'DeleteSnapshot', { SnapshotId: SourceSnapshotId })
  await call(other, 'DeleteSnapshot', { SnapshotId: copy!.id })
  await until(
    async () => calls.filter((one) => one === 'delete snapshot').length,
    (count) => count > 0,
  )
  expect(calls.filter((one) => one === 'delete snapshot')).toHaveLength(1)
})
