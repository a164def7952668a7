import type { AutoScalingGroup, InstanceRefresh } from '@aws-sdk/client-auto-scaling'
import type { LaunchTemplate } from '@aws-sdk/client-ec2'
import { tagKeys } from '../../model/tags.js'
import type { Ec2Api } from '../ec2/wire/api.js'
import { readAll } from '../ec2/wire/pages.js'
import type { Services } from '../ec2/wire/services.js'

export type ScalingApi = Services['scaling']

const pageSize = 100

/** All groups that carry a stack's tag. */
export async function readGroupsOf(scaling: ScalingApi, stack: string): Promise<readonly AutoScalingGroup[]> {
  const found: AutoScalingGroup[] = []
  for (let token: string | undefined; ;) {
    const { AutoScalingGroups = [], NextToken } = await scaling.call('DescribeAutoScalingGroups', {
      Filters: [{ Name: `tag:${tagKeys.stack}`, Values: [stack] }],
      MaxRecords: pageSize,
      ...(token !== undefined && { NextToken: token }),
    })
    found.push(...AutoScalingGroups)
    if (!NextToken) return found
    token = NextToken
  }
}

export async function readGroup(scaling: ScalingApi, name: string): Promise<AutoScalingGroup | undefined> {
  const { AutoScalingGroups = [] } = await scaling.call('DescribeAutoScalingGroups', { AutoScalingGroupNames: [name] })
  return AutoScalingGroups.find(({ AutoScalingGroupName }) => AutoScalingGroupName === name)
}

/** Whether an id is the ARN of a scaling group, whose tags EC2 does not keep. */
export function isScaling(id: string): boolean {
  return /^arn:[a-z-]+:autoscaling:/.test(id)
}

/** The name that a group's ARN ends with. */
export function groupNameOf(arn: string): string {
  return arn.replace(/^.*:autoScalingGroupName\//, '')
}

/** Only its own: another group may have its name by now. */
export async function readGroupByArn({ scaling }: Ec2Api, arn: string): Promise<AutoScalingGroup | undefined> {
  const group = await readGroup(scaling, groupNameOf(arn))
  return group?.AutoScalingGroupARN === arn ? group : undefined
}

/** In the tags of launch templates that groups launch from, so that nobody takes one for a ledger or a lock. */
export const templateRole = 'scaling'

export function readTemplatesOf(api: Ec2Api, stack: string): Promise<readonly LaunchTemplate[]> {
  const Filters = [
    { Name: `tag:${tagKeys.stack}`, Values: [stack] },
    { Name: `tag:${tagKeys.role}`, Values: [templateRole] },
  ]
  return readAll(api, 'DescribeLaunchTemplates', { Filters }, ({ LaunchTemplates }) => LaunchTemplates)
}

/** The last refresh of a group. */
export async function lastRefresh(scaling: ScalingApi, name: string): Promise<InstanceRefresh | undefined> {
  const { InstanceRefreshes = [] } = await scaling.call('DescribeInstanceRefreshes', {
    AutoScalingGroupName: name,
    MaxRecords: 1,
  })
  return InstanceRefreshes[0]
}

const activeStates: ReadonlySet<string> = new Set([
  'Pending',
  'InProgress',
  'Baking',
  'Cancelling',
  'RollbackInProgress',
])

/** Not one that goes back, or is given up. */
export function leadsForward({ Status }: InstanceRefresh): boolean {
  return Status === 'Pending' || Status === 'InProgress' || Status === 'Baking'
}

export function isActive({ Status }: InstanceRefresh): boolean {
  return Status !== undefined && activeStates.has(Status)
}
