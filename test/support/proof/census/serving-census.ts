import { AutoScalingClient, DescribeAutoScalingGroupsCommand } from '@aws-sdk/client-auto-scaling'
import { DescribeSpotInstanceRequestsCommand, type EC2Client } from '@aws-sdk/client-ec2'
import { foundOf, type Found } from './found.js'

/** The spot requests for which EC2 has launched something, or may yet, and the groups that launch for themselves. */
export async function takeServingCensus(client: EC2Client): Promise<readonly Found[]> {
  const { region, endpoint, credentials } = client.config
  const scaling = new AutoScalingClient({ region, credentials, ...(endpoint && { endpoint }) })
  try {
    const [{ SpotInstanceRequests = [] }, { AutoScalingGroups = [] }] = await Promise.all([
      client.send(new DescribeSpotInstanceRequestsCommand({})),
      scaling.send(new DescribeAutoScalingGroupsCommand({})),
    ])
    return [
      ...SpotInstanceRequests.filter(({ State }) => State === 'open' || State === 'active' || State === 'disabled').map(
        ({ SpotInstanceRequestId, Tags, State, Type, SpotPrice }) =>
          foundOf(SpotInstanceRequestId, Tags, 'spot request', State, Type, SpotPrice),
      ),
      ...AutoScalingGroups.map(({ AutoScalingGroupARN, Tags, MinSize, DesiredCapacity, MaxSize, Instances = [] }) =>
        foundOf(
          AutoScalingGroupARN,
          Tags,
          'scaling group',
          MinSize,
          DesiredCapacity,
          MaxSize,
          `${Instances.length} members`,
        ),
      ),
    ]
  } finally {
    scaling.destroy()
  }
}
