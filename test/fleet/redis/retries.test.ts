import { expect, it } from 'vitest'
import { codes, type Code } from '../../../src/core/codes.js'
import { mayPass } from '../../../src/fleet/redis/retries.js'
import type { JobReport } from '../../../src/fleet/types.js'

it('what passes by itself is tried again: EC2 or a server that does not answer now, and a lock that another has', () => {
  const passing = (Object.keys(codes) as Code[]).filter((errorCode) => mayPass({ errorCode } as JobReport))
  expect(passing.toSorted()).toEqual([
    'EC2_THROTTLED',
    'EC2_UNAVAILABLE',
    'EC2_UNREACHABLE',
    'HOST_CONNECTION_LOST',
    'HOST_UNREACHABLE',
    'LOCKED',
    'LOCK_UNCERTAIN',
  ])
})
