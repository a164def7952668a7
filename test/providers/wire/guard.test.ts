import { afterAll, beforeAll, expect, it } from 'vitest'
import { PlanError } from '../../../src/core/errors.js'
import { addressOf } from '../../../src/model/address.js'
import { ownerOf, publicKey, startFixture, tagsFor, type Fixture } from '../cloud-fixture.js'

let fixture: Fixture

beforeAll(async () => {
  fixture = await startFixture()
})
afterAll(() => fixture.close())

const keyName = 'guarded'
const request = { keyName, publicKey, tags: tagsFor('keyPair', 'deploy'), once: 'once' }

it('asks before each attempt of a call that changes something, and never before one that reads', async () => {
  const asked: string[] = []
  const cloud = fixture.connect({
    guard: ({ action, isDestructive }) => void asked.push(`${action}${isDestructive ? ' removes' : ''}`),
  })
  fixture.sandbox.setFaults({
    scripted: [{ action: 'ImportKeyPair', call: 1, failure: { code: 'InternalError', httpStatus: 500 } }],
  })
  const { id } = await cloud.importKeyPair(request)
  fixture.sandbox.setFaults({})
  await cloud.deleteKeyPair({ id, owner: ownerOf(addressOf('keyPair', 'deploy')) })
  expect(asked).toEqual(['ImportKeyPair', 'ImportKeyPair', 'DeleteKeyPair removes'])
})

it('sends nothing more once the guard refuses, also in the middle of attempts', async () => {
  let attempts = 0
  const cloud = fixture.connect({
    guard: () => {
      attempts += 1
      if (attempts > 1) throw new PlanError('PLAN_STALE', 'lost')
    },
  })
  fixture.sandbox.setFaults({
    scripted: [{ action: 'ImportKeyPair', call: 1, failure: { code: 'InternalError', httpStatus: 500 } }],
  })
  fixture.requests()
  await expect(cloud.importKeyPair(request)).rejects.toMatchObject({ code: 'PLAN_STALE' })
  expect(fixture.requests().map(({ action }) => action)).toEqual(['ImportKeyPair'])
  fixture.sandbox.setFaults({})
})
