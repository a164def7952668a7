import { afterEach, beforeEach, expect, it } from 'vitest'
import { startFixture, type Fixture } from '../../cloud-fixture.js'

let fixture: Fixture
beforeEach(async () => {
  fixture = await startFixture()
})
afterEach(() => fixture.close())

it('what the account has reserved is read in one call, and what is over is left out', async () => {
  const { cloud, sandbox } = fixture
  const reserve = (body: object) =>
    fetch(`${sandbox.endpoint}/_evenkeel/reserved-instances`, { method: 'POST', body: JSON.stringify(body) })
  expect(await cloud.readReservations()).toEqual([])
  await reserve({ instanceType: 't3.small', count: 2 })
  await reserve({ instanceType: 't3.large', zone: `${sandbox.region}a` })
  await reserve({ instanceType: 't3.nano', days: 1e-9 })
  fixture.requests()
  const known = { id: expect.any(String), endsAt: expect.any(String) }
  expect(await cloud.readReservations()).toEqual([
    { ...known, type: 't3.small', count: 2, isFlexible: true },
    { ...known, type: 't3.large', count: 1, isFlexible: false, zone: `${sandbox.region}a` },
  ])
  expect(fixture.requests()).toHaveLength(1)
})
