import { expect, it } from 'vitest'
import { inWorkScope } from '../../../src/core/work-scope.js'
import { createWorkSlots } from '../../../src/executor/work-slots.js'
import { createLanes } from '../../../src/providers/ec2/wire/lanes.js'
import { instantClock } from '../support.js'

const turn = () => new Promise((resolve) => setImmediate(resolve))

it('a call that looks again when its turn has come waits for none of those that wait for its place', async () => {
  const clock = instantClock()
  const lanes = createLanes({ clock, pacing: 'when-refused', concurrency: { read: 1, write: 1, launch: 1 } })
  const ended: string[] = []
  const send = async (action: 'DescribeVolumes' | 'DeleteVolume', name: string, attempt: () => Promise<unknown>) => {
    await lanes.send(action, 1, attempt)
    ended.push(name)
  }
  await inWorkScope({ admit: createWorkSlots(1, clock) }, async () => {
    void send('DeleteVolume', 'deleted', async () => {
      await turn()
      await send('DescribeVolumes', 'looked', turn)
    })
    void send('DescribeVolumes', 'another’s look', turn)
    void send('DescribeVolumes', 'a third one’s', turn)
    for (let turns = 0; turns < 20; turns += 1) await turn()
  })
  expect(ended).toEqual(['looked', 'deleted', 'another’s look', 'a third one’s'])
})
