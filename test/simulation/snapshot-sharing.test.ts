import {
  DescribeSnapshotAttributeCommand,
  DescribeSnapshotsCommand,
  ModifySnapshotAttributeCommand,
} from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import { driftOf } from '../../src/model/drift-report.js'
import { simulationsOfFile, type Simulation } from '../support/simulation.js'

const start = simulationsOfFile()

const stack = (share: string, more = '') => `evenkeel: 1
stack: lent
target: sandbox
volumes: { data: { size: 1, zone: us-east-1a${more}, snapshots: { every: 24h, keep: { last: 3 }${share} } } }
`
const one = ", share: ['210987654321']"
const two = ", share: ['210987654321', '123456789999']"
/** A day later, when a snapshot is due; without a moment none is. */
const tomorrow = () => ({ now: new Date(Date.now() + 25 * 3_600_000).toISOString() })

/** Who may use each completed snapshot of the account, in EC2's order. */
async function sharesIn({ client }: Simulation): Promise<readonly (readonly string[])[]> {
  const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))
  return Promise.all(
    Snapshots.map(async ({ SnapshotId }) => {
      const { CreateVolumePermissions = [] } = await client.send(
        new DescribeSnapshotAttributeCommand({ SnapshotId, Attribute: 'createVolumePermission' }),
      )
      return CreateVolumePermissions.map(({ UserId, Group }) => UserId ?? Group ?? '').sort()
    }),
  )
}

/** Applies, until nothing is to be done; the steps that were. */
async function applied(world: Simulation, text: string, moment: { readonly now?: string } = {}) {
  const plan = await world.plan(text, moment)
  expect((await world.carryOut(plan)).status).toBe('converged')
  expect((await world.plan(text)).steps).toEqual([])
  return plan.steps.map(({ kind }) => kind)
}

async function withSnapshot(text: string): Promise<Simulation> {
  const world = await start()
  await applied(world, text)
  await applied(world, text, tomorrow())
  return world
}

describe('snapshots that others may use', () => {
  it('are shared as they are made, and those that are there when the file says so', async () => {
    const world = await withSnapshot(stack(''))
    expect(await sharesIn(world)).toEqual([[]])
    expect(await applied(world, stack(one))).toEqual(['modify-snapshot'])
    expect(await sharesIn(world)).toEqual([['210987654321']])
    expect(await applied(world, stack(one), tomorrow())).toEqual(['create-snapshot'])
    expect(await sharesIn(world)).toEqual([['210987654321'], ['210987654321']])
    const byHand = await world.planSnapshot(stack(one), 'volume.data')
    expect((await world.carryOut(byHand)).status).toBe('converged')
    expect(await sharesIn(world)).toEqual([['210987654321'], ['210987654321'], ['210987654321']])
    // Left out: whoever may is left alone. An empty list: nobody.
    expect(await applied(world, stack(''))).toEqual([])
    expect(await applied(world, stack(', share: []'))).toEqual(Array(3).fill('modify-snapshot'))
    expect(await sharesIn(world)).toEqual([[], [], []])
  })

  it('that somebody shared by hand are drift, and healed', async () => {
    const world = await withSnapshot(stack(one))
    const { Snapshots } = await world.client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))
    const SnapshotId = Snapshots?.[0]?.SnapshotId
    const modify = (CreateVolumePermission: object) =>
      world.client.send(new ModifySnapshotAttributeCommand({ SnapshotId, CreateVolumePermission }))
    await modify({ Add: [{ Group: 'all' }] })
    await modify({ Remove: [{ UserId: '210987654321' }] })
    const drift = driftOf(await world.plan(stack(one)))
    expect(drift.drifted).toMatchObject([
      {
        address: 'volume.data',
        diffs: [{ path: 'snapshots.share', before: ['210987654321'], after: ['public'] }],
      },
    ])
    expect(await applied(world, stack(one))).toEqual(['modify-snapshot'])
    expect(await sharesIn(world)).toEqual([['210987654321']])
    const pending = driftOf(await world.plan(stack(two)))
    expect([pending.drifted, pending.pending.length]).toEqual([[], 1])
  })

  it('cost a call each where the file says so, and none elsewhere', async () => {
    const world = await withSnapshot(stack(''))
    const asked = async (text: string) =>
      (await world.requestsDuring(() => world.plan(text))).filter(
        ({ action }) => action === 'DescribeSnapshotAttribute',
      )
    expect(await asked(stack(''))).toHaveLength(0)
    expect(await asked(stack(one))).toHaveLength(1)
  })

  it('of a volume that EBS’s own key encrypts are refused by EC2, which is said as it is', async () => {
    const world = await withSnapshot(stack('', ', encrypted: true'))
    const result = await world.carryOut(await world.plan(stack(one, ', encrypted: true')))
    expect(result.status).toBe('failed')
    const errors = result.outcomes.flatMap(({ outcome }) => (outcome.kind === 'failed' ? [outcome.error] : []))
    expect(errors).toMatchObject([{ code: 'EC2_SHARE_REFUSED', hint: expect.stringContaining('kmsKey') }])
  })

  it('of a volume that is encrypted, though the file does not say so, are never public: the plan tells it', async () => {
    const world = await start({ switches: { accountEncryption: true } })
    const everybody = stack(', share: [public]')
    expect((await world.plan(everybody)).problems).toEqual([])
    await applied(world, everybody)
    expect((await world.plan(everybody)).problems).toMatchObject([
      { code: 'EC2_SHARE_REFUSED', severity: 'warning', path: ['snapshots', 'share'] },
    ])
    expect((await world.plan(stack(one))).problems).toEqual([])
  })

  it('converge, whichever call a run was killed after', async () => {
    for (let calls = 0; ; calls += 1) {
      const world = await withSnapshot(stack(one))
      if (!(await world.kill(stack(two), calls, tomorrow()))) {
        expect(calls).toBeGreaterThan(3)
        return
      }
      await applied(world, stack(two))
      const shares = await sharesIn(world)
      expect(shares.length).toBeGreaterThanOrEqual(2)
      for (const shared of shares) expect(shared).toEqual(['123456789999', '210987654321'])
    }
  })
})
