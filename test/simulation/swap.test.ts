import { DescribeVolumesCommand } from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { startSimulation } from '../support/simulation.js'

const pool = (zone: string, onRemove: string) => `
evenkeel: 1
stack: pool
target: sandbox
volumes:
  data: { size: 1, zone: ${zone}, onRemove: ${onRemove} }
`

describe('a volume that moves to another zone', () => {
  it.concurrent.each(['snapshot', 'retain', 'delete'])(
    'arrives once, and is not lost, wherever the run is killed: onRemove %s',
    { timeout: 60_000 },
    async (onRemove) => {
      let calls = 1
      while (await survivesDeath(onRemove, calls)) calls += 1
      expect(calls).toBeGreaterThan(4)
    },
  )
})

/** Kills the move after so many calls, and finishes it; false when it was over before. */
async function survivesDeath(onRemove: string, calls: number): Promise<boolean> {
  const world = await startSimulation()
  try {
    expect((await world.apply(pool('us-east-1a', onRemove))).result.status).toBe('converged')
    const [old] = (await world.census()).volumes
    const after = pool('us-east-1b', onRemove)
    const isDead = await world.kill(after, calls)
    expect((await world.apply(after)).result.status).toBe('converged')
    expect((await world.plan(after)).steps).toEqual([])
    const { volumes, snapshots } = await world.census()
    expect(volumes).toHaveLength(onRemove === 'retain' ? 2 : 1)
    expect(volumes.includes(old ?? '')).toBe(onRemove === 'retain')
    expect(snapshots.length).toBeGreaterThanOrEqual(1)
    const { Volumes = [] } = await world.client.send(new DescribeVolumesCommand({ VolumeIds: [...volumes] }))
    const moved = Volumes.find(({ VolumeId }) => VolumeId !== old)
    expect(moved?.AvailabilityZone).toBe('us-east-1b')
    expect(snapshots).toContain(moved?.SnapshotId)
    expect(moved?.Tags).toContainEqual({ Key: 'evenkeel:origin', Value: moved?.SnapshotId })
    return isDead
  } finally {
    await world.close()
  }
}
