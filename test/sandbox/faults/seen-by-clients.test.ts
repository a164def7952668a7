import * as ec2 from '@aws-sdk/client-ec2'
import { describe, expect, it } from 'vitest'
import type { Sandbox } from '../../../src/sandbox/sandbox.js'
import { clientOf, errorNameOf, testSandbox, until } from '../support.js'

const always = { probability: 1 }

/** A client, and the first server of its world, running. */
async function withServer(
  options: Parameters<typeof testSandbox>[0] = {},
  InstanceType: ec2._InstanceType = 't3.micro',
) {
  const sandbox: Sandbox = await testSandbox(options)
  const client = clientOf(sandbox)
  const launch = async () => {
    const ImageId = 'resolve:ssm:/aws/service/debian/release/12/latest/amd64'
    const { Instances } = await client.send(
      new ec2.RunInstancesCommand({ ImageId, InstanceType, MinCount: 1, MaxCount: 1 }),
    )
    const { InstanceId } = Instances![0]!
    await until(
      async () =>
        (await client.send(new ec2.DescribeInstancesCommand({ InstanceIds: [InstanceId!] }))).Reservations![0]!
          .Instances![0]!,
      ({ State }) => State!.Name === 'running',
    )
    return InstanceId!
  }
  return { sandbox, client, launch, id: await launch() }
}

async function consoleOf(client: ec2.EC2Client, InstanceId: string, Latest = true): Promise<string> {
  const { Output } = await client.send(new ec2.GetConsoleOutputCommand({ InstanceId, ...(Latest && { Latest }) }))
  return Buffer.from(Output!, 'base64').toString()
}

describe.concurrent('a client sees', () => {
  it.each([
    ['RunInstances', 'VcpuLimitExceeded'],
    ['CreateVolume', 'VolumeLimitExceeded'],
    ['AllocateAddress', 'AddressLimitExceeded'],
  ])('%s refused for a quota, and nothing done', async (action, code) => {
    const client = clientOf(await testSandbox({ faults: { quotas: { probability: 1, only: [action] } } }))
    const ImageId = 'resolve:ssm:/aws/service/debian/release/12/latest/amd64'
    const calls = {
      RunInstances: () =>
        client.send(new ec2.RunInstancesCommand({ ImageId, InstanceType: 't3.micro', MinCount: 1, MaxCount: 1 })),
      CreateVolume: () => client.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 })),
      AllocateAddress: () => client.send(new ec2.AllocateAddressCommand({})),
    }
    for (const [name, call] of Object.entries(calls))
      expect(await errorNameOf(call())).toBe(name === action ? code : '')
  })

  it('a device busy for a while before it comes off, unless it is forced', async () => {
    const { sandbox, client, id } = await withServer()
    sandbox.setFaults({ busyDetach: { ...always, forMs: 600_000 } })
    const detached = async (Device: string, Force: boolean) => {
      const { VolumeId } = await client.send(new ec2.CreateVolumeCommand({ AvailabilityZone: 'us-east-1a', Size: 1 }))
      const volume = async () =>
        (await client.send(new ec2.DescribeVolumesCommand({ VolumeIds: [VolumeId!] }))).Volumes![0]!
      await until(volume, ({ State }) => State === 'available')
      await client.send(new ec2.AttachVolumeCommand({ VolumeId, InstanceId: id, Device }))
      await until(volume, ({ Attachments }) => Attachments![0]?.State === 'attached')
      await client.send(new ec2.DetachVolumeCommand({ VolumeId, Force }))
      const { State } = await until(
        volume,
        ({ State: now, Attachments }) => now === 'available' || Attachments![0]?.State === 'busy',
      )
      return State
    }
    expect(await detached('/dev/sdf', false)).toBe('in-use')
    expect(await detached('/dev/sdg', true)).toBe('available')
  })

  it('its address taken for another server, or for nothing', async () => {
    const { sandbox, client, id, launch } = await withServer()
    const { AllocationId } = await client.send(new ec2.AllocateAddressCommand({}))
    const holder = async () => (await client.send(new ec2.DescribeAddressesCommand({}))).Addresses![0]!.InstanceId
    sandbox.setFaults({ stolenAddresses: { ...always, withinMs: 20 } })
    await client.send(new ec2.AssociateAddressCommand({ AllocationId, InstanceId: id }))
    expect(await until(holder, (found) => found === undefined)).toBeUndefined()
    const other = await launch()
    await client.send(new ec2.AssociateAddressCommand({ AllocationId, InstanceId: id }))
    expect(await until(holder, (found) => found === other)).toBe(other)
  })

  it('a console that is empty, one that has scrolled past the keys, and one that is whole', async () => {
    const { sandbox, client, id } = await withServer()
    expect(await consoleOf(client, id)).toContain('BEGIN SSH HOST KEY KEYS')
    sandbox.setFaults({ emptyConsole: always })
    expect(await consoleOf(client, id)).toBe('')
    sandbox.setFaults({ scrolledConsole: always })
    const scrolled = await consoleOf(client, id)
    expect(scrolled).toHaveLength(64 * 1024)
    expect(scrolled).not.toContain('SSH HOST KEY')
  })

  it('what was posted stay as it was, while Latest shows the console itself', async () => {
    const { sandbox, client, id } = await withServer({
      latencies: { instancePendingMs: 0, consoleMs: 0, consolePostedMs: 600_000 },
      faults: { lateHostKeysMs: 600_000 },
    })
    expect(await consoleOf(client, id, false)).not.toContain('SSH HOST KEY')
    sandbox.setFaults({})
    expect(await consoleOf(client, id, false)).not.toContain('SSH HOST KEY')
    expect(await consoleOf(client, id)).toContain('SSH HOST KEY')
  })

  it('no Latest of an instance that is not of the Nitro system', async () => {
    const { client, id } = await withServer({}, 't2.micro')
    expect(await errorNameOf(consoleOf(client, id))).toBe('UnsupportedOperation')
    expect(await consoleOf(client, id, false)).toContain('SSH HOST KEY')
  })
})
