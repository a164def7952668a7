import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { tagKeys } from '../../../../src/model/tags.js'
import { addressOf } from '../../../../src/model/address.js'
import { createEc2Cloud } from '../../../../src/providers/ec2/cloud.js'
import {
  emptyQuery,
  launchRequest,
  once,
  ownerOf,
  prepareGround,
  startFixture,
  tagsFor,
  volumeRequest,
  type Fixture,
} from '../../cloud-fixture.js'

const owner = ownerOf(addressOf('volume', 'music'))
let fixture: Fixture
beforeEach(async () => {
  fixture = await startFixture()
})
afterEach(() => fixture.close())

const liveVolumes = async () => (await fixture.cloud.observe(emptyQuery())).volumes

async function launch(name = 'web'): Promise<string> {
  const ground = await prepareGround(fixture.cloud)
  return (await fixture.cloud.createServer(launchRequest(ground, name))).id
}

describe('a volume', () => {
  it('is created once, however often it is asked for with the same token', async () => {
    const request = volumeRequest('music', { iops: 4000, throughputMiBps: 250, encrypted: true })
    const first = await fixture.cloud.createVolume(request)
    expect(await fixture.connect().createVolume(request)).toEqual(first)
    expect(await liveVolumes()).toMatchObject([
      { id: first.id, state: 'available', sizeGiB: 10, type: 'gp3', iops: 4000, throughputMiBps: 250, encrypted: true },
    ])
  })

  it('is created from a snapshot, as large as that', async () => {
    const { cloud } = fixture
    const source = await cloud.createVolume(volumeRequest('music', { sizeGiB: 12 }))
    const request = { volumeId: source.id, description: '', tags: tagsFor('volume', 'music'), once: once() }
    const snapshot = await cloud.createSnapshot(request)
    const copy = await cloud.createVolume(volumeRequest('copy', { sizeGiB: undefined, snapshotId: snapshot.id }))
    expect(await cloud.readVolume(copy.id)).toMatchObject({ sizeGiB: 12, snapshotId: snapshot.id })
  })

  it('that EC2 fails to create is told and removed, and the next try makes another', async () => {
    fixture.sandbox.setFaults({ volumeErrors: { probability: 1 } })
    const request = volumeRequest('music')
    await expect(fixture.cloud.createVolume(request)).rejects.toMatchObject({ code: 'EC2_VOLUME_FAILED' })
    // Left there, it would stand in the way of every plan until somebody deletes it by hand.
    expect(await liveVolumes()).toEqual([])
    fixture.sandbox.setFaults({})
    const { id } = await fixture.connect().createVolume(request)
    expect((await liveVolumes()).map((volume) => volume.id)).toEqual([id])
  })

  it('at the account’s limit is found again by its operation before the limit is believed', async () => {
    const request = volumeRequest('music')
    const first = await fixture.cloud.createVolume(request)
    const limited = { action: 'CreateVolume', failure: { code: 'VolumeLimitExceeded' } } as const
    fixture.sandbox.setFaults({
      scripted: [
        { ...limited, call: 1 },
        { ...limited, call: 2 },
      ],
    })
    expect(await fixture.connect().createVolume(request)).toEqual(first)
    await expect(fixture.cloud.createVolume(volumeRequest('other'))).rejects.toMatchObject({ errorClass: 'quota' })
  })

  it('is attached once, and again nowhere else', async () => {
    const { cloud } = fixture
    const instanceId = await launch()
    const { id } = await cloud.createVolume(volumeRequest('music'))
    const attached = await cloud.attachVolume({ volumeId: id, instanceId })
    expect(attached).toEqual({ effect: 'done', deviceName: '/dev/sdf' })
    expect(await cloud.attachVolume({ volumeId: id, instanceId })).toEqual({ ...attached, effect: 'unchanged' })
    await expect(cloud.attachVolume({ volumeId: id, instanceId: 'i-0123456789abcdef0' })).rejects.toMatchObject({
      code: 'EC2_CONFLICT',
      message: expect.stringContaining(instanceId),
    })
  })

  it('needs no reading where it and its server were made a moment ago, and one where that has changed', async () => {
    const { cloud } = fixture
    const instanceId = await launch()
    const { id } = await cloud.createVolume(volumeRequest('music'))
    fixture.requests()
    await cloud.attachVolume({ volumeId: id, instanceId })
    expect(fixture.requests()[0]?.action).toBe('AttachVolume')
    const other = await cloud.createVolume(volumeRequest('other'))
    fixture.requests()
    expect(await cloud.attachVolume({ volumeId: other.id, instanceId })).toMatchObject({ deviceName: '/dev/sdg' })
    expect(fixture.requests().filter(({ action }) => action === 'AttachVolume')).toHaveLength(1)
  })

  it('that another run attached a moment ago is where that put it', async () => {
    const { cloud } = fixture
    const ground = await prepareGround(cloud)
    const [here, there] = await Promise.all(
      ['a', 'b'].map((name) => cloud.createServer(launchRequest(ground, name, { once: once() }))),
    )
    const { id } = await cloud.createVolume(volumeRequest('music'))
    await fixture.connect().attachVolume({ volumeId: id, instanceId: there!.id })
    await expect(cloud.attachVolume({ volumeId: id, instanceId: here!.id })).rejects.toMatchObject({
      code: 'EC2_CONFLICT',
      message: expect.stringContaining(there!.id),
    })
    const attached = { effect: 'unchanged', deviceName: '/dev/sdf' }
    expect(await cloud.attachVolume({ volumeId: id, instanceId: there!.id })).toEqual(attached)
  })

  it('gets a device name of its own, also when many are attached at once', async () => {
    const { cloud } = fixture
    const instanceId = await launch()
    const volumes = await Promise.all(
      Array.from({ length: 13 }, (_, index) => cloud.createVolume(volumeRequest(`v-${index}`))),
    )
    await Promise.all(volumes.map(({ id }) => cloud.attachVolume({ volumeId: id, instanceId })))
    const names = (await liveVolumes()).map(({ attachment }) => attachment?.deviceName)
    expect(new Set(names).size).toBe(13)
    expect(names).toContain('/dev/sdp')
    expect(names).toContain('/dev/xvdba')
  })

  it('takes the next device name when EC2 says that one is taken', async () => {
    const { cloud } = fixture
    const instanceId = await launch()
    const { id } = await cloud.createVolume(volumeRequest('music'))
    const message = "Invalid value '/dev/sdf' for unixDevice. Attachment point /dev/sdf is already in use"
    fixture.sandbox.setFaults({
      scripted: [{ action: 'AttachVolume', call: 1, failure: { code: 'InvalidParameterValue', message } }],
    })
    expect(await cloud.attachVolume({ volumeId: id, instanceId })).toMatchObject({ effect: 'done' })
    expect((await liveVolumes())[0]?.attachment?.deviceName).toBe('/dev/sdg')
  })

  it('is detached once, and stays', async () => {
    const { cloud } = fixture
    const instanceId = await launch()
    const { id } = await cloud.createVolume(volumeRequest('music'))
    await cloud.attachVolume({ volumeId: id, instanceId })
    expect(await cloud.detachVolume({ volumeId: id, instanceId, owner })).toBe('done')
    expect(await cloud.detachVolume({ volumeId: id, instanceId, owner })).toBe('unchanged')
    expect(await liveVolumes()).toMatchObject([{ id, state: 'available', attachment: undefined }])
  })

  it('grows and changes its type in one call', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createVolume(volumeRequest('music', { type: 'gp2' }))
    const wanted = { volumeId: id, sizeGiB: 20, type: 'gp3', iops: 4000, throughputMiBps: 200, owner } as const
    fixture.requests()
    expect(await cloud.modifyVolume(wanted)).toBe('done')
    expect(fixture.requests().filter(({ action }) => action === 'ModifyVolume')).toHaveLength(1)
    expect(await cloud.modifyVolume(wanted)).toBe('unchanged')
    expect(await liveVolumes()).toMatchObject([{ sizeGiB: 20, type: 'gp3', iops: 4000, throughputMiBps: 200 }])
  })

  it('never shrinks', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createVolume(volumeRequest('music'))
    fixture.requests()
    const wanted = {
      volumeId: id,
      sizeGiB: 5,
      type: 'gp3',
      iops: undefined,
      throughputMiBps: undefined,
      owner,
    } as const
    await expect(cloud.modifyVolume(wanted)).rejects.toMatchObject({ code: 'EC2_REJECTED' })
    expect(fixture.requests().filter(({ mutating }) => mutating)).toEqual([])
  })

  it('that was modified too recently tells when it can be', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createVolume(volumeRequest('music'))
    const message = 'Wait at least 6 hours between modifications per EBS volume.'
    fixture.sandbox.setFaults({
      scripted: [{ action: 'ModifyVolume', call: 1, failure: { code: 'VolumeModificationRateExceeded', message } }],
    })
    const wanted = {
      volumeId: id,
      sizeGiB: 20,
      type: 'gp3',
      iops: undefined,
      throughputMiBps: undefined,
      owner,
    } as const
    await expect(cloud.modifyVolume(wanted)).rejects.toMatchObject({
      code: 'EC2_COOLING_DOWN',
      errorClass: 'cool-down',
      message: expect.stringContaining('6 hours'),
    })
  })

  it('is deleted once', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createVolume(volumeRequest('music'))
    expect(await cloud.deleteVolume({ id, owner })).toBe('done')
    expect(await cloud.deleteVolume({ id, owner })).toBe('unchanged')
    expect(await fixture.connect().deleteVolume({ id, owner })).toBe('unchanged')
    expect(await cloud.readVolume(id)).toBeUndefined()
  })

  it('that is attached is not deleted', async () => {
    const { cloud } = fixture
    const instanceId = await launch()
    const { id } = await cloud.createVolume(volumeRequest('music'))
    await cloud.attachVolume({ volumeId: id, instanceId })
    fixture.requests()
    await expect(cloud.deleteVolume({ id, owner })).rejects.toMatchObject({ code: 'EC2_WRONG_STATE' })
    expect(fixture.requests().filter(({ mutating }) => mutating)).toEqual([])
  })

  it('whose tags say that it is another’s is never taken away', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createVolume(volumeRequest('music', { tags: { [tagKeys.stack]: 'other' } }))
    const stranger = fixture.connect()
    fixture.requests()
    const wanted = {
      volumeId: id,
      sizeGiB: 20,
      type: 'gp3',
      iops: undefined,
      throughputMiBps: undefined,
      owner,
    } as const
    const attempts = [
      stranger.deleteVolume({ id, owner }),
      stranger.detachVolume({ volumeId: id, instanceId: 'i-1', owner }),
      stranger.modifyVolume(wanted),
    ]
    for (const attempt of attempts) await expect(attempt).rejects.toMatchObject({ code: 'EC2_NOT_OURS' })
    expect(fixture.requests().filter(({ mutating }) => mutating)).toEqual([])
  })

  it('that sticks while it is being attached is told in the end', async () => {
    fixture.sandbox.setFaults({ stuckAttaching: { probability: 1 } })
    const instanceId = await launch()
    const { id } = await fixture.cloud.createVolume(volumeRequest('music'))
    const impatient = createEc2Cloud(fixture.target, { pollScale: 0.002, timeoutScale: 0.000_3 })
    await expect(impatient.attachVolume({ volumeId: id, instanceId })).rejects.toMatchObject({ code: 'EC2_TIMED_OUT' })
    impatient.close()
  })
})
