import { randomUUID } from 'node:crypto'
import {
  sameTemplate,
  type InstanceRefresh,
  type RefreshPreferences,
  type ScalingGroup,
} from '../../model/auto-scaling/records.js'
import { stayingOf } from '../../scaling/capacity.js'
import { activeRefresh, rollBack, versionOf } from '../../scaling/refresh.js'
import { ApiError } from '../../wire/api-error.js'
import { boolean, integer, list, oneOf, oneOfMore, required, string, structure, type Parsed } from '../../wire/shape.js'
import type { XmlRecord } from '../../wire/xml.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { findGroup, invalid, pageOf } from './found.js'
import { readTemplate, renderTemplate, templateMembers } from './template.js'

const preferences = structure({
  MinHealthyPercentage: integer,
  MaxHealthyPercentage: integer,
  InstanceWarmup: integer,
  SkipMatching: boolean,
  AutoRollback: boolean,
  ScaleInProtectedInstances: oneOfMore(['Wait'], ['Refresh', 'Ignore']),
  StandbyInstances: oneOf('Terminate', 'Ignore', 'Wait'),
})

export const startInstanceRefresh = defineAction({
  name: 'StartInstanceRefresh',
  effect: 'writes',
  members: {
    AutoScalingGroupName: required(string),
    Strategy: oneOfMore(['Rolling'], ['ReplaceRootVolume']),
    DesiredConfiguration: structure({ LaunchTemplate: templateMembers }),
    Preferences: preferences,
  },
  run: ({ AutoScalingGroupName, DesiredConfiguration, Preferences = {} }, world) => {
    const group = findGroup(world, AutoScalingGroupName)
    if (activeRefresh(world, group.id)) {
      const message = 'An Instance Refresh is already in progress and blocks the execution of this Instance Refresh.'
      throw new ApiError('InstanceRefreshInProgress', message)
    }
    const asked = DesiredConfiguration?.LaunchTemplate
    const wanted = asked && readTemplate(world, asked, group)
    const read = readPreferences(group, Preferences)
    if (read.rollsBack && (wanted === undefined || group.template.version.startsWith('$'))) {
      throw invalid(
        'AutoRollback needs a desired configuration, and a launch template of the group whose version is a number.',
      )
    }
    const members = stayingOf(world, group)
    const target = wanted ?? group.template
    const isAsWanted = (template: typeof target) =>
      sameTemplate(template, { ...target, version: versionOf(world, target) })
    const old = members.filter(({ template }) => !read.skipsMatching || !isAsWanted(template))
    const refresh = world.instanceRefreshes.put({
      id: randomUUID(),
      sequence: world.nextSequence(),
      groupId: group.id,
      status: 'InProgress',
      reason: undefined,
      startedAtMs: world.now(),
      movedAtMs: world.now(),
      endedAtMs: undefined,
      preferences: read,
      wanted,
      total: old.length,
      oldIds: old.map(({ id }) => id),
      percent: 0,
      rollback: undefined,
    })
    return { InstanceRefreshId: refresh.id }
  },
})

function readPreferences(
  { warmupSeconds, graceSeconds }: ScalingGroup,
  given: Parsed<typeof preferences>,
): RefreshPreferences {
  const { MinHealthyPercentage: least = 90, MaxHealthyPercentage: most, InstanceWarmup } = given
  if (least < 0 || least > 100) throw invalid('MinHealthyPercentage must be between 0 and 100')
  if (most !== undefined && (most < 100 || most > 200 || most - least > 100)) {
    throw invalid('MaxHealthyPercentage must be between 100 and 200, and at most 100 above MinHealthyPercentage')
  }
  if (most !== undefined && given.MinHealthyPercentage === undefined) {
    throw invalid('If you specify MaxHealthyPercentage, you must also specify MinHealthyPercentage')
  }
  return {
    minHealthyPercentage: least,
    maxHealthyPercentage: most,
    warmupSeconds: InstanceWarmup ?? warmupSeconds ?? graceSeconds,
    skipsMatching: given.SkipMatching ?? false,
    rollsBack: given.AutoRollback ?? false,
  }
}

function activeIn(world: World, name: string): { readonly group: ScalingGroup; readonly refresh: InstanceRefresh } {
  const group = findGroup(world, name)
  const refresh = activeRefresh(world, group.id)
  if (refresh) return { group, refresh }
  const message = `No in progress or pending Instance Refresh found for Auto Scaling group ${name}`
  throw new ApiError('ActiveInstanceRefreshNotFound', message)
}

export const cancelInstanceRefresh = defineAction({
  name: 'CancelInstanceRefresh',
  effect: 'writes',
  members: { AutoScalingGroupName: required(string) },
  run: ({ AutoScalingGroupName }, world) => {
    const { refresh } = activeIn(world, AutoScalingGroupName)
    world.instanceRefreshes.put({ ...refresh, status: 'Cancelling', reason: 'Cancelled by user request.' })
    return { InstanceRefreshId: refresh.id }
  },
})

export const rollbackInstanceRefresh = defineAction({
  name: 'RollbackInstanceRefresh',
  effect: 'writes',
  members: { AutoScalingGroupName: required(string) },
  run: ({ AutoScalingGroupName }, world) => {
    const { group, refresh } = activeIn(world, AutoScalingGroupName)
    if (refresh.wanted === undefined || group.template.version.startsWith('$')) {
      const message = 'The instance refresh has no desired configuration, and cannot be rolled back.'
      throw new ApiError('IrreversibleInstanceRefresh', message)
    }
    rollBack(world, group, refresh, stayingOf(world, group), 'Rollback initiated by user request.')
    return { InstanceRefreshId: refresh.id }
  },
})

/** The latest first. */
export const describeInstanceRefreshes = defineAction({
  name: 'DescribeInstanceRefreshes',
  effect: 'reads',
  members: {
    AutoScalingGroupName: required(string),
    InstanceRefreshIds: list(string),
    MaxRecords: integer,
    NextToken: string,
  },
  run: ({ AutoScalingGroupName, InstanceRefreshIds: ids, ...page }, world) => {
    const all = world.instanceRefreshes
      .withKey(findGroup(world, AutoScalingGroupName).id)
      .toSorted((left, right) => right.sequence - left.sequence)
    const asked = all.filter(({ id }) => ids === undefined || ids.includes(id))
    const { items, NextToken } = pageOf(asked, page, { usual: 50, most: 100 })
    return { InstanceRefreshes: items.map((one) => render(world, AutoScalingGroupName, one)), NextToken }
  },
})

function render(world: World, name: string, refresh: InstanceRefresh): XmlRecord {
  const { endedAtMs, preferences: its, wanted, rollback, percent } = refresh
  const left = Math.max(0, refresh.total - Math.floor((refresh.total * percent) / 100))
  const isOver = endedAtMs !== undefined && refresh.status === 'Successful'
  return {
    InstanceRefreshId: refresh.id,
    AutoScalingGroupName: name,
    Status: refresh.status,
    StatusReason: refresh.reason,
    StartTime: new Date(refresh.startedAtMs),
    EndTime: endedAtMs === undefined ? undefined : new Date(endedAtMs),
    PercentageComplete: percent,
    InstancesToUpdate: isOver ? 0 : left,
    Preferences: {
      MinHealthyPercentage: its.minHealthyPercentage,
      MaxHealthyPercentage: its.maxHealthyPercentage,
      InstanceWarmup: its.warmupSeconds,
      SkipMatching: its.skipsMatching,
      AutoRollback: its.rollsBack,
    },
    DesiredConfiguration: wanted && { LaunchTemplate: renderTemplate(world, wanted) },
    RollbackDetails: rollback && {
      RollbackReason: rollback.reason,
      RollbackStartTime: new Date(rollback.startedAtMs),
      PercentageCompleteOnRollback: rollback.percent,
    },
    Strategy: 'Rolling',
  }
}
