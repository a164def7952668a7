import {
  DescribeInstancesCommand,
  DescribeSubnetsCommand,
  RunInstancesCommand,
  type EC2Client,
} from '@aws-sdk/client-ec2'
import {
  CreateListenerCommand,
  CreateLoadBalancerCommand,
  CreateTargetGroupCommand,
  DescribeTargetHealthCommand,
  ElasticLoadBalancingV2Client,
} from '@aws-sdk/client-elastic-load-balancing-v2'
import type { Sandbox } from '../../../../src/sandbox/sandbox.js'
import { afterTests, clientOf, until } from '../../support.js'

/** The SDK's own client of Elastic Load Balancing, pointed at the sandbox. */
export function balancingClientOf({ endpoint, region, accessKeyId, secretAccessKey }: Sandbox) {
  const credentials = { accessKeyId, secretAccessKey }
  const client = new ElasticLoadBalancingV2Client({ endpoint, region, credentials, maxAttempts: 1 })
  afterTests(() => client.destroy())
  return client
}

/** The default subnets of the first zones, in their order. */
export async function defaultSubnets(ec2: EC2Client) {
  const { Subnets = [] } = await ec2.send(new DescribeSubnetsCommand({}))
  return Subnets.toSorted((left, right) => (left.AvailabilityZone! < right.AvailabilityZone! ? -1 : 1)).map(
    (subnet) => ({
      id: subnet.SubnetId!,
      vpcId: subnet.VpcId!,
      zone: subnet.AvailabilityZone!,
    }),
  )
}

export async function runningInstances(ec2: EC2Client, count: number, subnetId: string, more = {}): Promise<string[]> {
  const { Instances = [] } = await ec2.send(
    new RunInstancesCommand({
      ImageId: 'resolve:ssm:/aws/service/debian/release/12/latest/amd64',
      InstanceType: 't3.micro',
      MinCount: count,
      MaxCount: count,
      SubnetId: subnetId,
      ...more,
    }),
  )
  const ids = Instances.map(({ InstanceId }) => InstanceId!)
  await until(
    () => ec2.send(new DescribeInstancesCommand({ InstanceIds: ids })),
    ({ Reservations = [] }) =>
      Reservations.flatMap(({ Instances: found = [] }) => found).every(({ State }) => State?.Name === 'running'),
  )
  return ids
}

/** A balancer with a group and one listener at port 80. */
export async function front(
  sandbox: Sandbox,
  options: {
    readonly type?: 'application' | 'network'
    readonly health?: object
    readonly groups?: readonly string[]
  } = {},
) {
  const { type = 'application', health = {}, groups = [] } = options
  const client = balancingClientOf(sandbox)
  const subnets = (await defaultSubnets(clientOf(sandbox))).slice(0, 2)
  const protocol = type === 'application' ? 'HTTP' : 'TCP'
  const { LoadBalancers: [balancer] = [] } = await client.send(
    new CreateLoadBalancerCommand({
      Name: 'front',
      Type: type,
      Scheme: 'internet-facing',
      Subnets: subnets.map(({ id }) => id),
      ...(groups.length > 0 && { SecurityGroups: [...groups] }),
      Tags: [{ Key: 'evenkeel:stack', Value: 'one' }],
    }),
  )
  const { TargetGroups: [group] = [] } = await client.send(
    new CreateTargetGroupCommand({
      Name: 'front',
      Protocol: protocol,
      Port: 8080,
      VpcId: subnets[0]!.vpcId,
      ...health,
    }),
  )
  const { Listeners: [listener] = [] } = await client.send(
    new CreateListenerCommand({
      LoadBalancerArn: balancer!.LoadBalancerArn,
      Protocol: protocol,
      Port: 80,
      DefaultActions: [{ Type: 'forward', TargetGroupArn: group!.TargetGroupArn }],
    }),
  )
  return { client, subnets, balancer: balancer!, group: group!, listener: listener! }
}

/** State and reason of each target, by instance. */
export async function healthOf(client: ElasticLoadBalancingV2Client, TargetGroupArn: string) {
  const { TargetHealthDescriptions = [] } = await client.send(new DescribeTargetHealthCommand({ TargetGroupArn }))
  return TargetHealthDescriptions.map(({ Target, TargetHealth }) => ({
    id: Target!.Id!,
    state: TargetHealth!.State!,
    reason: TargetHealth!.Reason,
  }))
}
