import type { EC2Client } from '@aws-sdk/client-ec2'
import { compareText } from '../../../../src/model/address-order.js'
import { balancingBeside, balancingIn } from '../../balancing.js'
import { foundOf, type Found } from './found.js'

/** The account's load balancers and target groups, with what is behind each. */
export async function takeBalancingCensus(
  client: EC2Client,
  nameOfServer: ReadonlyMap<string | undefined, string>,
): Promise<readonly Found[]> {
  const balancing = balancingBeside(client)
  const { balancers, groups } = await balancingIn(balancing).finally(() => balancing.destroy())
  return [
    ...balancers.map(({ LoadBalancerArn, Scheme, listeners, tags }) =>
      foundOf(LoadBalancerArn, tags, 'load balancer', Scheme, `${listeners.length} listeners`),
    ),
    ...groups.map(({ TargetGroupArn, Port, targets, LoadBalancerArns = [], tags }) => {
      const names = targets.map(({ Target }) => nameOfServer.get(Target?.Id) ?? 'what is gone').sort(compareText)
      return foundOf(TargetGroupArn, tags, 'target group', `at ${Port} of ${LoadBalancerArns.length}:`, ...names)
    }),
  ]
}
