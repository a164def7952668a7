import type { Instance } from '@aws-sdk/client-ec2'
import { beginWait } from '../../../../core/wait-sink.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { usualMs } from '../../waiting/usual-times.js'
import type { Watcher } from '../../waiting/waiters.js'
import type { Ec2Api } from '../../wire/api.js'
import { launchFailed } from './launch.js'
import { isEnding } from './read-instances.js'

/** Terraform gives a start, as a launch, 10 minutes. */
export const runningLimitMs = 10 * 60_000
/** Chosen: room for an instance comes free within a minute or two, or not for hours; people are told then. */
const capacityPausesMs = [10_000, 20_000, 40_000, 60_000] as const
/** Right after StartInstances a reading may still say `stopped`; after so many in a row, some 25 seconds, it has come to nothing. */
const stoppedReadingsMax = 6

/**
 * Starts an instance that is stopped, and waits until it runs. EC2 may refuse for want of room, or take the request and
 * let the instance fall back to `stopped`: both are tried again for two minutes, and told then.
 */
export async function start(api: Ec2Api, instances: Watcher<Instance>, id: string): Promise<Instance> {
  const tell = beginWait(api.settings.clock, `EC2 to have room for ${id}`)
  for (const pauseMs of capacityPausesMs) {
    try {
      return await startOnce(api, instances, id)
    } catch (error) {
      if (!isOfClass(error, 'capacity')) throw error
      tell(error.awsCode ?? error.message)
      await api.pause(pauseMs)
    }
  }
  return startOnce(api, instances, id)
}

/** The request of a spot instance says only some time after its stop that it is stopped: up to a minute, as others have seen it. */
const requestPausesMs = [2_000, 5_000, 10_000, 15_000, 20_000, 30_000] as const

async function askToStart(api: Ec2Api, id: string): Promise<void> {
  const tell = beginWait(api.settings.clock, `the spot request of ${id} to show its stop`)
  for (const pauseMs of requestPausesMs) {
    try {
      await api.call('StartInstances', { InstanceIds: [id] }, { seen: true })
      return
    } catch (error) {
      if (!hasAwsCode(error, 'IncorrectSpotRequestState')) throw error
      tell('not disabled yet')
      await api.pause(pauseMs)
    }
  }
  await api.call('StartInstances', { InstanceIds: [id] }, { seen: true })
}

async function startOnce(api: Ec2Api, instances: Watcher<Instance>, id: string): Promise<Instance> {
  await askToStart(api, id)
  api.young.note(id)
  let hasBegun = false
  let stoppedReadings = 0
  const instance = await instances.until(
    id,
    (read) => {
      const state = read?.State?.Name
      hasBegun ||= state === 'pending'
      stoppedReadings = state === 'stopped' ? stoppedReadings + 1 : 0
      const cameToNothing = state === 'stopped' && (hasBegun || stoppedReadings >= stoppedReadingsMax)
      return state === 'running' || cameToNothing || (read && isEnding(read)) ? read : undefined
    },
    { what: `${id} to run`, timeoutMs: runningLimitMs, usualMs: usualMs.instanceRuns },
  )
  if (instance.State?.Name === 'stopped') throw startFailed(instance)
  if (isEnding(instance)) throw launchFailed(instance)
  return instance
}

/** EC2 took the request, and the instance is stopped again. */
export function startFailed({ InstanceId, StateReason, StateTransitionReason }: Instance) {
  const { Code = '', Message = '' } = StateReason ?? {}
  const reason = Message === '' ? (StateTransitionReason ?? '') : Message
  const isForRoom = /Capacity/.test(Code)
  return providerError(
    isForRoom ? 'EC2_CAPACITY' : 'EC2_LAUNCH_FAILED',
    isForRoom ? 'capacity' : 'wait-state',
    `EC2 began to start ${InstanceId}, and it is stopped again${reason === '' ? '' : `: ${reason}`}`,
    {
      hint: isForRoom
        ? 'it is as it was; apply again in some minutes, or choose another instance type in the stack file'
        : 'look at its state in the AWS console, then apply again',
      action: 'StartInstances',
    },
  )
}
