import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addressOf } from '../../../src/model/address.js'
import { tagKeys } from '../../../src/model/tags.js'
import { ownerOf, startFixture, tagsFor, volumeRequest, type Fixture } from '../cloud-fixture.js'

const owner = ownerOf(addressOf('volume', 'music'))
let fixture: Fixture
beforeEach(async () => {
  fixture = await startFixture()
})
afterEach(() => fixture.close())

describe('tags', () => {
  it('are added and overwritten, and others stay', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createVolume(volumeRequest('music'))
    expect(await cloud.setTags({ id, tags: { team: 'sound', [tagKeys.run]: 'run-2' } })).toBe('done')
    expect(await cloud.setTags({ id, tags: {} })).toBe('unchanged')
    expect((await cloud.readVolume(id))?.tags).toMatchObject({
      ...tagsFor('volume', 'music'),
      team: 'sound',
      [tagKeys.run]: 'run-2',
    })
  })

  it('are removed by key, and only those', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createVolume(volumeRequest('music'))
    await cloud.setTags({ id, tags: { team: 'sound', cost: '7' } })
    expect(await cloud.removeTags({ id, keys: ['team', 'absent'], owner })).toBe('done')
    expect(await cloud.removeTags({ id, keys: ['team'], owner })).toBe('unchanged')
    fixture.requests()
    expect(await cloud.removeTags({ id, keys: [], owner })).toBe('unchanged')
    expect(fixture.requests()).toEqual([])
    const tags = (await cloud.readVolume(id))?.tags
    expect(tags).toMatchObject({ ...tagsFor('volume', 'music'), cost: '7' })
    expect(tags).not.toHaveProperty('team')
  })

  it('that several get at the same moment are written by one call, and by one for each where that is refused', async () => {
    const { cloud } = fixture
    const ids = await Promise.all(
      ['a', 'b', 'c'].map(async (name) => (await cloud.createVolume(volumeRequest(name))).id),
    )
    const tagAll = (team: string) => Promise.allSettled(ids.map((id) => cloud.setTags({ id, tags: { team } })))
    const calls = () => fixture.requests().filter(({ action }) => action === 'CreateTags').length
    calls()
    expect((await tagAll('sound')).map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled'])
    expect(calls()).toBe(1)
    await Promise.all(ids.map((id, index) => cloud.setTags({ id, tags: { cost: String(index) } })))
    expect(calls()).toBe(3)
    await cloud.deleteVolume({ id: ids[1] ?? '', owner: ownerOf(addressOf('volume', 'b')) })
    expect(await tagAll('light')).toMatchObject([
      { value: 'done' },
      { reason: { awsCode: 'InvalidVolume.NotFound' } },
      { value: 'done' },
    ])
    expect(calls()).toBe(4)
    expect((await cloud.readVolume(ids[2] ?? ''))?.tags).toMatchObject({ team: 'light', cost: '2' })
  })
})
