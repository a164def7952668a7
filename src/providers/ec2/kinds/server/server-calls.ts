import type { Instance } from '@aws-sdk/client-ec2'
import type { CloudPort, LaunchRequest, Once, Owned, Owner, RunningServer } from '../../../../executor/ports.js'
import type { Ec2Api } from '../../wire/api.js'
import type { InputOf } from '../../wire/actions.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { filtersOf, readAll } from '../../wire/pages.js'
import { tagListOf } from '../../live-facts.js'
import { readOwned } from '../../ownership.js'
import { tokenOf, tokensMax } from '../../wire/tokens.js'
import type { Watchers } from '../../waiting/watchers.js'

/** Terraform gives each of them 10 minutes; big instances stop and end slowly. */
const runningLimitMs = 10 * 60_000
const stoppedLimitMs = 15 * 60_000
const terminatedLimitMs = 20 * 60_000
/** So many readings in a row must miss an instance that was told to terminate before it counts as gone. */
const absencesMin = 2
/** A launch that cannot be seen for so many readings is no longer a matter of eventual consistency (about 5 minutes). */
const launchAbsencesMax = 40

type ServerPart = Pick<
  CloudPort,
  | 'createServer'
  | 'startServer'
  | 'stopServer'
  | 'setServerType'
  | 'setServerGroups'
  | 'setServerProtection'
  | 'terminateServer'
>

/** What evenkeel does with instances. */
export function createServerPart(api: Ec2Api, { instances }: Watchers): ServerPart {
  /** The instance in the moment before it is changed; rejects when it is not there or not ours. */
  async function readExisting(id: string, owner: Owner): Promise<Instance> {
    const instance = await readOwned(api, id, owner, () => readInstance(api, id))
    if (instance === undefined || isEnding(instance)) throw gone(id, owner)
    return instance
  }

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
      { what: `${id} to run`, timeoutMs: runningLimitMs },
    )

  const untilStopped = (id: string): Promise<Instance> =>
    instances.until(
      id,
      (instance) => (instance?.State?.Name === 'stopped' || (instance && isEnding(instance)) ? instance : undefined),
      {
        what: `${id} to stop`,
        timeoutMs: stoppedLimitMs,
        hint: 'its operating system may not react; look at its console, or stop it by force in the AWS console',
      },
    )

  const modify = (input: InputOf<'ModifyInstanceAttribute'>) =>
    api.call('ModifyInstanceAttribute', input, { seen: true })

  async function createServer(request: LaunchRequest & Once): Promise<RunningServer> {
    for (let burnt = 0; burnt < tokensMax; burnt += 1) {
      const launched = await launch(api, request, tokenOf(request.once, burnt))
      if (launched === undefined) continue
      const id = launched.InstanceId ?? ''
      api.young.note(id)
      const instance = await untilRunning(id)
      if (instance.State?.Name === 'running') return runningServer(instance)
      if (instance.State?.Name === 'stopped') {
        // An earlier attempt launched it, and somebody stopped it since.
        await api.call('StartInstances', { InstanceIds: [id] }, { seen: true })
        return runningServer(await untilRunning(id))
      }
      if (endedInLaunch(instance)) throw launchFailed(instance)
    }
    throw providerError(
      'EC2_LAUNCH_FAILED',
      'conflict',
      'every instance that this step launched was terminated by somebody',
      {
        hint: 'find out who terminates them (CloudTrail, an instance scheduler), then apply again',
        action: 'RunInstances',
      },
    )
  }

  async function startServer({ id, owner }: Owned) {
    let instance = await readExisting(id, owner)
    const effect = instance.State?.Name === 'running' ? ('unchanged' as const) : ('done' as const)
    if (instance.State?.Name === 'stopping') instance = await untilStopped(id)
    if (instance.State?.Name === 'stopped') {
      await api.call('StartInstances', { InstanceIds: [id] }, { seen: true })
      api.young.note(id)
    }
    if (effect === 'done') {
      // Right after StartInstances a reading may still say `stopped`.
      instance = await instances.until(
        id,
        (read) => (read?.State?.Name === 'running' || (read && isEnding(read)) ? read : undefined),
        { what: `${id} to run`, timeoutMs: runningLimitMs },
      )
    }
    if (instance.State?.Name !== 'running') throw launchFailed(instance)
    return { ...runningServer(instance), effect }
  }

  async function stopServer({ id, owner }: Owned) {
    const instance = await readExisting(id, owner)
    if (instance.State?.Name === 'stopped') return 'unchanged'
    if (instance.State?.Name === 'pending') await untilRunning(id, owner)
    if (instance.State?.Name !== 'stopping') await api.call('StopInstances', { InstanceIds: [id] }, { seen: true })
    const stopped = await untilStopped(id)
    if (isEnding(stopped)) throw gone(id, owner)
    return 'done'
  }

  async function terminateServer({ id, owner }: Owned) {
    const instance = await readOwned(api, id, owner, () => readInstance(api, id))
    if (instance === undefined || instance.State?.Name === 'terminated') return 'unchanged'
    try {
      // A NotFound does not mean that it is gone: it may be running (EC2 Developer Guide, "Eventual consistency").
      await api.call('TerminateInstances', { InstanceIds: [id] }, { seen: true })
    } catch (error) {
      throw isOfClass(error, 'permission') ? protectedServer(id, owner, error) : error
    }
    await instances.until(
      id,
      (read, absences) => (read?.State?.Name === 'terminated' || absences >= absencesMin ? true : undefined),
      { what: `${id} to terminate`, timeoutMs: terminatedLimitMs },
    )
    api.young.forget(id)
    return 'done'
  }

  return {
    createServer,
    startServer,
    stopServer,
    terminateServer,
    setServerType: async ({ instanceId, type, owner }) => {
      const instance = await readExisting(instanceId, owner)
      if (instance.InstanceType === type) return 'unchanged'
      await modify({ InstanceId: instanceId, InstanceType: { Value: type } })
      return 'done'
    },
    setServerGroups: async ({ instanceId, groupIds, owner }) => {
      const instance = await readExisting(instanceId, owner)
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

/** The instance that this token stands for; undefined when the token is burnt: its instance has been terminated since. */
async function launch(api: Ec2Api, request: LaunchRequest, token: string): Promise<Instance | undefined> {
  try {
    const output = await api.call('RunInstances', launchInput(request, token))
    const instance = output.Instances?.[0]
    // A new launch is `pending` in the answer, also one that will fail; only an older one can have ended in it.
    return instance !== undefined && isEnding(instance) ? undefined : instance
  } catch (error) {
    if (hasAwsCode(error, 'IdempotentInstanceTerminated')) return undefined
    if (!hasAwsCode(error, 'IdempotentParameterMismatch')) throw error
    const earlier = await readByToken(api, token)
    if (earlier === undefined || isEnding(earlier)) return undefined
    throw providerError(
      'EC2_CONFLICT',
      'conflict',
      `an earlier attempt at this step launched ${earlier.InstanceId} with other settings`,
      {
        hint: 'plan again: the instance carries this stack’s tags, and the plan will say what to do with it',
        cause: error,
      },
    )
  }
}

function launchInput(request: LaunchRequest, token: string): InputOf<'RunInstances'> {
  const { rootVolume, subnetId, zone, userData } = request
  return {
    ClientToken: token,
    MinCount: 1,
    MaxCount: 1,
    ImageId: request.imageId,
    InstanceType: request.type as NonNullable<InputOf<'RunInstances'>['InstanceType']>,
    KeyName: request.keyName,
    SecurityGroupIds: [...request.groupIds],
    ...(subnetId === undefined ? {} : { SubnetId: subnetId }),
    ...(subnetId !== undefined || zone === undefined ? {} : { Placement: { AvailabilityZone: zone } }),
    ...(userData === undefined ? {} : { UserData: Buffer.from(userData, 'utf8').toString('base64') }),
    BlockDeviceMappings: [
      {
        DeviceName: request.rootDeviceName,
        Ebs: {
          DeleteOnTermination: true,
          ...(rootVolume.sizeGiB === undefined ? {} : { VolumeSize: rootVolume.sizeGiB }),
          ...(rootVolume.type === undefined ? {} : { VolumeType: rootVolume.type }),
        },
      },
    ],
    // Without it an image may allow IMDSv1, which hands the instance's credentials to any server-side request forgery.
    MetadataOptions: { HttpTokens: 'required' },
    DisableApiTermination: request.protect,
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tagListOf(request.tags) },
      ...(Object.keys(request.rootVolumeTags).length === 0
        ? []
        : [{ ResourceType: 'volume' as const, Tags: tagListOf(request.rootVolumeTags) }]),
    ],
  }
}

async function readInstance(api: Ec2Api, id: string): Promise<Instance | undefined> {
  const output = await api.call('DescribeInstances', { InstanceIds: [id] })
  return output.Reservations?.flatMap(({ Instances }) => Instances ?? [])[0]
}

async function readByToken(api: Ec2Api, token: string): Promise<Instance | undefined> {
  const found = await readAll(
    api,
    'DescribeInstances',
    { Filters: filtersOf([{ Name: 'client-token', Values: [token] }]) },
    ({ Reservations }) => Reservations?.flatMap(({ Instances }) => Instances ?? []),
  )
  return found.find((instance) => !isEnding(instance)) ?? found[0]
}

function runningServer(instance: Instance): RunningServer {
  return {
    id: instance.InstanceId ?? '',
    privateIp: instance.PrivateIpAddress === '' ? undefined : instance.PrivateIpAddress,
    publicIp: instance.PublicIpAddress === '' ? undefined : instance.PublicIpAddress,
    zone: instance.Placement?.AvailabilityZone ?? '',
  }
}

function isEnding(instance: Instance): boolean {
  return instance.State?.Name === 'shutting-down' || instance.State?.Name === 'terminated'
}

/** Whether EC2 ended it while launching, by its StateReason: people and operating systems end instances with other words. */
function endedInLaunch(instance: Instance): boolean {
  const code = instance.StateReason?.Code
  return code !== undefined && code !== '' && !/UserInitiatedShutdown|InstanceInitiatedShutdown/.test(code)
}

function launchFailed(instance: Instance) {
  const { Code = '', Message = '' } = instance.StateReason ?? {}
  const reason = Message.includes(Code) ? Message : `${Code}: ${Message}`
  return providerError(
    'EC2_LAUNCH_FAILED',
    /Capacity/.test(Code) ? 'capacity' : /LimitExceeded/.test(Code) ? 'quota' : 'bad-request',
    `EC2 ended ${instance.InstanceId} while it was starting${reason === ': ' ? '' : `: ${reason}`}`,
    {
      hint: 'the reasons are explained in the EC2 User Guide, "Instance terminates immediately"; correct it and apply again',
      action: 'RunInstances',
    },
  )
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

function protectedServer(id: string, owner: Owner, cause: unknown) {
  return providerError('EC2_PROTECTED', 'permission', `${id} (${owner.address}) is protected from termination`, {
    hint: 'set `protect: false` in the stack file and apply, then remove the server',
    action: 'TerminateInstances',
    cause,
  })
}
