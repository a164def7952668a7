import { expect, it } from 'vitest'
import { standingsOf } from '../../../src/fleet/reports/standing.js'
import type { FleetStack, JobReport, StackPlace } from '../../../src/fleet/types.js'

const place = { stack: 'web', account: 'sandbox', region: 'us-east-1' }
const plan = '0123456789ab-r'

async function standing(now: StackPlace | undefined, seen: StackPlace | undefined) {
  const reports = new Map([['a.yaml', { plan: { plan, place: seen, endedAt: '2026-11-22' } as JobReport }]])
  const store = {
    reports: () => Promise.resolve(reports),
    keep: () => Promise.resolve(),
    close: () => Promise.resolve(),
  }
  const [found] = await standingsOf([{ id: 'a.yaml', place: now } as FleetStack], store)
  return found
}

it('is what was seen of the stack, and not of another that was called so', async () => {
  expect(await standing(place, place)).toMatchObject({ plan, last: { plan } })
  expect(await standing(undefined, place)).toMatchObject({ plan })
  expect(await standing({ ...place, stack: 'shop' }, place)).toMatchObject({ plan: undefined, last: undefined })
  expect(await standing({ ...place, region: 'eu-west-1' }, place)).toMatchObject({ plan: undefined, last: undefined })
})
