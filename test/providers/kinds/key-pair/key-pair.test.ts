import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { addressOf } from '../../../../src/model/address.js'
import { tagKeys } from '../../../../src/model/tags.js'
import {
  emptyQuery,
  once,
  ownerOf,
  publicKey,
  stack,
  startFixture,
  tagsFor,
  type Fixture,
} from '../../cloud-fixture.js'

let fixture: Fixture
beforeEach(async () => {
  fixture = await startFixture()
})
afterEach(() => fixture.close())

describe('a key pair', () => {
  const keyOwner = ownerOf(addressOf('keyPair', 'deploy'))
  const keyRequest = () => ({ keyName: `${stack}-deploy`, publicKey, tags: tagsFor('keyPair', 'deploy'), once: once() })

  it('is imported once: one of that name with our tags and key is it', async () => {
    const first = await fixture.cloud.importKeyPair(keyRequest())
    expect(first.id).toMatch(/^key-/)
    expect(await fixture.connect().importKeyPair(keyRequest())).toEqual(first)
  })

  it('of that name with another key, or another’s, is told', async () => {
    const { cloud } = fixture
    await cloud.importKeyPair(keyRequest())
    const otherKey = 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIJLwiwbmsMHphwEtNNi2sVmTPeqXm1lHhtyIl5cQ5pHH'
    const changed = cloud.importKeyPair({ ...keyRequest(), publicKey: otherKey })
    await expect(changed).rejects.toMatchObject({
      code: 'EC2_CONFLICT',
      message: expect.stringContaining('holds another key'),
    })
    const foreign = cloud.importKeyPair({
      ...keyRequest(),
      tags: { ...tagsFor('keyPair', 'deploy'), [tagKeys.stack]: 'other' },
    })
    await expect(foreign).rejects.toMatchObject({ code: 'EC2_CONFLICT', message: expect.stringContaining('not ours') })
  })

  it('is deleted once', async () => {
    const { cloud } = fixture
    const { id } = await cloud.importKeyPair(keyRequest())
    expect(await cloud.deleteKeyPair({ id, owner: keyOwner })).toBe('done')
    expect(await cloud.deleteKeyPair({ id, owner: keyOwner })).toBe('unchanged')
    expect((await cloud.observe(emptyQuery())).keyPairs).toEqual([])
  })
})
