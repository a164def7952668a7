import { CreateSnapshotCommand, CreateVolumeCommand, DescribeSnapshotsCommand } from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import type { Clock } from '../../../../src/core/clock.js'
import { clientOf, errorNameOf, errorOf, testSandbox, until } from '../../support.js'

/** A clock that stands still until it is told to go on. */
function handClock() {
  let nowMs = Date.now()
  const sleepers = new Set<{ readonly until: number; readonly wake: () => void }>()
  const clock: Clock = {
    now: () => nowMs,
    sleep: (durationMs, signal) =>
      new Promise((resolve, reject) => {
        signal?.addEventListener('abort', () => reject(new Error('the end')))
        sleepers.add({ until: nowMs + durationMs, wake: resolve })
      }),
  }
  const advance = (ms: number) => {
    nowMs += ms
    for (const sleeper of sleepers) {
      if (sleeper.until > nowMs) continue
      sleepers.delete(sleeper)
      sleeper.wake()
    }
  }
  return { clock, advance }
}

test('at EC2’s pace a snapshot takes as long as what is new in it, and the next one of the volume waits 15 seconds', async () => {
  const { clock, advance } = handClock()
  const client = clientOf(await testSandbox({ clock, latencies: 'real' }))
  const { VolumeId } = await client.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 50 }))
  await until(
    () => {
      advance(1_500)
      return errorNameOf(client.send(new CreateSnapshotCommand({ VolumeId })))
    },
    (name) => name === '',
  )
  const shown = async () => {
    const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))
    return Snapshots.map(({ State, Progress }) => `${State} ${Progress}`)
  }
  expect(await errorOf(client.send(new CreateSnapshotCommand({ VolumeId })))).toMatchObject({
    name: 'SnapshotCreationPerVolumeRateExceeded',
    status: 400,
  })
  advance(15_000)
  await client.send(new CreateSnapshotCommand({ VolumeId }))
  // 30 s, and 2 s for each of the 50 GiB, which the second one has from the first.
  advance(15_000)
  expect(await shown()).toEqual(['pending 23%', 'pending 50%'])
  advance(15_000)
  await until(shown, ([, second]) => second === 'completed 100%')
  expect(await shown()).toEqual(['pending 34%', 'completed 100%'])
  advance(85_000)
  await until(shown, ([first]) => first === 'completed 100%')
})

test('at the usual pace as many snapshots as one likes are taken', async () => {
  const client = clientOf(await testSandbox())
  const { VolumeId } = await client.send(new CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
  const take = () => errorNameOf(client.send(new CreateSnapshotCommand({ VolumeId })))
  await until(take, (name) => name === '')
  expect(await take()).toBe('')
})
