import { expect, it } from 'vitest'
import { systemClock } from '../../../src/core/clock.js'
import { inWorkScope } from '../../../src/core/work-scope.js'
import { createLanes } from '../../../src/providers/ec2/wire/lanes.js'

const concurrency = { read: 16, write: 32, launch: 5 }

it('a call waits for its turn among other processes, and so do the instances that it names', async () => {
  const lanes = createLanes({ clock: systemClock, pacing: 'always', concurrency })
  const told: unknown[] = []
  const turn = async (bucket: string, _rate: unknown, tokens: number) => void told.push([bucket, tokens])
  await inWorkScope({ turn }, () => lanes.send('RunInstances', 7, () => Promise.resolve(told.push('sent'))))
  expect(told).toEqual([['ec2 RunInstances', 1], ['ec2 RunInstances resources', 7], 'sent'])
})

it('nobody is asked where nothing is paced, nor outside of a fleet', async () => {
  const told: string[] = []
  const turn = async (bucket: string) => void told.push(bucket)
  const free = createLanes({ clock: systemClock, pacing: 'when-refused', concurrency })
  await inWorkScope({ turn }, () => free.send('DescribeInstances', 1, () => Promise.resolve()))
  const paced = createLanes({ clock: systemClock, pacing: 'always', concurrency })
  await paced.send('DescribeInstances', 1, () => Promise.resolve())
  expect(told).toEqual([])
})
