import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import { beginWait } from '../../core/wait-sink.js'
import type { Owner } from '../../executor/ports.js'
import { providerError } from '../ec2/errors/provider-errors.js'
import type { Ec2Api } from '../ec2/wire/api.js'
import { readHealth } from '../elastic-load-balancing/read-balancers.js'
import { readGroup, type ScalingApi } from './read-groups.js'

const pauseMs = 2_000
/** Chosen: launches of a group take some minutes, and its health checks some more. */
const serviceLimitMs = 15 * 60_000
/** So many launches that failed one after the other are no accident. */
const failuresMax = 3

/** Waits until as many members as desired are in service, and healthy behind these target groups. */
export async function untilInService(
  api: Ec2Api,
  {
    name,
    owner,
    targetGroupIds,
    onState,
  }: {
    readonly name: string
    readonly owner: Owner
    readonly targetGroupIds: readonly string[]
    readonly onState: (words: string) => void
  },
): Promise<boolean> {
  const { clock, timeoutScale } = api.settings
  const deadline = clock.now() + serviceLimitMs * timeoutScale
  const startedAt = clock.now()
  const tell = beginWait(clock, `the members of ${owner.address} to be in service`)
  for (let looks = 1; ; looks += 1) {
    const group = await readGroup(api.scaling, name)
    const { desired, serving } = await servingIn(api, group, targetGroupIds)
    if (group && serving >= desired && !(group.Instances ?? []).some(isLeaving(group))) return looks > 1
    const words = `${serving} of ${desired} in service`
    onState(words)
    tell(words)
    const failure = await failureOf(api.scaling, name, startedAt)
    if (failure !== undefined || clock.now() >= deadline) throw notInService(owner, failure ?? words)
    await api.pause(pauseMs)
  }
}

/** On its way out, or in a zone that the group has left: Auto Scaling has one elsewhere come before it goes. */
function isLeaving({ AvailabilityZones = [] }: AutoScalingGroup) {
  return ({ LifecycleState, AvailabilityZone = '' }: NonNullable<AutoScalingGroup['Instances']>[number]) =>
    LifecycleState?.startsWith('Terminating') === true || !AvailabilityZones.includes(AvailabilityZone)
}

async function servingIn(api: Ec2Api, group: AutoScalingGroup | undefined, targetGroupIds: readonly string[]) {
  const members = (group?.Instances ?? []).filter(
    ({ LifecycleState, HealthStatus }) => LifecycleState === 'InService' && HealthStatus === 'Healthy',
  )
  const healthy = await Promise.all(
    targetGroupIds.map(async (id) => {
      const health = await readHealth(api.balancing, id)
      return new Set(
        health.flatMap(({ Target, TargetHealth }) => (TargetHealth?.State === 'healthy' ? [Target?.Id] : [])),
      )
    }),
  )
  const serving = members.filter(({ InstanceId }) => healthy.every((ids) => ids.has(InstanceId))).length
  return { desired: group?.DesiredCapacity ?? 0, serving }
}

/** What Auto Scaling says, where its last launches have failed one after the other. */
async function failureOf(scaling: ScalingApi, name: string, sinceMs: number): Promise<string | undefined> {
  const { Activities = [] } = await scaling.call('DescribeScalingActivities', {
    AutoScalingGroupName: name,
    MaxRecords: failuresMax,
  })
  const failed = Activities.filter(
    ({ StatusCode, StartTime }) => StatusCode === 'Failed' && (StartTime?.getTime() ?? 0) >= sinceMs - 1_000,
  )
  return failed.length < failuresMax ? undefined : failed[0]?.StatusMessage
}

function notInService({ address }: Owner, words: string) {
  const message = `the members of ${address} did not come into service: ${words}`
  const hint = 'correct what Auto Scaling says, or what its members run, and apply again: it goes on from there'
  return providerError('SCALING_NOT_IN_SERVICE', 'wait-state', message, { hint, action: 'DescribeScalingActivities' })
}
