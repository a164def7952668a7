import {
  CreateAutoScalingGroupCommand,
  DescribeLifecycleHooksCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
} from '@aws-sdk/client-auto-scaling'
import { expect, test } from 'vitest'
import { errorOf } from '../../support.js'
import { scaled, templateIn } from './support.js'

const everything = { Effect: 'Allow', Action: '*', Resource: '*' }
const without = (action: string, Resource = '*') => ({
  Version: '2012-10-17',
  Statement: [everything, { Effect: 'Deny', Action: action, Resource }],
})

const invalid = 'You must use a valid fully-formed launch template. You are not authorized to perform this operation.'

test('whoever names a launch template must be allowed to launch by it, and to pass the role in it', async () => {
  const { sandbox, client, ec2, templateId: plain } = await scaled({}, { switches: { instanceProfiles: 'web' } })
  const profiled = await templateIn(ec2, 'profiled', { IamInstanceProfile: { Name: 'web' } })
  const launchTemplate = (LaunchTemplateId: string) => ({ LaunchTemplate: { LaunchTemplateId, Version: '1' } })
  const callsOf = (template: string) => [
    new CreateAutoScalingGroupCommand({
      AutoScalingGroupName: 'other',
      MinSize: 0,
      MaxSize: 0,
      AvailabilityZones: ['us-east-1a'],
      ...launchTemplate(template),
    }),
    new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', ...launchTemplate(template) }),
    new StartInstanceRefreshCommand({ AutoScalingGroupName: 'web', DesiredConfiguration: launchTemplate(template) }),
  ]
  sandbox.setPolicy(without('iam:PassRole', 'arn:aws:iam::*:role/web'))
  for (const call of callsOf(profiled)) {
    const { name, message } = await errorOf(client.send(call as CreateAutoScalingGroupCommand))
    expect([name, message.slice(0, invalid.length)]).toEqual(['ValidationError', invalid])
    expect(message).toContain('iam:PassRole')
  }
  sandbox.setPolicy(without('ec2:RunInstances'))
  const [create] = callsOf(plain)
  expect(await errorOf(client.send(create as CreateAutoScalingGroupCommand))).toMatchObject({
    name: 'ValidationError',
    message: expect.stringContaining('ec2:RunInstances') as string,
  })
  // Sizes are no launch of the caller's.
  await client.send(new UpdateAutoScalingGroupCommand({ AutoScalingGroupName: 'web', MaxSize: 4 }))
  sandbox.setPolicy(without('iam:PassRole', 'arn:aws:iam::*:role/other'))
  for (const call of callsOf(profiled)) await client.send(call as CreateAutoScalingGroupCommand)
})

test('a group has no lifecycle hooks, and one that is not there cannot be asked', async () => {
  const { client } = await scaled({}, { switches: { instanceProfiles: 'web' } })
  const asked = await client.send(new DescribeLifecycleHooksCommand({ AutoScalingGroupName: 'web' }))
  expect(asked.LifecycleHooks).toEqual([])
  const refused = client.send(new DescribeLifecycleHooksCommand({ AutoScalingGroupName: 'none' }))
  expect(await errorOf(refused)).toMatchObject({ name: 'ValidationError' })
})
