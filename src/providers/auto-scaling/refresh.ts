import type { AutoScalingGroup, InstanceRefresh } from '@aws-sdk/client-auto-scaling'
import { beginWait } from '../../core/wait-sink.js'
import type { Effect, Owner, ScalingGroupCloud } from '../../executor/ports.js'
import { hasAwsCode, providerError } from '../ec2/errors/provider-errors.js'
import { vouchFor } from '../ec2/tags/ownership.js'
import type { Ec2Api } from '../ec2/wire/api.js'
import { ensureTemplate } from './ensure-template.js'
import { isActive, lastRefresh, leadsForward, readGroupByArn } from './read-groups.js'

const pauseMs = 2_000
/** Its templates have no other. */
const ownVersion = '1'

type RefreshRequest = Parameters<ScalingGroupCloud['refreshScalingGroup']>[0]

/**
 * Has all members replaced by such of the template. A refresh that goes there already, from a run that was killed, is
 * waited for; one that goes elsewhere is cancelled before.
 */
export async function refreshGroup(api: Ec2Api, request: RefreshRequest): Promise<Effect> {
  const { id, owner } = request
  const vouched = await vouchFor(api, id, owner, readGroupByArn)
  if (!vouched) {
    const hint = 'plan again to see what the stack has now'
    throw providerError('EC2_NOT_FOUND', 'absent', `${id} (${owner.address}) does not exist any more`, { hint })
  }
  const templateId = await ensureTemplate(api, owner, request.template)
  const running = await activeRefresh(api, request.name)
  if (!running || !leadsTo(running, templateId)) {
    if (running) await cancel(api, request, vouched.confirm)
    await start(api, request, { templateId, group: vouched.item }, vouched.confirm)
  }
  const { Status, StatusReason = 'it gave no reason' } = await untilOver(api, request)
  if (Status === 'Successful') return 'done'
  throw notRefreshed(owner, Status, StatusReason)
}

async function activeRefresh(api: Ec2Api, name: string): Promise<InstanceRefresh | undefined> {
  const last = await lastRefresh(api.scaling, name)
  return last && isActive(last) ? last : undefined
}

/** One that goes back goes nowhere else. */
function leadsTo(refresh: InstanceRefresh, templateId: string): boolean {
  const { LaunchTemplateId, Version } = refresh.DesiredConfiguration?.LaunchTemplate ?? {}
  return leadsForward(refresh) && LaunchTemplateId === templateId && Version === ownVersion
}

async function start(
  api: Ec2Api,
  { name, refresh }: RefreshRequest,
  { templateId, group }: { readonly templateId: string; readonly group: AutoScalingGroup },
  confirm: () => Promise<void>,
): Promise<void> {
  // It goes back to a version that has a number, and to no other (API reference, RefreshPreferences).
  const canRollBack = /^\d+$/.test(group.LaunchTemplate?.Version ?? '')
  try {
    await api.scaling.call(
      'StartInstanceRefresh',
      {
        AutoScalingGroupName: name,
        Strategy: 'Rolling',
        DesiredConfiguration: { LaunchTemplate: { LaunchTemplateId: templateId, Version: ownVersion } },
        Preferences: {
          MinHealthyPercentage: refresh.minHealthy,
          ...(refresh.maxHealthy !== undefined && { MaxHealthyPercentage: refresh.maxHealthy }),
          ...(refresh.warmupSeconds !== undefined && { InstanceWarmup: refresh.warmupSeconds }),
          SkipMatching: true,
          ...(canRollBack && { AutoRollback: refresh.rollback }),
        },
      },
      { confirm },
    )
  } catch (error) {
    if (!hasAwsCode(error, 'InstanceRefreshInProgress', 'InstanceRefreshInProgressFault')) throw error
    // Of an attempt whose answer was lost.
    const begun = await activeRefresh(api, name)
    if (!begun || !leadsTo(begun, templateId)) throw error
  }
}

/** Waits until it has ended; members that are on their way come and go before. */
async function cancel(api: Ec2Api, request: RefreshRequest, confirm: () => Promise<void>): Promise<void> {
  try {
    await api.scaling.call('CancelInstanceRefresh', { AutoScalingGroupName: request.name }, { confirm })
  } catch (error) {
    if (!hasAwsCode(error, 'ActiveInstanceRefreshNotFound', 'ActiveInstanceRefreshNotFoundFault')) throw error
  }
  await untilOver(api, request)
}

async function untilOver(api: Ec2Api, { name, owner, onProgress }: RefreshRequest): Promise<InstanceRefresh> {
  const tell = beginWait(api.settings.clock, `the members of ${owner.address} to be replaced`)
  for (;;) {
    const found = await lastRefresh(api.scaling, name)
    if (found && !isActive(found)) return found
    const { Status = 'Pending', StatusReason, PercentageComplete = 0 } = found ?? {}
    const state = Status === 'InProgress' ? `${PercentageComplete}% replaced` : Status
    const words = StatusReason === undefined ? state : `${state}: ${StatusReason}`
    onProgress(PercentageComplete, words)
    tell(words)
    await api.pause(pauseMs)
  }
}

/** What is left behind, by how it ended. */
const endings: Readonly<Record<string, string>> = {
  RollbackSuccessful: 'was given up, and its members are as before again',
  RollbackFailed: 'was given up, and so was the way back: its members are of both templates',
  Cancelled: 'was cancelled: its members are of both templates',
  Failed: 'failed: its members are of both templates',
}

function notRefreshed({ address }: Owner, status = '', reason: string) {
  const ending = endings[status] ?? `ended as ${status}`
  const hint = 'correct what it launches, and apply again; `evenkeel show` tells its members'
  return providerError('SCALING_REFRESH_FAILED', 'wait-state', `the refresh of ${address} ${ending} (${reason})`, {
    hint,
    action: 'StartInstanceRefresh',
  })
}
