import type { Instance } from '@aws-sdk/client-ec2'
import { beginWait } from '../../../../core/wait-sink.js'
import type { AllocatedAddress, Effect, ElasticIpCloud, Owned, Owner } from '../../../../executor/ports.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { operationTag } from '../../tags/operation-tag.js'
import { readOwned, vouchFor } from '../../tags/ownership.js'
import { tagListOf } from '../../tags/tag-lists.js'
import { createOnce } from '../../wire/create-once.js'
import { textOf } from '../../wire/text-of.js'
import type { Ec2Api } from '../../wire/api.js'
import { firstInterface } from '../server/option-words.js'
import { elasticIpOn } from '../server/public-address.js'
import { isEnding, readInstance } from '../server/read-instances.js'
import { readAddress, readTaggedAddresses, type Ec2Address } from './read-addresses.js'

/** An instance that starts or stops takes no address meanwhile; big ones take minutes. */
const restingLimitMs = 10 * 60_000
/** What was disassociated may be shown as associated for some moments. */
const spreadLimitMs = 60_000
const pauseMs = 2_000
/** So often is an instance asked for an address of its own that comes some moments after it lost an elastic one; not every subnet gives one. */
const ownAddressReadingsMax = 5

type AllocationRequest = Parameters<ElasticIpCloud['allocateAddress']>[0]
type AssociationRequest = Parameters<ElasticIpCloud['associateAddress']>[0]

/** How elastic addresses come, lead somewhere, and go. AllocateAddress takes no token: the operation's tag tells whether it was made already. */
export function createElasticIpCalls(api: Ec2Api): ElasticIpCloud {
  return {
    allocateAddress,
    associateAddress,
    disassociateAddress,
    releaseAddress,
  }

  async function allocateAddress({ tags, once }: AllocationRequest): Promise<AllocatedAddress> {
    const publicIps = new Map<string, string>()
    const noted = ({ AllocationId = '', PublicIp = '' }: Ec2Address) => {
      publicIps.set(AllocationId, PublicIp)
      return AllocationId
    }
    const id = await createOnce(api, {
      find: async () => (await readTaggedAddresses(api, operationTag, once)).map(noted).sort()[0],
      create: async () => {
        const specification = {
          ResourceType: 'elastic-ip',
          Tags: tagListOf({ ...tags, [operationTag]: once }),
        } as const
        return noted(await api.call('AllocateAddress', { Domain: 'vpc', TagSpecifications: [specification] }))
      },
    })
    api.young.note(id)
    return { id, publicIp: publicIps.get(id) ?? '' }
  }

  async function associateAddress(request: AssociationRequest) {
    const { id, owner, instanceId } = request
    const address = await readExisting({ id, owner })
    const publicIp = address.PublicIp ?? ''
    if (leadsTo(address, instanceId)) return { effect: 'unchanged', publicIp } as const
    if (isAssociated(address)) throw leadsElsewhere(address, owner)
    const target = targetOf(await untilReady(request, publicIp))
    try {
      await api.call('AssociateAddress', { AllocationId: id, ...target, AllowReassociation: false }, { seen: true })
    } catch (error) {
      if (!hasAwsCode(error, 'Resource.AlreadyAssociated')) throw error
      // By an attempt whose answer was lost, or by somebody in this moment.
      const now = await readExisting({ id, owner })
      if (!leadsTo(now, instanceId)) throw leadsElsewhere(now, owner, error)
    }
    api.young.note(id)
    return { effect: 'done', publicIp, publicDns: await nameOf(publicIp, instanceId) } as const
  }

  /** Waits until the instance takes an address. EC2 would push off one that it has, whatever AllowReassociation says. */
  async function untilReady({ instanceId, server }: AssociationRequest, publicIp: string): Promise<Instance> {
    const deadline = deadlineIn(restingLimitMs)
    const tell = beginWait(api.settings.clock, `${instanceId} to take an address`)
    for (;;) {
      const instance = await readOwned(api, instanceId, server, readInstance)
      if (instance === undefined || isEnding(instance)) throw gone(instanceId, server)
      const worn = elasticIpOn(instance)
      if (worn !== undefined && worn !== publicIp) throw wouldPushOff(worn, server)
      const state = instance.State?.Name
      if (state === 'running' || state === 'stopped') return instance
      if (isOver(deadline)) throw notReady(instance, server)
      tell(state)
      await api.pause(pauseMs)
    }
  }

  async function disassociateAddress({ id, owner, instanceId }: Owned & { readonly instanceId: string }) {
    const vouched = await vouchFor(api, id, owner, readAddress)
    if (vouched === undefined || !isAssociated(vouched.item))
      return withOwnAddress('unchanged', instanceId, vouched?.item)
    const { item: address, confirm } = vouched
    if (!leadsTo(address, instanceId)) throw leadsElsewhere(address, owner)
    try {
      await api.call('DisassociateAddress', { AssociationId: address.AssociationId ?? '' }, { seen: true, confirm })
    } catch (error) {
      if (!isOfClass(error, 'absent')) throw error
    }
    api.young.note(id)
    return withOwnAddress('done', instanceId, address)
  }

  /** EC2's name of the address that an instance has just been given: it is the instance's, and shown when the address is. */
  async function nameOf(publicIp: string, instanceId: string): Promise<string | undefined> {
    for (let reading = 1; ; reading += 1) {
      const instance = await readInstance(api, instanceId).catch(undefinedIfAbsent)
      if (instance?.PublicIpAddress === publicIp) return textOf(instance.PublicDnsName)
      if (instance === undefined || reading >= ownAddressReadingsMax) return undefined
      await api.pause(pauseMs)
    }
  }

  async function withOwnAddress(effect: Effect, instanceId: string, address: Ec2Address | undefined) {
    for (let reading = 1; ; reading += 1) {
      const instance = await readInstance(api, instanceId).catch(undefinedIfAbsent)
      const own = textOf(instance?.PublicIpAddress)
      if (own !== undefined && own !== address?.PublicIp)
        return { effect, publicIp: own, publicDns: textOf(instance?.PublicDnsName) }
      if (instance?.State?.Name !== 'running' || reading >= ownAddressReadingsMax)
        return { effect, publicIp: undefined }
      await api.pause(pauseMs)
    }
  }

  /** In a default VPC EC2 would disassociate it by itself: that it leads nowhere is looked at before. */
  async function releaseAddress({ id, owner }: Owned): Promise<Effect> {
    const deadline = deadlineIn(spreadLimitMs)
    for (;;) {
      const vouched = await vouchFor(api, id, owner, readAddress)
      if (vouched === undefined) return 'unchanged'
      const { item: address, confirm } = vouched
      if (!isAssociated(address)) {
        try {
          await api.call('ReleaseAddress', { AllocationId: id }, { seen: true, confirm })
          api.young.forget(id)
          return 'done'
        } catch (error) {
          if (isOfClass(error, 'absent')) return 'done'
          if (!hasAwsCode(error, 'InvalidIPAddress.InUse') || isOver(deadline)) throw error
        }
      } else if (!api.young.has(id) || isOver(deadline)) throw leadsElsewhere(address, owner)
      await api.pause(pauseMs)
    }
  }

  async function readExisting({ id, owner }: Owned): Promise<Ec2Address> {
    const address = await readOwned(api, id, owner, readAddress)
    if (address === undefined) throw gone(id, owner)
    return address
  }

  function deadlineIn(limitMs: number): number {
    return api.settings.clock.now() + limitMs * api.settings.timeoutScale
  }

  function isOver(deadline: number): boolean {
    return api.settings.clock.now() >= deadline
  }
}

/** EC2 takes an instance that has one interface alone; of others it leads to the first (EC2 API, AssociateAddress). */
function targetOf(instance: Instance) {
  const first = (instance.NetworkInterfaces ?? []).length > 1 ? firstInterface(instance) : undefined
  return first ? { NetworkInterfaceId: first.NetworkInterfaceId } : { InstanceId: instance.InstanceId }
}

function isAssociated({ AssociationId }: Ec2Address): boolean {
  return textOf(AssociationId) !== undefined
}

function leadsTo(address: Ec2Address, instanceId: string): boolean {
  return isAssociated(address) && address.InstanceId === instanceId
}

function undefinedIfAbsent(error: unknown): undefined {
  if (!isOfClass(error, 'absent')) throw error
}

function leadsElsewhere({ PublicIp, InstanceId }: Ec2Address, { address }: Owner, cause?: unknown) {
  const holder = textOf(InstanceId) ?? 'a network interface'
  return providerError('EC2_CONFLICT', 'conflict', `${address} (${PublicIp}) leads to ${holder} by now`, {
    hint: 'it was associated there since the plan was made; plan again',
    cause,
  })
}

function wouldPushOff(worn: string, { address }: Owner) {
  return providerError('EC2_CONFLICT', 'conflict', `${address} has the elastic address ${worn} by now`, {
    hint: 'it was associated since the plan was made; plan again',
    action: 'AssociateAddress',
  })
}

function notReady({ InstanceId, State }: Instance, { address }: Owner) {
  const message = `${InstanceId} (${address}) stayed ${State?.Name ?? 'in no state'}, in which EC2 associates no address`
  return providerError('EC2_TIMED_OUT', 'wait-state', message, {
    hint: 'look at it in the AWS console, then run the same command again: it goes on from there',
    action: 'AssociateAddress',
  })
}

function gone(id: string, owner: Owner) {
  return providerError('EC2_NOT_FOUND', 'absent', `${id} (${owner.address}) does not exist any more`, {
    hint: 'plan again to see what the stack has now',
  })
}
