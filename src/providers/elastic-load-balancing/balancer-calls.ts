import { beginWait } from '../../core/wait-sink.js'
import type { Effect, LoadBalancerCloud, MadeBalancer, Owner } from '../../executor/ports.js'
import { providerError, isOfClass } from '../ec2/errors/provider-errors.js'
import { readOwned, vouchFor } from '../ec2/tags/ownership.js'
import type { Ec2Api } from '../ec2/wire/api.js'
import { ensureBalancer, ensureGroup, ensureListeners, settleBalancer, settleGroup } from './ensure-parts.js'
import { readHealth, readTagged } from './read-balancers.js'
import { liveTarget, soleTargetOf } from './observe-balancers.js'

const pauseMs = 2_000
/** ELB User Guide: provisioning takes some minutes. */
const provisioningLimitMs = 15 * 60_000

/** Within this a deregistration shows (chosen). */
const seenLimitMs = 60_000

/** How load balancers come, change and go, with their target groups and listeners. */
export function createBalancerCalls(api: Ec2Api): LoadBalancerCloud {
  const { balancing } = api
  const { clock, timeoutScale } = api.settings
  return {
    async createLoadBalancer(request) {
      const targetGroupId = await ensureGroup(api, request)
      const { id, dnsName } = await ensureBalancer(api, request)
      await settleGroup(api, request, targetGroupId)
      await settleBalancer(api, request, id)
      await ensureListeners(api, request, id, targetGroupId)
      await untilActive(id, request.owner)
      return { id, dnsName, targetGroupId }
    },

    async modifyLoadBalancer({ id, instanceIds, ...request }) {
      const { owner } = request
      const current = await readOwned(api, id, owner, () => readTagged(balancing, id))
      if (current === undefined) throw gone(id, owner)
      const targetGroupId = await ensureGroup(api, request)
      const { dnsName } = await ensureBalancer(api, request)
      const isSwapped = await leadsElsewhere(id, targetGroupId)
      if (isSwapped && instanceIds.length > 0) {
        const Targets = instanceIds.map((Id) => ({ Id, Port: request.port }))
        await balancing.call('RegisterTargets', { TargetGroupArn: targetGroupId, Targets })
      }
      const changes = [
        await settleGroup(api, request, targetGroupId),
        await settleBalancer(api, request, id),
        await ensureListeners(api, request, id, targetGroupId),
      ]
      return {
        id,
        dnsName,
        targetGroupId,
        effect: isSwapped || changes.includes(true) ? 'done' : 'unchanged',
      } satisfies MadeBalancer & { effect: Effect }
    },

    async registerTarget({ id, owner, instanceId, port }) {
      await existing(id, owner)
      const known = await targetOf(id, instanceId, port)
      if (known !== undefined && known.state !== 'draining') return 'unchanged'
      await balancing.call('RegisterTargets', { TargetGroupArn: id, Targets: [{ Id: instanceId, Port: port }] })
      return 'done'
    },

    async awaitTarget({ id, owner, instanceId, port, timeoutSeconds, onState }) {
      const deadline = clock.now() + timeoutSeconds * 1000
      const tell = beginWait(clock, `${instanceId} to be healthy behind ${owner.address}`)
      for (let looks = 1; ; looks += 1) {
        const target = await targetOf(id, instanceId, port)
        if (target?.state === 'healthy') return looks === 1 ? 'unchanged' : 'done'
        const words = `${target?.state ?? 'not registered'}${target?.reason === undefined ? '' : `: ${target.reason}`}`
        onState(words)
        if (clock.now() >= deadline) throw notHealthy(instanceId, owner, words)
        tell(target?.state)
        await api.pause(pauseMs)
      }
    },

    async deregisterTarget({ id, owner, instanceId, port, onState }) {
      const vouched = await vouchFor(api, id, owner, () => readTagged(balancing, id))
      if (vouched === undefined) return 'unchanged'
      const meant = async () =>
        (await targetsOf(id, instanceId)).filter((target) => port === undefined || target.port === port)
      const registered = await meant()
      if (registered.length === 0) return 'unchanged'
      if (registered.some(({ state }) => state !== 'draining')) {
        const Targets = registered.map((target) => ({ Id: instanceId, Port: target.port }))
        await balancing.call('DeregisterTargets', { TargetGroupArn: id, Targets }, { confirm: vouched.confirm })
      }
      const deadline = clock.now() + seenLimitMs * timeoutScale
      const tell = beginWait(clock, `${instanceId} to finish what it does behind ${owner.address}`)
      for (;;) {
        const left = await meant()
        if (left.length === 0) return 'done'
        // Draining ends by itself; what was registered again meanwhile would be waited for without an end.
        const back = left.find(({ state }) => state !== 'draining')
        if (back && clock.now() >= deadline) throw registeredAgain(instanceId, owner, back.state)
        onState(back?.state ?? 'draining')
        tell(back?.state ?? 'draining')
        await api.pause(pauseMs)
      }
    },

    async readTargets(id) {
      try {
        return (await readHealth(balancing, id)).map(liveTarget)
      } catch (error) {
        if (isOfClass(error, 'absent')) return []
        throw error
      }
    },

    async deleteLoadBalancer({ owner, loadBalancerIds, targetGroupIds }) {
      const effects: Effect[] = []
      for (const id of loadBalancerIds) effects.push(await deleteBalancer(id, owner))
      for (const id of targetGroupIds) effects.push(await deleteGroup(id, owner))
      return effects.includes('done') ? 'done' : 'unchanged'
    },
  }

  async function untilActive(id: string, owner: Owner): Promise<void> {
    const deadline = clock.now() + provisioningLimitMs * timeoutScale
    const tell = beginWait(clock, `${owner.address} to be active`)
    for (;;) {
      const { LoadBalancers = [] } = await balancing.call('DescribeLoadBalancers', { LoadBalancerArns: [id] })
      const { Code, Reason } = LoadBalancers[0]?.State ?? {}
      if (Code === 'active' || Code === 'active_impaired') return
      if (Code === 'failed' || clock.now() >= deadline) {
        const message = `${owner.address} stayed ${Code ?? 'in no state'}${Reason === undefined ? '' : `: ${Reason}`}`
        const hint = 'look at it in the AWS console, then run the same command again: it goes on from there'
        throw providerError('EC2_TIMED_OUT', 'wait-state', message, { hint, action: 'CreateLoadBalancer' })
      }
      tell(Code)
      await api.pause(pauseMs)
    }
  }

  async function leadsElsewhere(id: string, targetGroupId: string): Promise<boolean> {
    const { Listeners = [] } = await balancing.call('DescribeListeners', { LoadBalancerArn: id })
    return Listeners.some((listener) => soleTargetOf(listener) !== targetGroupId)
  }

  async function existing(id: string, owner: Owner): Promise<void> {
    if ((await readOwned(api, id, owner, () => readTagged(balancing, id))) === undefined) throw gone(id, owner)
  }

  async function targetsOf(id: string, instanceId: string) {
    const all = await readHealth(balancing, id)
    return all.map(liveTarget).filter((target) => target.instanceId === instanceId)
  }

  async function targetOf(id: string, instanceId: string, port: number) {
    return (await targetsOf(id, instanceId)).find((target) => target.port === port)
  }

  /** Its listeners go with it; a protection that nobody asks for any more was lifted before. */
  async function deleteBalancer(id: string, owner: Owner): Promise<Effect> {
    const vouched = await vouchFor(api, id, owner, () => readTagged(balancing, id))
    if (vouched === undefined) return 'unchanged'
    await balancing.call(
      'ModifyLoadBalancerAttributes',
      { LoadBalancerArn: id, Attributes: [{ Key: 'deletion_protection.enabled', Value: 'false' }] },
      { confirm: vouched.confirm },
    )
    await balancing.call('DeleteLoadBalancer', { LoadBalancerArn: id }, { confirm: vouched.confirm })
    return 'done'
  }

  /** It is in use for some moments after its balancer went. */
  async function deleteGroup(id: string, owner: Owner): Promise<Effect> {
    const deadline = clock.now() + 60_000 * timeoutScale
    for (;;) {
      const vouched = await vouchFor(api, id, owner, () => readTagged(balancing, id))
      if (vouched === undefined) return 'unchanged'
      try {
        await balancing.call('DeleteTargetGroup', { TargetGroupArn: id }, { confirm: vouched.confirm })
        return 'done'
      } catch (error) {
        if (!isOfClass(error, 'wait-state') || clock.now() >= deadline) throw error
      }
      await api.pause(pauseMs)
    }
  }
}

function gone(id: string, { address }: Owner) {
  const hint = 'plan again to see what the stack has now'
  return providerError('EC2_NOT_FOUND', 'absent', `${id} (${address}) does not exist any more`, { hint })
}

function registeredAgain(instanceId: string, { address }: Owner, state: string) {
  const message = `${instanceId} was to leave ${address}, and is ${state} behind it again`
  const hint = 'somebody registered it meanwhile: see who, then run the same command again'
  return providerError('EC2_TIMED_OUT', 'wait-state', message, { hint, action: 'DeregisterTargets' })
}

function notHealthy(instanceId: string, { address }: Owner, words: string) {
  const message = `${instanceId} is not healthy behind ${address}: ${words}`
  const hint = 'see whether it answers at the port and path of `targets.health`, and lets the load balancer’s group in'
  return providerError('BALANCER_TARGET_UNHEALTHY', 'wait-state', message, { hint, action: 'DescribeTargetHealth' })
}
