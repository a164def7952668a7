import {
  AutoScalingClient,
  CreateAutoScalingGroupCommand,
  DescribeAutoScalingGroupsCommand,
  type AutoScalingGroup,
  type CreateAutoScalingGroupCommandInput,
} from '@aws-sdk/client-auto-scaling'
import {
  CreateLaunchTemplateCommand,
  DescribeInstancesCommand,
  type EC2Client,
  type RequestLaunchTemplateData,
} from '@aws-sdk/client-ec2'
import type { Sandbox, SandboxOptions } from '../../../../src/sandbox/sandbox.js'
import { afterTests, clientOf, testSandbox, until } from '../../support.js'

const image = 'resolve:ssm:/aws/service/debian/release/12/latest/amd64'

/** The SDK's own client of Auto Scaling, pointed at the sandbox. */
export function scalingClientOf({ endpoint, region, accessKeyId, secretAccessKey }: Sandbox): AutoScalingClient {
  const credentials = { accessKeyId, secretAccessKey }
  const client = new AutoScalingClient({ endpoint, region, credentials, maxAttempts: 1 })
  afterTests(() => client.destroy())
  return client
}

export async function templateIn(ec2: EC2Client, name: string, data: RequestLaunchTemplateData = {}): Promise<string> {
  const { LaunchTemplate } = await ec2.send(
    new CreateLaunchTemplateCommand({
      LaunchTemplateName: name,
      LaunchTemplateData: { ImageId: image, InstanceType: 't3.micro', ...data },
    }),
  )
  return LaunchTemplate!.LaunchTemplateId!
}

export interface Scaled {
  readonly sandbox: Sandbox
  readonly client: AutoScalingClient
  readonly ec2: EC2Client
  readonly templateId: string
}

/** A sandbox with a group `web`: one to three instances in two zones. */
export async function scaled(
  group: Partial<CreateAutoScalingGroupCommandInput> = {},
  options: Partial<SandboxOptions> = {},
): Promise<Scaled> {
  const sandbox = await testSandbox(options)
  const client = scalingClientOf(sandbox)
  const ec2 = clientOf(sandbox)
  const templateId = await templateIn(ec2, 'web')
  await client.send(
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'web',
      LaunchTemplate: { LaunchTemplateId: templateId, Version: '1' },
      MinSize: 1,
      MaxSize: 3,
      DesiredCapacity: 2,
      AvailabilityZones: ['us-east-1a', 'us-east-1b'],
      Tags: [
        { Key: 'team', Value: 'web', PropagateAtLaunch: true },
        { Key: 'note', Value: 'mine', PropagateAtLaunch: false },
      ],
      ...group,
    }),
  )
  return { sandbox, client, ec2, templateId }
}

export async function groupOf(client: AutoScalingClient): Promise<AutoScalingGroup | undefined> {
  const { AutoScalingGroups = [] } = await client.send(
    new DescribeAutoScalingGroupsCommand({ AutoScalingGroupNames: ['web'] }),
  )
  return AutoScalingGroups[0]
}

/** Waits until so many members are in service, and no others are there. */
export async function inService(client: AutoScalingClient, count: number): Promise<AutoScalingGroup> {
  const group = await until(
    () => groupOf(client),
    (found) =>
      found?.Instances?.length === count &&
      found.Instances.every(({ LifecycleState }) => LifecycleState === 'InService'),
  )
  return group!
}

export function idsOf({ Instances = [] }: AutoScalingGroup): string[] {
  return Instances.map(({ InstanceId }) => InstanceId!).sort()
}

/** Instances that are neither gone nor going. */
export async function aliveIn(ec2: EC2Client) {
  const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}))
  return Reservations.flatMap(({ Instances = [] }) => Instances).filter(
    ({ State }) => State?.Name !== 'terminated' && State?.Name !== 'shutting-down',
  )
}
