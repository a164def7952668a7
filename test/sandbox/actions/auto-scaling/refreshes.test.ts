import {
  CancelInstanceRefreshCommand,
  DescribeInstanceRefreshesCommand,
  RollbackInstanceRefreshCommand,
  StartInstanceRefreshCommand,
  UpdateAutoScalingGroupCommand,
  type AutoScalingClient,
  type InstanceRefresh,
  type RefreshPreferences,
} from '@aws-sdk/client-auto-scaling'
import { expect, test } from 'vitest'
import { errorOf, until } from '../../support.js'
import { aliveIn, groupOf, idsOf, inService, scaled, templateIn, type Scaled } from './support.js'

const web = { AutoScalingGroupName: 'web' }

async function refreshOf(client: AutoScalingClient): Promise<InstanceRefresh | undefined> {
  return (await client.send(new DescribeInstanceRefreshesCommand(web))).InstanceRefreshes?.[0]
}

async function ended(client: AutoScalingClient): Promise<InstanceRefresh> {
  const refresh = await until(
    () => refreshOf(client),
    (found) => found?.EndTime !== undefined,
  )
  return refresh!
}

/** A refresh of a group to another template, of a larger type. */
async function start({ client, ec2 }: Scaled, preferences: RefreshPreferences = {}): Promise<string> {
  const templateId = await templateIn(ec2, 'larger', { InstanceType: 't3.small' })
  const LaunchTemplate = { LaunchTemplateId: templateId, Version: '1' }
  const Preferences = { InstanceWarmup: 0, ...preferences }
  await client.send(new StartInstanceRefreshCommand({ ...web, DesiredConfiguration: { LaunchTemplate }, Preferences }))
  return templateId
}

test('a refresh replaces every member, and only then is the group of the new template', async () => {
  const world = await scaled({ DesiredCapacity: 3 })
  const { client, ec2, templateId } = world
  const before = idsOf(await inService(client, 3))
  const larger = await start(world)
  expect(await groupOf(client)).toMatchObject({ LaunchTemplate: { LaunchTemplateId: templateId } })
  expect(await ended(client)).toMatchObject({ Status: 'Successful', PercentageComplete: 100, InstancesToUpdate: 0 })
  const after = await inService(client, 3)
  expect(after.LaunchTemplate).toMatchObject({ LaunchTemplateId: larger, Version: '1' })
  expect(idsOf(after).filter((id) => before.includes(id))).toEqual([])
  expect((await aliveIn(ec2)).map(({ InstanceType }) => InstanceType)).toEqual(['t3.small', 't3.small', 't3.small'])
})

test('no fewer than the healthy share are in service, and one that launches first is never short', async () => {
  const world = await scaled({ DesiredCapacity: 3 }, { latencies: { instancePendingMs: 20, scalingScale: 0.002 } })
  const { client } = world
  await inService(client, 3)
  await start(world, { MinHealthyPercentage: 100, MaxHealthyPercentage: 110 })
  const counts = new Set<number>()
  await until(
    async () => {
      const states = (await groupOf(client))!.Instances!.map(({ LifecycleState }) => LifecycleState)
      counts.add(states.filter((state) => state === 'InService').length)
      return refreshOf(client)
    },
    (refresh) => refresh?.EndTime !== undefined,
  )
  expect(Math.min(...counts)).toBeGreaterThanOrEqual(3)
  expect(await refreshOf(client)).toMatchObject({ Status: 'Successful' })
  await inService(client, 3)
})

test('one at a time goes on, what is launched from is not changed meanwhile, and a cancelled one leaves a mixture', async () => {
  const world = await scaled({ DesiredCapacity: 2 }, { latencies: { instancePendingMs: 300, scalingScale: 0.02 } })
  const { client, templateId } = world
  await inService(client, 2)
  await start(world)
  const again = new StartInstanceRefreshCommand(web)
  expect(await errorOf(client.send(again))).toMatchObject({
    name: 'InstanceRefreshInProgressFault',
    message: 'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.',
  })
  const LaunchTemplate = { LaunchTemplateId: templateId, Version: '1' }
  const update = new UpdateAutoScalingGroupCommand({ ...web, LaunchTemplate })
  expect((await errorOf(client.send(update))).message).toContain('An active instance refresh')
  await until(
    () => refreshOf(client),
    (refresh) => (refresh?.PercentageComplete ?? 0) >= 50,
  )
  await client.send(new CancelInstanceRefreshCommand(web))
  expect(await ended(client)).toMatchObject({ Status: 'Cancelled' })
  expect(await groupOf(client)).toMatchObject({ LaunchTemplate: { LaunchTemplateId: templateId } })
  expect(await errorOf(client.send(new CancelInstanceRefreshCommand(web)))).toMatchObject({
    name: 'ActiveInstanceRefreshNotFoundFault',
  })
})

test('a refresh whose instances cannot be launched fails, and rolls back where it was asked to', async () => {
  const world = await scaled({ DesiredCapacity: 2 }, { latencies: { scalingScale: 0.0005, scalingMs: 0 } })
  const { client, sandbox, templateId, ec2 } = world
  await inService(client, 2)
  sandbox.setFaults({ capacity: { probability: 1, only: ['t3.small'] } })
  await start(world, { AutoRollback: true })
  const refresh = await ended(client)
  expect(refresh).toMatchObject({ Status: 'RollbackSuccessful', RollbackDetails: { PercentageCompleteOnRollback: 0 } })
  expect(refresh.StatusReason).toContain('did not become healthy')
  const group = await inService(client, 2)
  expect(group.LaunchTemplate).toMatchObject({ LaunchTemplateId: templateId })
  expect((await aliveIn(ec2)).map(({ InstanceType }) => InstanceType)).toEqual(['t3.micro', 't3.micro'])
})

test('one is rolled back by hand, and what matches is skipped', async () => {
  const world = await scaled({ DesiredCapacity: 2 }, { latencies: { instancePendingMs: 100, scalingScale: 0.02 } })
  const { client, templateId } = world
  await inService(client, 2)
  await start(world)
  await until(
    () => refreshOf(client),
    (refresh) => (refresh?.PercentageComplete ?? 0) >= 50,
  )
  await client.send(new RollbackInstanceRefreshCommand(web))
  expect(await ended(client)).toMatchObject({ Status: 'RollbackSuccessful' })
  const back = await inService(client, 2)
  expect(back.Instances?.map(({ LaunchTemplate }) => LaunchTemplate?.LaunchTemplateId)).toEqual([
    templateId,
    templateId,
  ])
  await client.send(new StartInstanceRefreshCommand({ ...web, Preferences: { SkipMatching: true } }))
  expect(await ended(client)).toMatchObject({ Status: 'Successful' })
  expect(idsOf(await inService(client, 2))).toEqual(idsOf(back))
})

test('it refuses preferences that contradict one another', async () => {
  const { client } = await scaled({ MinSize: 0, DesiredCapacity: 0 })
  const wrong: readonly RefreshPreferences[] = [
    { MinHealthyPercentage: 101 },
    { MaxHealthyPercentage: 110 },
    { MinHealthyPercentage: 50, MaxHealthyPercentage: 200 },
    { AutoRollback: true },
  ]
  for (const Preferences of wrong) {
    expect((await errorOf(client.send(new StartInstanceRefreshCommand({ ...web, Preferences })))).name).toBe(
      'ValidationError',
    )
  }
})
