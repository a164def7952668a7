import type { AutoScalingGroup } from '@aws-sdk/client-auto-scaling'
import { beginWait } from '../../core/wait-sink.js'
import type { Effect, Owner, ScalingGroupCloud, ScalingRequest } from '../../executor/ports.js'
import { tagKeys } from '../../model/tags.js'
import { hasAwsCode, isOfClass, providerError } from '../ec2/errors/provider-errors.js'
import { readLaunchTemplate } from '../ec2/kinds/launch-template/ledger-place.js'
import { lookUntilSeen, readOwned, vouchFor } from '../ec2/tags/ownership.js'
import { tagsOf } from '../ec2/tags/tag-lists.js'
import type { Ec2Api } from '../ec2/wire/api.js'
import { ensureTemplate } from './ensure-template.js'
import { scalingTagsOf } from './group-tags.js'
import { isActive, lastRefresh, readGroup, readGroupByArn } from './read-groups.js'
import { refreshGroup } from './refresh.js'
import { untilInService } from './in-service.js'

const pauseMs = 2_000
/** Chosen: members drain, and shut down. */
const deletionLimitMs = 30 * 60_000

/** How scaling groups come, change and go, with their launch templates. */
export function createGroupCalls(api: Ec2Api): ScalingGroupCloud {
  const { scaling } = api
  const { clock, timeoutScale } = api.settings
  return {
    async createScalingGroup({ template, tags, ...request }) {
      const { name, owner, min } = request
      const templateId = await ensureTemplate(api, owner, template)
      const found = await readGroup(scaling, name)
      if (found) checkOurs(found, owner, name)
      const there = found?.Status === undefined ? found : undefined
      if (!there) {
        if (found) await untilGone(found.AutoScalingGroupARN ?? '', owner, request.onState)
        try {
          await scaling.call('CreateAutoScalingGroup', {
            AutoScalingGroupName: name,
            LaunchTemplate: { LaunchTemplateId: templateId, Version: '1' },
            ...settings(request),
            DesiredCapacity: request.desired ?? min,
            TargetGroupARNs: [...request.targetGroupIds],
            Tags: scalingTagsOf(name, tags),
          })
        } catch (error) {
          if (!hasAwsCode(error, 'AlreadyExists', 'AlreadyExistsFault')) throw error
        }
      }
      // A first reading can be behind.
      const made = await lookUntilSeen(api, () => readGroup(scaling, name))
      if (!made) throw gone(name, owner)
      checkOurs(made, owner, name)
      const id = made.AutoScalingGroupARN ?? ''
      if (there) await settle(made, request)
      await untilInService(api, waiting(request))
      return { id }
    },

    async modifyScalingGroup({ id, ...request }) {
      const current = await readOwned(api, id, request.owner, readGroupByArn)
      if (!current) throw gone(id, request.owner)
      const isChanged = await settle(current, request)
      const hasWaited = await untilInService(api, waiting(request))
      return isChanged || hasWaited ? 'done' : 'unchanged'
    },

    refreshScalingGroup: (request) => refreshGroup(api, request),

    async deleteScalingGroup({ owner, id, name, templateIds, onState }) {
      const effects: Effect[] = []
      if (id !== undefined && name !== undefined) effects.push(await deleteGroup(id, name, owner, onState))
      for (const templateId of templateIds) effects.push(await deleteTemplate(templateId, owner))
      return effects.includes('done') ? 'done' : 'unchanged'
    },

    async deleteLaunchTemplates({ owner, name, templateIds }) {
      const group = await readGroup(scaling, name)
      const refresh = group && (await lastRefresh(scaling, name))
      const used = new Set([
        group?.LaunchTemplate?.LaunchTemplateId,
        ...(group?.Instances ?? []).map(({ LaunchTemplate }) => LaunchTemplate?.LaunchTemplateId),
        refresh && isActive(refresh) ? refresh.DesiredConfiguration?.LaunchTemplate?.LaunchTemplateId : undefined,
      ])
      const effects: Effect[] = []
      for (const id of templateIds) if (!used.has(id)) effects.push(await deleteTemplate(id, owner))
      return effects.includes('done') ? 'done' : 'unchanged'
    },
  }

  /** Sizes, places, health, protection, traffic and processes as the request says; whether anything had to be changed. */
  async function settle(group: AutoScalingGroup, request: ScalingRequest): Promise<boolean> {
    const { name, desired } = request
    const changes: boolean[] = []
    const wanted = settings(request)
    const isSame =
      group.MinSize === wanted.MinSize &&
      group.MaxSize === wanted.MaxSize &&
      (desired === undefined || group.DesiredCapacity === desired) &&
      sameSet((group.VPCZoneIdentifier ?? '').split(','), wanted.VPCZoneIdentifier?.split(',') ?? ['']) &&
      (wanted.AvailabilityZones === undefined || sameSet(group.AvailabilityZones ?? [], wanted.AvailabilityZones)) &&
      group.HealthCheckType === wanted.HealthCheckType &&
      group.HealthCheckGracePeriod === wanted.HealthCheckGracePeriod &&
      (group.DeletionProtection ?? 'none') === wanted.DeletionProtection
    if (!isSame) {
      const DesiredCapacity = desired === undefined ? {} : { DesiredCapacity: desired }
      // What is left out stays: subnets would hold the group where its zones are named now.
      const moved = wanted.VPCZoneIdentifier === undefined ? { VPCZoneIdentifier: '' } : {}
      const isMoved = wanted.VPCZoneIdentifier === undefined && (group.VPCZoneIdentifier ?? '') !== ''
      await scaling.call('UpdateAutoScalingGroup', {
        AutoScalingGroupName: name,
        ...wanted,
        ...DesiredCapacity,
        ...(isMoved && moved),
      })
      changes.push(true)
    }
    const present = group.TargetGroupARNs ?? []
    const added = request.targetGroupIds.filter((arn) => !present.includes(arn))
    const removed = present.filter((arn) => !request.targetGroupIds.includes(arn))
    if (added.length > 0) {
      await scaling.call('AttachLoadBalancerTargetGroups', { AutoScalingGroupName: name, TargetGroupARNs: added })
    }
    if (removed.length > 0) {
      await scaling.call('DetachLoadBalancerTargetGroups', { AutoScalingGroupName: name, TargetGroupARNs: removed })
    }
    const isSuspended = (group.SuspendedProcesses ?? []).length > 0
    if (isSuspended) await scaling.call('ResumeProcesses', { AutoScalingGroupName: name })
    return [...changes, added.length > 0, removed.length > 0, isSuspended].includes(true)
  }

  async function deleteGroup(
    id: string,
    name: string,
    owner: Owner,
    onState: (words: string) => void,
  ): Promise<Effect> {
    const vouched = await vouchFor(api, id, owner, readGroupByArn)
    if (vouched === undefined) return 'unchanged'
    const { confirm, item } = vouched
    if (item.Status === undefined && (item.DeletionProtection ?? 'none') !== 'none') {
      const DeletionProtection = 'none' as const
      await scaling.call('UpdateAutoScalingGroup', { AutoScalingGroupName: name, DeletionProtection }, { confirm })
    }
    if (item.Status === undefined) {
      await scaling.call('DeleteAutoScalingGroup', { AutoScalingGroupName: name, ForceDelete: true }, { confirm })
    }
    await untilGone(id, owner, onState)
    return 'done'
  }

  async function untilGone(id: string, owner: Owner, onState: (words: string) => void): Promise<void> {
    const deadline = clock.now() + deletionLimitMs * timeoutScale
    const tell = beginWait(clock, `the members of ${owner.address} to end`)
    for (;;) {
      const left = await readGroupByArn(api, id)
      if (!left) return
      const members = (left.Instances ?? []).map(({ InstanceId }) => InstanceId)
      const words =
        members.length === 0 ? 'its group goes' : `${members.length} left: ${members.slice(0, 3).join(', ')}`
      onState(words)
      tell(words)
      if (clock.now() >= deadline) throw notEnding(owner, words)
      await api.pause(pauseMs)
    }
  }

  async function deleteTemplate(id: string, owner: Owner): Promise<Effect> {
    const vouched = await vouchFor(api, id, owner, readLaunchTemplate)
    if (vouched === undefined) return 'unchanged'
    try {
      await api.call('DeleteLaunchTemplate', { LaunchTemplateId: id }, { confirm: vouched.confirm })
    } catch (error) {
      if (!isOfClass(error, 'absent')) throw error
    }
    return 'done'
  }
}

function settings({ min, max, zones, subnetIds, health, protect }: ScalingRequest) {
  return {
    MinSize: min,
    MaxSize: max,
    ...(subnetIds.length > 0 ? { VPCZoneIdentifier: subnetIds.join(',') } : { AvailabilityZones: [...zones] }),
    HealthCheckType: health.check === 'load-balancer' ? 'ELB' : 'EC2',
    HealthCheckGracePeriod: health.graceSeconds,
    DeletionProtection: protect ? ('prevent-all-deletion' as const) : ('none' as const),
  } satisfies object as {
    MinSize: number
    MaxSize: number
    VPCZoneIdentifier?: string
    AvailabilityZones?: string[]
    HealthCheckType: string
    HealthCheckGracePeriod: number
    DeletionProtection: 'prevent-all-deletion' | 'none'
  }
}

function waiting({ name, owner, targetGroupIds, awaitsTraffic, onState }: ScalingRequest) {
  return { name, owner, targetGroupIds: awaitsTraffic ? targetGroupIds : [], onState }
}

function checkOurs({ Tags, AutoScalingGroupARN }: AutoScalingGroup, owner: Owner, name: string): void {
  const tags = tagsOf(Tags)
  const names: readonly (string | undefined)[] = [owner.address, ...(owner.formerly ?? [])]
  if (tags[tagKeys.stack] === owner.stack && names.includes(tags[tagKeys.address])) return
  const message = `${name} is in use by something that is not ${owner.address} of stack ${owner.stack}: ${AutoScalingGroupARN}`
  throw providerError('EC2_CONFLICT', 'conflict', message, {
    hint: 'rename the entry, or delete that group if nothing needs it',
  })
}

function gone(id: string, { address }: Owner) {
  const hint = 'plan again to see what the stack has now'
  return providerError('EC2_NOT_FOUND', 'absent', `${id} (${address}) does not exist any more`, { hint })
}

function notEnding({ address }: Owner, words: string) {
  const message = `${address} still has members: ${words}`
  const hint = 'look at them in the AWS console, then run the same command again: it goes on from there'
  return providerError('EC2_TIMED_OUT', 'wait-state', message, { hint, action: 'DeleteAutoScalingGroup' })
}

function sameSet(left: readonly string[], right: readonly string[]): boolean {
  return [...left].sort().join(' ') === [...right].sort().join(' ')
}
