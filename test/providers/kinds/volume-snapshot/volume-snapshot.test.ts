import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { emptyQuery, once, startFixture, tagsFor, volumeRequest, type Fixture } from '../../cloud-fixture.js'

let fixture: Fixture
beforeEach(async () => {
  fixture = await startFixture()
})
afterEach(() => fixture.close())

describe('a snapshot', () => {
  it('is made once, however often it is asked for by the same operation, and tells its progress', async () => {
    const { cloud } = fixture
    const { id } = await cloud.createVolume(volumeRequest('music'))
    const progress: number[] = []
    const request = {
      volumeId: id,
      description: 'before the end',
      tags: tagsFor('volume', 'music'),
      once: once(),
      onProgress: (percent: number) => void progress.push(percent),
    }
    const first = await cloud.createSnapshot(request)
    expect(await fixture.connect().createSnapshot(request)).toEqual(first)
    const { snapshots } = await cloud.observe(emptyQuery())
    expect(snapshots).toMatchObject([{ id: first.id, state: 'completed', address: 'volume.music' }])
    expect(progress.at(-1)).toBe(100)
  })
})
