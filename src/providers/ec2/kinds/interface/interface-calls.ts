import type { NetworkInterface } from '@aws-sdk/client-ec2'
import { beginWait } from '../../../../core/wait-sink.js'
import type { Effect, InterfaceCloud, InterfaceRequest, Once, Owner } from '../../../../executor/ports.js'
import { isOfClass, providerError } from '../../errors/provider-errors.js'
import { readOwned, vouchFor, type Vouched } from '../../tags/ownership.js'
import { tagListOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import { tokenOf } from '../../wire/tokens.js'
import { readInstance } from '../server/read-instances.js'
import { readInterface, type TaggedInterface } from './read-interfaces.js'
import { onceFree, setInterface } from './set-interface.js'

/** Terraform gives a detachment 10 minutes. */
const limitMs = 10 * 60_000
const pauseMs = 2_000

type Removal = Parameters<InterfaceCloud['removeInterface']>[0]

/** How network interfaces come, are attached, change and go. */
export function createInterfaceCalls(api: Ec2Api): InterfaceCloud {
  return { ensureInterface, removeInterface }

  async function ensureInterface(request: InterfaceRequest & Once) {
    const { id, owner, groupIds, secondaryPrivateIps, sourceDestCheck } = request
    const found = id === undefined ? await create(request) : await readOwned(api, id, owner, readInterface)
    if (found === undefined) throw gone(id, owner)
    const effects: Effect[] = [id === undefined ? 'done' : 'unchanged']
    const asked = { groupIds, secondaryPrivateIps, sourceDestCheck }
    const readAgain = () => readOwned(api, found.NetworkInterfaceId ?? '', owner, readInterface)
    effects.push(await setInterface(api, found, asked, readAgain))
    effects.push(await keepAtEnd(found, request.instanceId), await attach(request, found.NetworkInterfaceId ?? ''))
    return {
      id: found.NetworkInterfaceId ?? '',
      privateIp: found.PrivateIpAddress ?? '',
      effect: effects.includes('done') ? ('done' as const) : ('unchanged' as const),
    }
  }

  async function create({ subnetId, groupIds, privateIp, tags, once }: InterfaceRequest & Once) {
    const input = {
      ClientToken: tokenOf(once, 0),
      SubnetId: subnetId,
      Groups: [...groupIds],
      ...(privateIp !== undefined && { PrivateIpAddress: privateIp }),
      TagSpecifications: [{ ResourceType: 'network-interface' as const, Tags: tagListOf(tags) }],
    }
    const { NetworkInterface = {} } = await onceFree(api, () => api.call('CreateNetworkInterface', input))
    api.young.note(NetworkInterface.NetworkInterfaceId ?? '')
    return NetworkInterface
  }

  /** Where somebody has told EC2 to delete it with its instance. One that is attached stays by itself. */
  async function keepAtEnd({ NetworkInterfaceId, Attachment }: NetworkInterface, instanceId: string): Promise<Effect> {
    if (Attachment?.DeleteOnTermination !== true || Attachment.InstanceId !== instanceId) return 'unchanged'
    const { AttachmentId } = Attachment
    const input = { NetworkInterfaceId, Attachment: { AttachmentId, DeleteOnTermination: false } }
    await api.call('ModifyNetworkInterfaceAttribute', input, { seen: true })
    return 'done'
  }

  async function attach({ owner, instanceId, takesFrom }: InterfaceRequest, id: string): Promise<Effect> {
    const holder = await detached(
      id,
      owner,
      (holds) => holds !== undefined && (holds === takesFrom || holds === instanceId),
      instanceId,
    )
    if (holder === instanceId) return 'unchanged'
    const instance = await readInstance(api, instanceId)
    const taken = new Set((instance?.NetworkInterfaces ?? []).map(({ Attachment }) => Attachment?.DeviceIndex ?? 0))
    let index = 1
    while (taken.has(index)) index += 1
    try {
      await api.call(
        'AttachNetworkInterface',
        { NetworkInterfaceId: id, InstanceId: instanceId, DeviceIndex: index },
        { seen: true },
      )
    } catch (error) {
      // By an attempt whose answer was lost.
      if (holderOf(await readOwned(api, id, owner, readInterface)) !== instanceId) throw error
    }
    return 'done'
  }

  /** The instance that it stays on; undefined once it is on none. */
  async function detached(
    id: string,
    owner: Owner,
    mayLeave: (holder: string | undefined) => boolean,
    stays?: string,
  ): Promise<string | undefined> {
    const { clock, timeoutScale } = api.settings
    const deadline = clock.now() + limitMs * timeoutScale
    const tell = beginWait(clock, `${id} to be detached`)
    for (let isAsked = false; ;) {
      const vouched: Vouched<TaggedInterface> | undefined = await vouchFor(api, id, owner, readInterface)
      if (vouched === undefined || vouched.item.Status === 'available') return undefined
      const { Attachment, Status } = vouched.item
      const holder = Attachment?.InstanceId
      if (stays !== undefined && holder === stays && Attachment?.Status !== 'detaching') return stays
      // EC2 does not always tell whose it is; what attaches itself, or is let go, is told in a moment.
      if (Attachment && Attachment.Status !== 'detaching' && !mayLeave(holder))
        throw attachedElsewhere(id, owner, holder)
      if (!isAsked && Attachment?.AttachmentId !== undefined && Attachment.Status !== 'detaching') {
        isAsked = true
        await api
          .call(
            'DetachNetworkInterface',
            { AttachmentId: Attachment.AttachmentId },
            { seen: true, confirm: vouched.confirm },
          )
          .catch((error: unknown) => {
            if (!isOfClass(error, 'absent')) throw error
          })
        continue
      }
      if (clock.now() >= deadline) throw stillAttached(id, owner, Status)
      tell(Status)
      await api.pause(pauseMs)
    }
  }

  async function removeInterface({ id, owner, instanceId }: Removal): Promise<Effect> {
    await detached(id, owner, (holder) => holder !== undefined && holder === instanceId)
    const vouched = await vouchFor(api, id, owner, readInterface)
    if (vouched === undefined) return 'unchanged'
    try {
      await api.call('DeleteNetworkInterface', { NetworkInterfaceId: id }, { seen: true, confirm: vouched.confirm })
    } catch (error) {
      if (!isOfClass(error, 'absent')) throw error
    }
    api.young.forget(id)
    return 'done'
  }
}

function holderOf(found: TaggedInterface | undefined): string | undefined {
  return found?.Attachment?.InstanceId
}

function gone(id: string | undefined, { address }: Owner) {
  return providerError('EC2_NOT_FOUND', 'absent', `${id} (${address}) does not exist any more`, {
    hint: 'it was deleted since the plan was made; plan again',
  })
}

function attachedElsewhere(id: string, { address }: Owner, holder = 'something that EC2 does not tell') {
  return providerError('EC2_CONFLICT', 'conflict', `${id} (${address}) is attached to ${holder} by now`, {
    hint: 'it was attached there since the plan was made; plan again',
  })
}

function stillAttached(id: string, { address }: Owner, status: string | undefined) {
  return providerError('EC2_TIMED_OUT', 'wait-state', `${id} (${address}) stayed ${status ?? 'attached'}`, {
    hint: 'apply again: it goes on from there',
    action: 'DetachNetworkInterface',
  })
}
