import { DescribeSnapshotsCommand, EC2Client, type Snapshot } from '@aws-sdk/client-ec2'
import { expect } from 'vitest'
import type { Simulation } from './simulation.js'

/** A stack whose snapshots are copied to another region, and what lies there. */
export const there = 'eu-central-1'
export const stack = (more: string, others = '') =>
  `evenkeel: 1\nstack: far\ntarget: sandbox\nvolumes:\n  data: { size: 1, snapshots: { every: 24h${more} } }\n${others}`
export const alone = stack('')
export const copied = stack(`, keep: { last: 2 }, regions: [${there}]`)
/** So that a snapshot is due at each. */
export const day = (number: number) => ({ now: new Date(Date.now() + number * 25 * 3_600_000).toISOString() })

const clients = new WeakMap<Simulation, EC2Client>()
const opened: EC2Client[] = []

/** Ends the clients of the other region; a file that uses them does that after all its tests. */
export function closeAbroad(): void {
  for (const client of opened.splice(0)) client.destroy()
}

export function abroad(world: Simulation): EC2Client {
  const { endpoint, credentials } = world.client.config
  const known = clients.get(world) ?? new EC2Client({ region: there, credentials, ...(endpoint && { endpoint }) })
  if (!clients.has(world)) opened.push(known)
  clients.set(world, known)
  return known
}

export async function snapshotsIn(client: EC2Client): Promise<readonly Snapshot[]> {
  const { Snapshots = [] } = await client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'] }))
  return Snapshots.toSorted((left, right) => ((left.StartTime ?? 0) > (right.StartTime ?? 0) ? 1 : -1))
}

export const tag = ({ Tags = [] }: Snapshot, key: string) => Tags.find(({ Key }) => Key === key)?.Value

/** Each copy's source, for those that are completed. */
export async function sourcesAbroad(world: Simulation): Promise<readonly string[]> {
  const copies = await snapshotsIn(abroad(world))
  expect(copies.map(({ State }) => State)).toEqual(copies.map(() => 'completed'))
  return copies.map((copy) => tag(copy, 'evenkeel:copy-of') ?? '?').sort()
}

export const idsAt = async (world: Simulation) =>
  (await snapshotsIn(world.client)).map(({ SnapshotId }) => `us-east-1/${SnapshotId}`).sort()

export async function settled(world: Simulation, text: string): Promise<void> {
  expect((await world.plan(text, day(0))).steps).toEqual([])
}
