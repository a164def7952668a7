import { setTimeout as sleep } from 'node:timers/promises'
import { DescribeVolumesCommand, ModifyVolumeCommand } from '@aws-sdk/client-ec2'
import { expect, it } from 'vitest'
import { startSimulation } from '../support/simulation.js'
import { pairStack } from '../support/stacks.js'

const optimizingMs = 1_500

it('a volume that is being modified is told in the plan, waits, and is modified by the next apply', async () => {
  const world = await startSimulation({ latencies: { ...zero, optimizingMs } })
  try {
    await world.apply(pairStack())
    const { Volumes = [] } = await world.client.send(
      new DescribeVolumesCommand({ Filters: [{ Name: 'tag:evenkeel:address', Values: ['volume.music'] }] }),
    )
    const VolumeId = Volumes[0]?.VolumeId ?? ''
    await world.client.send(new ModifyVolumeCommand({ VolumeId, Throughput: 200 }))
    const wanted = pairStack({ size: 3 }).replace('evenkeel: 1', 'evenkeel: 1\ntags: { team: music }')
    const { plan, result } = await world.apply(wanted)
    expect(plan.problems).toMatchObject([
      {
        severity: 'warning',
        code: 'PLAN_VOLUME_COOLING',
        address: 'volume.music',
        message: expect.stringMatching(
          /is being modified since 20\S+Z \(\w+, \d+ %\): the change of size or type waits/,
        ),
      },
    ])
    expect(plan.steps.some(({ kind }) => kind === 'modify-volume')).toBe(false)
    // What the file asks for has not come about yet.
    expect(result.status).toBe('partial')

    await sleep(optimizingMs)
    const next = await world.apply(wanted)
    expect(next.plan.steps.map(({ id }) => id)).toContain('modify-volume:volume.music')
    expect(next.result.status).toBe('converged')
    expect((await world.plan(wanted)).changes.filter(({ kind }) => kind !== 'none')).toEqual([])
  } finally {
    await world.close()
  }
})

const zero = { instancePendingMs: 0, volumeCreatingMs: 0, attachingMs: 0, detachingMs: 0, modifyingMs: 0 }
