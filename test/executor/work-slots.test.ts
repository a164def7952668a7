import { describe, expect, it } from 'vitest'
import { admitted, inWorkScope, type WorkPlace } from '../../src/core/work-scope.js'
import { createWorkSlots } from '../../src/executor/work-slots.js'
import { instantClock } from '../providers/support.js'

describe('the slots of a run', () => {
  it('bound both places together, calls to two thirds and work in servers to a third', async () => {
    const admit = createWorkSlots(3, instantClock())
    const begun: WorkPlace[] = []
    const endless = (place: WorkPlace) => () => {
      begun.push(place)
      return new Promise<never>(() => {})
    }
    for (const place of ['ec2', 'ec2', 'ec2', 'host', 'host'] as const) void admit(place, endless(place))
    await new Promise((resolve) => setImmediate(resolve))
    expect(begun).toEqual(['ec2', 'ec2', 'host'])
  })

  it('are taken once by work that does more of the kind inside', async () => {
    const admit = createWorkSlots(1, instantClock())
    const inner = () => admitted('ec2', async () => 'inside')
    expect(await inWorkScope({ admit }, () => admitted('host', inner))).toBe('inside')
  })
})
