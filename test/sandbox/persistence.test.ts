import { appendFileSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as ec2 from '@aws-sdk/client-ec2'
import { expect, test } from 'vitest'
import { createSandbox } from '../../src/sandbox/sandbox.js'
import { lockStateDir, StateDirBusy } from '../../src/sandbox/state-lock.js'
import { clientOf, temporaryDir, testSandbox, until } from './support.js'

const ImageId = 'resolve:ssm:/aws/service/debian/release/12/latest/amd64'

test('a closed sandbox comes back with its world, its keys and its port', async () => {
  const stateDir = temporaryDir()
  const first = await createSandbox({ stateDir, hosts: 'none', latencies: 'zero' })
  const client = clientOf(first)
  const tags = [{ ResourceType: 'instance' as const, Tags: [{ Key: 'a', Value: 'b' }] }]
  const run = await client.send(
    new ec2.RunInstancesCommand({
      ImageId,
      InstanceType: 't3.micro',
      MinCount: 2,
      MaxCount: 2,
      TagSpecifications: tags,
      ClientToken: 't',
    }),
  )
  await client.send(new ec2.CreateKeyPairCommand({ KeyName: 'k', KeyType: 'ed25519' }))
  const { VolumeId } = await client.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
  await until(
    async () => (await client.send(new ec2.DescribeVolumesCommand({ VolumeIds: [VolumeId!] }))).Volumes![0]!,
    ({ State }) => State === 'available',
  )
  const describe = async () => (await client.send(new ec2.DescribeInstancesCommand({}))).Reservations!
  const before = await until(describe, ([reservation]) =>
    reservation!.Instances!.every(({ State }) => State!.Name === 'running'),
  )
  await first.close()

  const second = await testSandbox({ stateDir })
  // Another client: the first one's connections ended with the first sandbox.
  const later = clientOf(second)
  expect([second.endpoint, second.accessKeyId, second.secretAccessKey]).toEqual([
    first.endpoint,
    first.accessKeyId,
    first.secretAccessKey,
  ])
  expect((await later.send(new ec2.DescribeInstancesCommand({}))).Reservations).toEqual(before)
  const again = await later.send(
    new ec2.RunInstancesCommand({
      ImageId,
      InstanceType: 't3.micro',
      MinCount: 2,
      MaxCount: 2,
      TagSpecifications: tags,
      ClientToken: 't',
    }),
  )
  expect(again.Instances!.map(({ InstanceId }) => InstanceId)).toEqual(
    run.Instances!.map(({ InstanceId }) => InstanceId),
  )
})

test('what was under way when it ended goes on, and a torn last line is a commit that never was', async () => {
  const stateDir = temporaryDir()
  const first = await createSandbox({ stateDir, hosts: 'none', latencies: 'real' })
  const client = clientOf(first)
  await client.send(new ec2.RunInstancesCommand({ ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 }))
  await client.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
  await first.close()
  const journal = join(stateDir, 'worlds', 'us-east-1.jsonl')
  appendFileSync(journal, '[["volume","vol-torn",{"id":"vol-to')
  const later = clientOf(await testSandbox({ stateDir }))
  await until(
    async () => (await later.send(new ec2.DescribeInstancesCommand({}))).Reservations![0]!.Instances![0]!,
    ({ State }) => State!.Name === 'running',
  )
  const volumes = await until(
    async () =>
      (await later.send(new ec2.DescribeVolumesCommand({ Filters: [{ Name: 'status', Values: ['available'] }] })))
        .Volumes!,
    (volumes) => volumes.length === 1,
  )
  expect(volumes).toHaveLength(1)
})

test('damage in the middle of the journal is told, not passed over', async () => {
  const stateDir = temporaryDir()
  const first = await createSandbox({ stateDir, hosts: 'none' })
  await first.close()
  const journal = join(stateDir, 'worlds', 'us-east-1.jsonl')
  writeFileSync(journal, `{broken\n${readFileSync(journal, 'utf8')}`)
  await expect(createSandbox({ stateDir, hosts: 'none' })).rejects.toThrow(/us-east-1\.jsonl:1 is damaged/)
  lockStateDir(stateDir).release()
})

test('two sandboxes cannot have one directory', async () => {
  const stateDir = temporaryDir()
  const first = await createSandbox({ stateDir, hosts: 'none' })
  await expect(createSandbox({ stateDir, hosts: 'none' })).rejects.toThrow(StateDirBusy)
  await first.close()
  await (await createSandbox({ stateDir, hosts: 'none' })).close()
})

test('the lock of a dead process, or of another with its id, holds nobody up', () => {
  const stateDir = temporaryDir()
  writeFileSync(join(stateDir, 'lock.4'), JSON.stringify({ pid: 2 ** 22 + 1, startedAt: 'x' }))
  writeFileSync(join(stateDir, 'lock.5'), JSON.stringify({ pid: process.pid, startedAt: 'another boot 1' }))
  const lock = lockStateDir(stateDir)
  expect(() => lockStateDir(stateDir)).toThrow(StateDirBusy)
  lock.release()
})

test('a sandbox with real disks does not go on as mere records', async () => {
  const stateDir = temporaryDir()
  await (await createSandbox({ stateDir, hosts: 'none' })).close()
  const path = join(stateDir, 'sandbox.json')
  writeFileSync(path, readFileSync(path, 'utf8').replace('"none"', '"linux"'))
  await expect(createSandbox({ stateDir, hosts: 'none' })).rejects.toThrow(/cannot go on without hosts/)
})
