import { expect, it } from 'vitest'
import { togetherWith } from '../../../../src/providers/ec2/kinds/server/end-together.js'
import type { Ec2Api } from '../../../../src/providers/ec2/wire/api.js'
import type { CallOptions } from '../../../../src/providers/ec2/wire/call-options.js'
import { errorOf, instantClock } from '../../support.js'

it('one that EC2 does not know is asked for alone, patiently, and keeps no other waiting', async () => {
  const calls: { readonly ids: readonly string[]; readonly isPatient: boolean }[] = []
  const call = async (_: string, { InstanceIds: ids }: { InstanceIds: string[] }, options: CallOptions) => {
    calls.push({ ids, isPatient: options.seen === true && options.isAbsenceBelieved !== true })
    if (ids.includes('gone')) throw errorOf('absent', 'InvalidInstanceID.NotFound')
  }
  const api = { settings: { clock: instantClock(), pollScale: 1 }, call } as unknown as Ec2Api
  const terminate = togetherWith(api, 'TerminateInstances')
  const ends = await Promise.allSettled(
    ['a', 'gone', 'b'].map((id) => terminate('', { id, confirm: () => Promise.resolve() })),
  )
  expect(ends.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled'])
  expect(calls).toEqual([
    { ids: ['a', 'gone', 'b'], isPatient: false },
    { ids: ['a'], isPatient: true },
    { ids: ['gone'], isPatient: true },
    { ids: ['b'], isPatient: true },
  ])
})
