import type { Instance } from '@aws-sdk/client-ec2'
import { isAfterDoubt } from '../../../../core/doubt.js'
import type { LaunchRequest } from '../../../../executor/ports.js'
import { hasAwsCode, isOfClass, providerError } from '../../errors/provider-errors.js'
import { lookUntilSeen } from '../../tags/ownership.js'
import { tagListOf } from '../../tags/tag-lists.js'
import type { InputOf } from '../../wire/actions.js'
import type { Ec2Api } from '../../wire/api.js'
import { launchOptions, placementInput } from './option-words.js'
import { isEnding, readInstances } from './read-instances.js'

/** So many instances, as one call launches them. */
export interface LaunchOrder {
  readonly request: LaunchRequest
  readonly token: string
  readonly count: number
}

/** The instances that this token stands for, without those that have been terminated since; none: the token is burnt. */
export async function launch(api: Ec2Api, order: LaunchOrder): Promise<readonly Instance[]> {
  const { token, count } = order
  try {
    const { Instances = [] } = await api.call('RunInstances', launchInput(order))
    // A new launch is `pending` in the answer, also one that will fail; only an older one can have ended in it.
    return alive(Instances)
  } catch (error) {
    // Of several some may live on: the answer does not say which.
    if (hasAwsCode(error, 'IdempotentInstanceTerminated')) {
      return count === 1 ? [] : alive(await lookForLaunched(api, token, count))
    }
    if (maySuitFewer(error) && isAfterDoubt(error)) {
      // At a quota EC2 refuses the repetition, too, of a call that it has carried out.
      const earlier = alive(await lookForLaunched(api, token, count))
      if (earlier.length > 0) return earlier
    }
    if (!hasAwsCode(error, 'IdempotentParameterMismatch')) throw error
    // They were launched: a reading that does not show them is behind.
    const earlier = alive(await lookForLaunched(api, token, count))
    if (earlier.length === 0) return []
    const ids = earlier.map(({ InstanceId }) => InstanceId).join(', ')
    throw providerError(
      'EC2_CONFLICT',
      'conflict',
      `an earlier attempt at this step launched ${ids} with other settings`,
      {
        hint: `plan again: ${earlier.length === 1 ? 'the instance carries' : 'they carry'} this stack’s tags, and the plan will say what to do with ${earlier.length === 1 ? 'it' : 'them'}`,
        cause: error,
      },
    )
  }
}

function launchInput({ request, token, count }: LaunchOrder): InputOf<'RunInstances'> {
  const { rootVolume, subnetId, zone, userData } = request
  return {
    ClientToken: token,
    // All or none: which of them are missing, nobody could tell.
    MinCount: count,
    MaxCount: count,
    ImageId: request.imageId,
    InstanceType: request.type as NonNullable<InputOf<'RunInstances'>['InstanceType']>,
    KeyName: request.keyName,
    SecurityGroupIds: [...request.groupIds],
    ...(subnetId === undefined ? {} : { SubnetId: subnetId }),
    ...placed(subnetId === undefined ? zone : undefined, request),
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
    // EC2 knows no such protection of spot instances, not even a lifted one.
    ...(request.options?.spot ? {} : { DisableApiTermination: request.protect }),
    ...launchOptions(request.options),
    TagSpecifications: [
      { ResourceType: 'instance', Tags: tagListOf(request.tags) },
      ...(Object.keys(request.rootVolumeTags).length === 0
        ? []
        : [{ ResourceType: 'volume' as const, Tags: tagListOf(request.rootVolumeTags) }]),
      ...(request.spotRequestTags
        ? [{ ResourceType: 'spot-instances-request' as const, Tags: tagListOf(request.spotRequestTags) }]
        : []),
    ],
  }
}

function placed(zone: string | undefined, { options }: LaunchRequest): Pick<InputOf<'RunInstances'>, 'Placement'> {
  const placement = {
    ...(zone !== undefined && { AvailabilityZone: zone }),
    ...(options?.placement && placementInput(options.placement)),
  }
  return Object.keys(placement).length === 0 ? {} : { Placement: placement }
}

/** Their ids by launch index, of `count`. Rejects where it does not tell one from the other: none is ever given a name by chance. */
export function idsByIndex(instances: readonly Instance[], count: number): ReadonlyMap<number, string> {
  const ids = new Map(instances.map(({ AmiLaunchIndex = -1, InstanceId = '' }) => [AmiLaunchIndex, InstanceId]))
  if (ids.size === instances.length && [...ids.keys()].every((index) => index >= 0 && index < count)) return ids
  const launched = instances.map(({ InstanceId }) => InstanceId).join(', ')
  throw providerError('EC2_PROTOCOL', 'fatal', `RunInstances launched ${launched}, and does not say which is which`, {
    hint: 'the launch index (amiLaunchIndex) of each is missing or wrong: what answers at `target.endpoint` is not EC2. Terminate them there, and give each server an entry of its own instead of a `count`',
    action: 'RunInstances',
  })
}

/** Whether EC2 may grant to one what it refuses to many. */
export function maySuitFewer(error: unknown): boolean {
  return isOfClass(error, 'quota', 'capacity', 'permission') || hasAwsCode(error, 'UnauthorizedOperation')
}

/** The instances of a token, those that are ending or have ended included, by launch index. */
export async function readLaunched(api: Ec2Api, token: string): Promise<readonly Instance[]> {
  const found = await readInstances(api, [{ Name: 'client-token', Values: [token] }])
  return [...found].sort((left, right) => (left.AmiLaunchIndex ?? 0) - (right.AmiLaunchIndex ?? 0))
}

/** The same, read until all of them are seen, as long as that may be a matter of time. */
async function lookForLaunched(api: Ec2Api, token: string, count: number): Promise<readonly Instance[]> {
  let found: readonly Instance[] = []
  await lookUntilSeen(api, async () => {
    found = await readLaunched(api, token)
    return found.length >= count ? found : undefined
  })
  return found
}

function alive(instances: readonly Instance[]): readonly Instance[] {
  return instances.filter((instance) => !isEnding(instance))
}

/** Whether EC2 ended it while launching, by its StateReason: people and operating systems end instances with other words. */
export function endedInLaunch(instance: Instance): boolean {
  const code = instance.StateReason?.Code
  return code !== undefined && code !== '' && !/UserInitiatedShutdown|InstanceInitiatedShutdown/.test(code)
}

export function launchFailed(instance: Instance) {
  const { Code = '', Message = '' } = instance.StateReason ?? {}
  const reason = Message.includes(Code) ? Message : `${Code}: ${Message}`
  return providerError(
    'EC2_LAUNCH_FAILED',
    /Capacity|SpotInstance/.test(Code) ? 'capacity' : /LimitExceeded/.test(Code) ? 'quota' : 'bad-request',
    `EC2 ended ${instance.InstanceId} while it was starting${reason === ': ' ? '' : `: ${reason}`}`,
    {
      hint: 'the reasons are explained in the EC2 User Guide, "Instance terminates immediately"; correct it and apply again',
      action: 'RunInstances',
    },
  )
}
