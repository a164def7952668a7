import type { Instance } from '@aws-sdk/client-ec2'
import { unheard } from '../../../../core/wait-sink.js'
import { inWorkScope } from '../../../../core/work-scope.js'
import type { Owned, Owner, RunningServer, ServerCloud } from '../../../../executor/ports.js'
import { isOfClass, providerError } from '../../errors/provider-errors.js'
import { vouchFor, type Vouched } from '../../tags/ownership.js'
import { usualMs } from '../../waiting/usual-times.js'
import { watchById } from '../../waiting/watch-by-id.js'
import type { InputOf } from '../../wire/actions.js'
import type { Ec2Api } from '../../wire/api.js'
import { tokenOf, tokensMax } from '../../wire/tokens.js'
import { candidatesOf, firstWithRoom, hasNoRoom, launchedAsAny, type Candidate } from './candidates.js'
import { togetherWith } from './end-together.js'
import { noteLaunched } from './just-launched.js'
import { endedInLaunch, idsByIndex, launch, launchFailed, maySuitFewer } from './launch.js'
import { setInterface } from '../interface/set-interface.js'
import { firstInterface } from './option-words.js'
import { createOptionCalls } from './option-calls.js'
import { runningLimitMs, start, startFailed } from './start.js'
import { isEnding, readInstance, readInstances } from './read-instances.js'

/** Terraform gives each of them 10 minutes; big instances stop and end slowly. */
const stoppedLimitMs = 15 * 60_000
const terminatedLimitMs = 20 * 60_000
/** So many readings in a row must miss an instance that was told to terminate before it counts as gone. */
const absencesMin = 2
/** A launch that cannot be seen for so many readings is no longer a matter of eventual consistency (about 5 minutes). */
const launchAbsencesMax = 40

/** Chosen: what is waited for that long has a limit of its own. */
const watchedMs = 24 * 3_600_000
/** Chosen: most that only a running instance does is done by then. */
const watchFromMs = 15_000
/** So many readings in a row must miss an instance that has run before it counts as gone. */
const endAbsencesMin = 5

/** How servers come, change and go. */
export function createServerCalls(
  api: Ec2Api,
): Omit<
  ServerCloud,
  'readHostKeys' | 'readConsole' | 'readServerStatuses' | 'watchServers' | 'readScheduledEvents' | 'readReservations'
> {
  const instances = watchById(
    api,
    'instance-id',
    readInstances,
    ({ InstanceId }) => InstanceId,
    ({ State }) => State?.Name,
  )

  /** The instance in the moment before it is changed; rejects when it is not there or not ours. */
  async function vouchForExisting(id: string, owner: Owner): Promise<Vouched<Instance>> {
    const vouched = await vouchFor(api, id, owner, readInstance)
    if (vouched === undefined || isEnding(vouched.item)) throw gone(id, owner)
    return vouched
  }

  const readExisting = async (id: string, owner: Owner) => (await vouchForExisting(id, owner)).item

  const stopAll = togetherWith(api, 'StopInstances')
  const terminateAll = togetherWith(api, 'TerminateInstances')

  const untilRunning = (id: string, owner?: Owner): Promise<Instance> =>
    instances.until(
      id,
      (instance, absences) => {
        if (instance === undefined) {
          if (absences > launchAbsencesMax) throw gone(id, owner)
          return undefined
        }
        if (instance.State?.Name === 'running') return instance
        // A start that fails for want of capacity falls back to stopped; `ended` tells what became of a launch.
        return isEnding(instance) || instance.State?.Name === 'stopped' ? instance : undefined
      },
      { what: `${id} to run`, timeoutMs: runningLimitMs, usualMs: usualMs.instanceRuns },
    )

  const untilStopped = (id: string): Promise<Instance> =>
    instances.until(
      id,
      (instance) => (instance?.State?.Name === 'stopped' || (instance && isEnding(instance)) ? instance : undefined),
      {
        what: `${id} to stop`,
        timeoutMs: stoppedLimitMs,
        usualMs: usualMs.instanceStops,
        hint: 'its operating system may not react; look at its console, or stop it by force in the AWS console',
      },
    )

  const modify = (input: InputOf<'ModifyInstanceAttribute'>) =>
    api.call('ModifyInstanceAttribute', input, { seen: true })

  /** What was launched, once it runs; undefined where somebody has terminated it since. */
  async function launchedServer(id: string): Promise<RunningServer | undefined> {
    const instance = await untilRunning(id)
    if (instance.State?.Name === 'running') {
      noteLaunched(api, instance)
      return runningServer(instance)
    }
    // An earlier attempt launched it, and somebody stopped it since.
    if (instance.State?.Name === 'stopped') return runningServer(await start(api, instances, id))
    if (endedInLaunch(instance)) throw launchFailed(instance)
    return undefined
  }

  const createServer: ServerCloud['createServer'] = async ({ launched, once, ...request }) => {
    const candidates = candidatesOf(request, once)
    const [earlier] = launched === undefined ? await launchedAsAny(api, candidates) : []
    const id = launched ?? earlier?.InstanceId
    const known = id === undefined ? undefined : await launchedServer(id).catch(undefinedWithoutRoom(candidates))
    return known ?? firstWithRoom(api, candidates, launchAs)
  }

  async function launchAs({ request, once }: Candidate): Promise<RunningServer> {
    for (let burnt = 0; burnt < tokensMax; burnt += 1) {
      const [instance] = await launch(api, { request, token: tokenOf(once, burnt), count: 1 })
      if (instance === undefined) continue
      const id = instance.InstanceId ?? ''
      api.young.note(id)
      const server = await launchedServer(id)
      if (server !== undefined) return server
    }
    throw allTerminated()
  }

  const launchServers: ServerCloud['launchServers'] = async ({ count, once, ...request }) => {
    const candidates = candidatesOf(request, once)
    const earlier = await launchedAsAny(api, candidates)
    const instances =
      earlier.length > 0
        ? earlier
        : await firstWithRoom(api, candidates, (candidate) => launchAllAs(candidate, count)).catch((error: unknown) => {
            if (maySuitFewer(error)) return []
            throw error
          })
    if (instances.length === 0) return []
    const ids = idsByIndex(instances, count)
    for (const id of ids.values()) api.young.note(id)
    return Array.from({ length: count }, (_, index) => ids.get(index))
  }

  async function launchAllAs({ request, once }: Candidate, count: number): Promise<readonly Instance[]> {
    for (let burnt = 0; burnt < tokensMax; burnt += 1) {
      const instances = await launch(api, { request, token: tokenOf(once, burnt), count })
      if (instances.length > 0) return instances
    }
    throw allTerminated()
  }

  async function startServer({ id, owner }: Owned) {
    let instance = await readExisting(id, owner)
    const effect = instance.State?.Name === 'running' ? ('unchanged' as const) : ('done' as const)
    if (instance.State?.Name === 'stopping') instance = await untilStopped(id)
    if (instance.State?.Name === 'stopped') instance = await start(api, instances, id)
    else if (effect === 'done') instance = await untilRunning(id, owner)
    if (instance.State?.Name === 'stopped') throw startFailed(instance)
    if (instance.State?.Name !== 'running') throw launchFailed(instance)
    return { ...runningServer(instance), effect }
  }

  async function stopServer({ id, owner }: Owned) {
    const { item: instance, confirm } = await vouchForExisting(id, owner)
    if (instance.State?.Name === 'stopped') return 'unchanged'
    if (instance.State?.Name === 'pending') await untilRunning(id, owner)
    if (instance.State?.Name !== 'stopping') {
      await stopAll('', { id, confirm }).catch((error: unknown) => {
        throw isOfClass(error, 'permission') && error.awsCode === 'OperationNotPermitted'
          ? protectedFromStop(id, owner, error)
          : error
      })
    }
    const stopped = await untilStopped(id)
    if (isEnding(stopped)) throw gone(id, owner)
    return 'done'
  }

  async function rebootServer({ id, owner }: Owned) {
    const instance = await readExisting(id, owner)
    const state = instance.State?.Name
    if (state !== 'running') {
      throw providerError(
        'EC2_WRONG_STATE',
        'wait-state',
        `${id} (${owner.address}) is ${state}: it cannot be rebooted`,
        {
          hint: 'plan again: it changed since it was looked at',
          action: 'RebootInstances',
        },
      )
    }
    await api.call('RebootInstances', { InstanceIds: [id] }, { seen: true })
  }

  async function terminateServer({ id, owner }: Owned) {
    const vouched = await vouchFor(api, id, owner, readInstance)
    if (vouched === undefined || vouched.item.State?.Name === 'terminated') return 'unchanged'
    try {
      // A NotFound does not mean that it is gone: it may be running (EC2 Developer Guide, "Eventual consistency").
      await terminateAll('', { id, confirm: vouched.confirm })
    } catch (error) {
      throw isOfClass(error, 'permission') ? protectedServer(id, owner, error) : error
    }
    await instances.until(
      id,
      (read, absences) => (read?.State?.Name === 'terminated' || absences >= absencesMin ? true : undefined),
      { what: `${id} to terminate`, timeoutMs: terminatedLimitMs, usualMs: usualMs.instanceTerminates },
    )
    api.young.forget(id)
    return 'done'
  }

  function untilItEnds({ instanceId, signal }: { readonly instanceId: string; readonly signal: AbortSignal }) {
    const judge = (instance: Instance | undefined, absences: number) => {
      const state = instance?.State?.Name
      if (state === 'running' || state === 'pending' || (state === undefined && absences < endAbsencesMin))
        return undefined
      throw ended(instanceId, state)
    }
    const watch = () =>
      instances.until<never>(instanceId, judge, {
        what: `the end of ${instanceId}`,
        timeoutMs: watchedMs,
        usualMs: watchFromMs,
        rhythm: 'aside',
      })
    // What is waited for is what only a running instance does: that wait is told, and this one is not.
    return inWorkScope({ signal }, () => unheard(watch))
  }

  return {
    untilItEnds,
    createServer,
    launchServers,
    startServer,
    stopServer,
    rebootServer,
    terminateServer,
    ...createOptionCalls(api, vouchForExisting),
    setServerType: async ({ instanceId, type, owner }) => {
      const instance = await readExisting(instanceId, owner)
      if (instance.InstanceType === type) return 'unchanged'
      // A run that was killed may have told it to stop a moment ago.
      if (instance.State?.Name === 'stopping') await untilStopped(instanceId)
      await modify({ InstanceId: instanceId, InstanceType: { Value: type } })
      return 'done'
    },
    setServerUserData: async ({ instanceId, userData, owner }) => {
      const instance = await readExisting(instanceId, owner)
      if (instance.State?.Name === 'stopping') await untilStopped(instanceId)
      // What it is now is a call of its own to ask, and the same value again changes nothing.
      await modify({ InstanceId: instanceId, UserData: { Value: Buffer.from(userData, 'utf8') } })
      return 'done'
    },
    setServerGroups: async ({ instanceId, groupIds, owner }) => {
      const instance = await readExisting(instanceId, owner)
      const several = (instance.NetworkInterfaces ?? []).length > 1 ? firstInterface(instance) : undefined
      // EC2 takes them for an instance with one interface alone (EC2 API, ModifyInstanceAttribute).
      if (several) return setInterface(api, several, { groupIds })
      const wanted = [...new Set(groupIds)].sort()
      const current = (instance.SecurityGroups ?? []).map(({ GroupId }) => GroupId ?? '').sort()
      if (wanted.join() === current.join()) return 'unchanged'
      await modify({ InstanceId: instanceId, Groups: wanted })
      return 'done'
    },
    setServerProtection: async ({ instanceId, protect, owner }) => {
      await readExisting(instanceId, owner)
      await modify({ InstanceId: instanceId, DisableApiTermination: { Value: protect } })
      return 'done'
    },
  }
}

function runningServer(instance: Instance): RunningServer {
  return {
    id: instance.InstanceId ?? '',
    privateIp: instance.PrivateIpAddress === '' ? undefined : instance.PrivateIpAddress,
    publicIp: instance.PublicIpAddress === '' ? undefined : instance.PublicIpAddress,
    privateDns: instance.PrivateDnsName === '' ? undefined : instance.PrivateDnsName,
    publicDns: instance.PublicDnsName === '' ? undefined : instance.PublicDnsName,
    zone: instance.Placement?.AvailabilityZone ?? '',
    type: instance.InstanceType ?? '',
  }
}

/** What was launched and came to nothing for want of room leaves the way to the others. */
function undefinedWithoutRoom(candidates: readonly Candidate[]): (error: unknown) => undefined {
  return (error) => {
    if (candidates.length < 2 || !hasNoRoom(error)) throw error
    return undefined
  }
}

function allTerminated() {
  return providerError(
    'EC2_LAUNCH_FAILED',
    'conflict',
    'every instance that this step launched was terminated by somebody',
    {
      hint: 'find out who terminates them (CloudTrail, an instance scheduler), then apply again',
      action: 'RunInstances',
    },
  )
}

function ended(id: string, state: string | undefined) {
  return providerError('EC2_WRONG_STATE', 'wait-state', `${id} is ${state ?? 'gone'}: it cannot answer any more`, {
    hint: 'somebody stopped or terminated it while it was waited for, perhaps another run; apply again',
  })
}

function gone(id: string, owner: Owner | undefined) {
  return providerError(
    'EC2_NOT_FOUND',
    'absent',
    `${id}${owner ? ` (${owner.address})` : ''} does not exist any more`,
    {
      hint: 'plan again to see what the stack has now',
    },
  )
}

function protectedFromStop(id: string, owner: Owner, cause: unknown) {
  return providerError('EC2_PROTECTED', 'permission', `${id} (${owner.address}) is protected from stopping`, {
    hint: 'set `stopProtection: false` in the stack file and apply that first; where somebody switched it on by hand (`disableApiStop`), take it off in EC2',
    action: 'StopInstances',
    cause,
  })
}

function protectedServer(id: string, owner: Owner, cause: unknown) {
  return providerError('EC2_PROTECTED', 'permission', `${id} (${owner.address}) is protected from termination`, {
    hint: 'set `protect: false` in the stack file (and `stopProtection: false`, where it has that) and apply, then remove the server',
    action: 'TerminateInstances',
    cause,
  })
}
