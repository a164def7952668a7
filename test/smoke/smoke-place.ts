import { join } from 'node:path'
import {
  DeleteKeyPairCommand,
  DeleteLaunchTemplateCommand,
  DeleteSnapshotCommand,
  DeleteVolumeCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeSnapshotsCommand,
  DescribeVolumesCommand,
  EC2Client,
  TerminateInstancesCommand,
  type Tag,
} from '@aws-sdk/client-ec2'
import { createSandbox } from '../../src/sandbox/sandbox.js'
import { temporaryDirectory } from '../support/evenkeel.js'

/** Whether a real account is asked, with the credentials and the region of the SDK's own chain. */
export const isReal = process.env['EVENKEEL_AWS_SMOKE'] === '1'

/** Everything that a run makes wears it; what an earlier run left is found by it, and goes. */
const smokeTag = 'evenkeel:smoke'

/** What bounds the cost of a run: two of the smallest instances, and four volumes of a GiB or two, for so long at most. */
export const smokeLimits = { instances: 2, instanceType: 't3.nano', volumeSizeGiB: 1, minutes: 25 } as const

export interface SmokePlace {
  readonly client: EC2Client
  /** Pauses between two looks; short where the sandbox answers. */
  readonly lookEveryMs: number
  /** How a report names it. */
  readonly name: string
  /** Removes what carries the smoke tag, and closes. */
  close(): Promise<void>
}

/** A real account with EVENKEEL_AWS_SMOKE=1, else a sandbox in this process. */
export async function openSmokePlace(): Promise<SmokePlace> {
  if (isReal) {
    const client = new EC2Client({ maxAttempts: 8 })
    return {
      client,
      lookEveryMs: 2_000,
      name: `EC2 in ${await client.config.region()}`,
      async close() {
        await removeAll(client)
        client.destroy()
      },
    }
  }
  const directory = temporaryDirectory('smoke')
  const sandbox = await createSandbox({ stateDir: join(directory.path, 'sandbox'), hosts: 'none' })
  const { endpoint, region, accessKeyId, secretAccessKey } = sandbox
  const client = new EC2Client({ endpoint, region, credentials: { accessKeyId, secretAccessKey } })
  return {
    client,
    lookEveryMs: 20,
    name: 'the sandbox',
    async close() {
      await removeAll(client)
      client.destroy()
      await sandbox.close()
      directory.remove()
    },
  }
}

/** Removes whatever a smoke run made in this account and region, also an earlier one that was cut off. */
export async function removeAll(client: EC2Client): Promise<void> {
  const Filters = [{ Name: 'tag-key', Values: [smokeTag] }]
  const instances = await client.send(new DescribeInstancesCommand({ Filters }))
  const InstanceIds = (instances.Reservations ?? [])
    .flatMap(({ Instances }) => Instances ?? [])
    .filter(({ State }) => State?.Name !== 'terminated')
    .map(({ InstanceId }) => InstanceId ?? '')
  if (InstanceIds.length > 0) await client.send(new TerminateInstancesCommand({ InstanceIds }))
  const volumes = await client.send(new DescribeVolumesCommand({ Filters }))
  for (const { VolumeId, State } of volumes.Volumes ?? []) {
    if (State === 'available' || State === 'error') await client.send(new DeleteVolumeCommand({ VolumeId }))
  }
  const snapshots = await client.send(new DescribeSnapshotsCommand({ OwnerIds: ['self'], Filters }))
  for (const { SnapshotId } of snapshots.Snapshots ?? []) await client.send(new DeleteSnapshotCommand({ SnapshotId }))
  const templates = await client.send(new DescribeLaunchTemplatesCommand({ Filters }))
  for (const { LaunchTemplateId } of templates.LaunchTemplates ?? []) {
    await client.send(new DeleteLaunchTemplateCommand({ LaunchTemplateId }))
  }
  await client.send(new DeleteKeyPairCommand({ KeyName: 'evenkeel-smoke-missing' }))
}

/** The tags of what a run makes. */
export function smokeTags(run: string): Tag[] {
  return [
    { Key: smokeTag, Value: run },
    { Key: 'Name', Value: `evenkeel-smoke-${run}` },
  ]
}
