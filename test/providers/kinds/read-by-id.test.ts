import { expect, it } from 'vitest'
import { kinds } from '../../../src/providers/ec2/kinds/kinds.js'
import type { Ec2Api } from '../../../src/providers/ec2/wire/api.js'
import { instantClock } from '../support.js'

/** What an endpoint answers that takes no notice of the ids it is asked for. */
const answers: Readonly<Record<string, (id: string) => object>> = {
  DescribeKeyPairs: (KeyPairId) => ({ KeyPairs: [{ KeyPairId }] }),
  DescribeSecurityGroups: (GroupId) => ({ SecurityGroups: [{ GroupId }] }),
  DescribeImages: (ImageId) => ({ Images: [{ ImageId }] }),
  DescribeInstances: (InstanceId) => ({ Reservations: [{ Instances: [{ InstanceId }] }] }),
  DescribeVolumes: (VolumeId) => ({ Volumes: [{ VolumeId, State: 'in-use' }] }),
  DescribeSnapshots: (SnapshotId) => ({ Snapshots: [{ SnapshotId }] }),
  DescribeAddresses: (AllocationId) => ({ Addresses: [{ AllocationId }] }),
  DescribeNetworkInterfaces: (NetworkInterfaceId) => ({ NetworkInterfaces: [{ NetworkInterfaceId }] }),
  DescribePlacementGroups: (GroupId) => ({ PlacementGroups: [{ GroupId }] }),
  DescribeSpotInstanceRequests: (SpotInstanceRequestId) => ({ SpotInstanceRequests: [{ SpotInstanceRequestId }] }),
  DescribeLaunchTemplates: (LaunchTemplateId) => ({ LaunchTemplates: [{ LaunchTemplateId }] }),
}

const readable = Object.entries(kinds).filter(([, kind]) => 'readById' in kind)

it.each(readable)('a %s is only taken for the one that was asked for', async (_name, kind) => {
  const readById = (kind as { readById: (api: Ec2Api, id: string) => Promise<unknown> }).readById
  const call = (action: string) => Promise.resolve(answers[action]?.('another'))
  const balancing = {
    call: (_action: string, { ResourceArns }: { ResourceArns: string[] }) =>
      Promise.resolve({
        TagDescriptions: ResourceArns.map(() => ({ ResourceArn: 'another', Tags: [] })),
      }),
  }
  const scaling = {
    call: () =>
      Promise.resolve({ AutoScalingGroups: [{ AutoScalingGroupARN: 'another', AutoScalingGroupName: 'another' }] }),
  }
  const api = { call, balancing, scaling, settings: { clock: instantClock(), pollScale: 1 } } as unknown as Ec2Api
  expect(await readById(api, 'wanted')).toBeUndefined()
  expect(await readById(api, 'another')).toBeDefined()
})
