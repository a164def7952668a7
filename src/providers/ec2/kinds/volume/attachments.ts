import type { Instance, Volume } from '@aws-sdk/client-ec2'
import { beginWait } from '../../../../core/wait-sink.js'
import type { Attached, Effect, VolumeCloud } from '../../../../executor/ports.js'
import { isOfClass, hasAwsCode, providerError } from '../../errors/provider-errors.js'
import { vouchFor } from '../../tags/ownership.js'
import { usualMs } from '../../waiting/usual-times.js'
import type { Watcher } from '../../waiting/waiters.js'
import type { Ec2Api } from '../../wire/api.js'
import { forgetLaunched, justLaunched } from '../server/just-launched.js'
import { isEnding, readInstance } from '../server/read-instances.js'
import { freeDeviceNames } from './device-names.js'
import { readLastingVolume } from './read-volumes.js'
import { attachmentOf } from './volume-facts.js'

/** The EBS driver for Kubernetes measured 1 to 4 s, and takes more than 90 s for stuck; Terraform waits 5 minutes. */
const attachLimitMs = 5 * 60_000
const detachLimitMs = 5 * 60_000
/** An instance that is pending, or a volume that is creating, gets so long to become attachable. */
const attachableLimitMs = 5 * 60_000
/** `busy` means that the server still uses it; it may last for ever, so people are told soon. */
const busyReadingsMax = 12

/** How volumes come to servers and leave them. */
export function createAttachmentCalls(
  api: Ec2Api,
  volumes: Watcher<Volume>,
): Pick<VolumeCloud, 'attachVolume' | 'detachVolume'> {
  /** Names that are being given away right now, by instance: two attachments at once must not choose the same. */
  const reserved = new Map<string, Set<string>>()

  async function attachVolume(request: { readonly volumeId: string; readonly instanceId: string }): Promise<Attached> {
    const { volumeId, instanceId } = request
    const deadline = api.settings.clock.now() + attachableLimitMs * api.settings.timeoutScale
    const refused = new Set<string>()
    const tell = beginWait(api.settings.clock, `${volumeId} and ${instanceId} to be ready for each other`)
    // Both made a moment ago by this process: what EC2 refuses is read then.
    const launched = api.young.has(volumeId) ? justLaunched(api, instanceId) : undefined
    const name = launched && (await tryAttach(volumeId, launched, refused))
    if (name !== undefined) return { effect: 'done', deviceName: name }
    for (;;) {
      const instance = readInstance(api, instanceId)
      // Whether it is there matters only where the volume is free.
      instance.catch(() => undefined)
      const volume = await readLastingVolume(api, volumeId)
      if (volume === undefined) throw missing(volumeId)
      const attachment = attachmentOf(volume)
      if (attachment?.instanceId === instanceId && attachment.state !== 'detaching') {
        const { deviceName } = attachment
        if (attachment.state === 'attached') return { effect: 'unchanged', deviceName }
        await untilAttached(volumeId, instanceId)
        return { effect: 'done', deviceName }
      }
      if (attachment && attachment.state !== 'detaching') throw attachedElsewhere(volumeId, attachment.instanceId)
      const refusals = refused.size
      const deviceName = await tryAttach(volumeId, attachable(await instance, instanceId), refused)
      if (deviceName !== undefined) return { effect: 'done', deviceName }
      if (refused.size > refusals) continue
      if (api.settings.clock.now() >= deadline) throw outcomeTimedOut(volumeId, instanceId)
      tell(volume.State)
      await api.pause(2_000)
    }
  }

  /** The name under which it is attached; undefined: not in a state for it yet, or EC2 knows better than the last reading: look again. */
  async function tryAttach(volumeId: string, instance: Instance, refused: Set<string>): Promise<string | undefined> {
    const instanceId = instance.InstanceId ?? ''
    const taken = reserved.get(instanceId) ?? new Set<string>()
    reserved.set(instanceId, taken)
    const mapped = (instance.BlockDeviceMappings ?? []).flatMap(({ DeviceName }) => DeviceName ?? [])
    const name = freeDeviceNames([instance.RootDeviceName ?? '', ...mapped, ...taken, ...refused])[0]
    if (name === undefined) throw noNameLeft(instanceId)
    taken.add(name)
    try {
      await api.call('AttachVolume', { VolumeId: volumeId, InstanceId: instanceId, Device: name }, { seen: true })
      await untilAttached(volumeId, instanceId)
      forgetLaunched(api, instanceId)
      return name
    } catch (error) {
      // "Attachment point /dev/sdf is already in use": a mapping that DescribeInstances does not show.
      if (isOfClass(error, 'conflict')) refused.add(name)
      // Attached by a call whose answer was lost, or still leaving another server; the next reading tells.
      else if (!hasAwsCode(error, 'VolumeInUse', 'IncorrectState', 'IncorrectInstanceState')) throw error
      return undefined
    } finally {
      taken.delete(name)
    }
  }

  async function untilAttached(volumeId: string, instanceId: string): Promise<void> {
    await volumes.until(
      volumeId,
      (volume) => {
        const attachment = volume && attachmentOf(volume)
        return attachment?.instanceId === instanceId && attachment.state === 'attached' ? true : undefined
      },
      {
        what: `${volumeId} to be attached to ${instanceId}`,
        timeoutMs: attachLimitMs,
        usualMs: usualMs.volumeIsAttached,
        hint: 'an attachment that stays `attaching` is stuck: detach the volume in the AWS console, then apply again',
      },
    )
  }

  async function detachVolume(request: Parameters<VolumeCloud['detachVolume']>[0]): Promise<Effect> {
    const { volumeId, instanceId, owner } = request
    const vouched = await vouchFor(api, volumeId, owner, readLastingVolume)
    if (vouched === undefined) return 'unchanged'
    const attachment = attachmentOf(vouched.item)
    if (attachment === undefined) return 'unchanged'
    if (attachment.instanceId !== instanceId) throw attachedElsewhere(volumeId, attachment.instanceId)
    if (attachment.state !== 'detaching') {
      try {
        const { confirm } = vouched
        await api.call('DetachVolume', { VolumeId: volumeId, InstanceId: instanceId }, { seen: true, confirm })
      } catch (error) {
        if (!isAlreadyDetached(error) && !(await isLetGo(error, instanceId))) throw error
      }
    }
    await untilDetached(volumeId, instanceId)
    return 'done'
  }

  /** An instance that is shutting down lets its volumes go by itself. */
  async function isLetGo(error: unknown, instanceId: string): Promise<boolean> {
    if (!hasAwsCode(error, 'IncorrectState', 'IncorrectInstanceState', 'InvalidInstanceID.NotFound')) return false
    const instance = await readInstance(api, instanceId)
    return instance === undefined || isEnding(instance)
  }

  async function untilDetached(volumeId: string, instanceId: string): Promise<void> {
    let busyReadings = 0
    await volumes.until(
      volumeId,
      (volume) => {
        if (volume === undefined) return undefined
        const state = attachmentOf(volume)?.state
        if (state === undefined) return volume.State === 'available' ? true : undefined
        busyReadings = state === 'busy' ? busyReadings + 1 : 0
        if (busyReadings >= busyReadingsMax) throw busy(volumeId, instanceId)
        return undefined
      },
      {
        what: `${volumeId} to be detached from ${instanceId}`,
        timeoutMs: detachLimitMs,
        usualMs: usualMs.volumeIsDetached,
        hint: 'the server may still use it: unmount it there, or stop the server, then apply again',
      },
    )
  }

  return { attachVolume, detachVolume }
}

function attachable(instance: Instance | undefined, instanceId: string): Instance {
  if (instance === undefined || isEnding(instance)) throw missing(instanceId)
  return instance
}

/** Both are what EC2 says to a second DetachVolume: "Volume 'vol-…' is in the 'available' state." */
function isAlreadyDetached(error: unknown): boolean {
  if (hasAwsCode(error, 'InvalidAttachment.NotFound')) return true
  return hasAwsCode(error, 'IncorrectState') && /'available'/.test(error.message)
}

function missing(id: string) {
  return providerError('EC2_NOT_FOUND', 'absent', `${id} does not exist any more`, {
    hint: 'plan again to see what the stack has now',
  })
}

function attachedElsewhere(volumeId: NonNullable<Volume['VolumeId']>, instanceId: string) {
  return providerError('EC2_CONFLICT', 'conflict', `${volumeId} is attached to ${instanceId}`, {
    hint: 'it was moved since the plan was made; plan again',
  })
}

function busy(volumeId: string, instanceId: string) {
  return providerError(
    'EC2_DETACH_BUSY',
    'wait-state',
    `${volumeId} stays busy: the operating system of ${instanceId} still uses it`,
    {
      hint: 'unmount it in the server (`evenkeel exec ADDRESS -- findmnt` shows what is mounted), or stop the server; evenkeel never detaches by force',
      action: 'DetachVolume',
    },
  )
}

function noNameLeft(instanceId: string) {
  return providerError('EC2_NO_DEVICE_NAME', 'quota', `${instanceId} has no device name left for another volume`, {
    hint: 'attach fewer volumes to this server',
    action: 'AttachVolume',
  })
}

function outcomeTimedOut(volumeId: string, instanceId: string) {
  return providerError('EC2_TIMED_OUT', 'wait-state', `${volumeId} could not be attached to ${instanceId} in time`, {
    hint: 'the server must run or be stopped, and the volume be available in the same zone; look at both, then apply again',
    action: 'AttachVolume',
  })
}
