import { expect, test } from 'vitest'
import { autoScalingActions } from '../../../../src/sandbox/actions/auto-scaling/registry.js'
import { compareAnswer } from '../../answer-schema.js'
import { parseXml } from '../../answer-xml.js'
import { autoScalingDescribed } from '../../sdk-schemas.js'
import { askSigned } from '../../signed-request.js'
import { front } from '../load-balancing/support.js'
import { idsOf, inService, scaled } from './support.js'

test('everything that is answered has the name and the type that the SDK reads', async () => {
  const { sandbox, client, templateId } = await scaled({ DesiredCapacity: 3 })
  const { group } = await front(sandbox)
  const [first, second] = idsOf(await inService(client, 3))
  const web = { AutoScalingGroupName: 'web' }
  const targets = { ...web, 'TargetGroupARNs.member.1': group.TargetGroupArn! }
  const tag = {
    'Tags.member.1.ResourceId': 'web',
    'Tags.member.1.ResourceType': 'auto-scaling-group',
    'Tags.member.1.Key': 'a',
    'Tags.member.1.Value': 'b',
    'Tags.member.1.PropagateAtLaunch': 'false',
  }
  const other = {
    AutoScalingGroupName: 'other',
    'LaunchTemplate.LaunchTemplateId': templateId,
    MinSize: '0',
    MaxSize: '0',
    'AvailabilityZones.member.1': 'us-east-1a',
  }
  const wanted = { 'DesiredConfiguration.LaunchTemplate.LaunchTemplateId': templateId }
  const version = { 'DesiredConfiguration.LaunchTemplate.Version': '1' }
  const calls: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
    ['CreateAutoScalingGroup', other],
    ['UpdateAutoScalingGroup', { ...web, HealthCheckGracePeriod: '5' }],
    ['SuspendProcesses', { ...web, 'ScalingProcesses.member.1': 'AZRebalance' }],
    ['AttachLoadBalancerTargetGroups', targets],
    ['DescribeLoadBalancerTargetGroups', web],
    ['DescribeAutoScalingGroups', { MaxRecords: '1' }],
    ['DescribeAutoScalingInstances', {}],
    ['DescribeScalingActivities', web],
    ['DescribeLifecycleHooks', web],
    ['CreateOrUpdateTags', tag],
    ['DescribeTags', {}],
    ['DeleteTags', tag],
    ['ResumeProcesses', web],
    ['SetInstanceProtection', { ...web, 'InstanceIds.member.1': first!, ProtectedFromScaleIn: 'true' }],
    ['SetInstanceHealth', { InstanceId: second!, HealthStatus: 'Healthy' }],
    ['TerminateInstanceInAutoScalingGroup', { InstanceId: second!, ShouldDecrementDesiredCapacity: 'true' }],
    ['SetDesiredCapacity', { ...web, DesiredCapacity: '2' }],
    ['StartInstanceRefresh', { ...web, ...wanted, ...version, 'Preferences.AutoRollback': 'true' }],
    ['RollbackInstanceRefresh', web],
    ['DescribeInstanceRefreshes', web],
    ['CancelInstanceRefresh', web],
    ['DetachLoadBalancerTargetGroups', targets],
    ['DeleteAutoScalingGroup', { ...web, ForceDelete: 'true' }],
  ]
  const wrong = new Set<string>()
  for (const [Action, parameters] of calls) {
    const { status, text } = await askSigned(sandbox, 'autoscaling', { Action, Version: '2011-01-01', ...parameters })
    expect(`${Action} ${status} ${status === 200 ? '' : text}`).toBe(`${Action} 200 `)
    const result = parseXml(text).children.find(({ name }) => name === `${Action}Result`)!
    compareAnswer(result, autoScalingDescribed.outputOf(Action)!, Action, wrong)
  }
  expect([...wrong]).toEqual([])
  const seen = new Set(calls.map(([action]) => action))
  expect([...autoScalingActions.keys()].filter((name) => !seen.has(name))).toEqual([])
})
