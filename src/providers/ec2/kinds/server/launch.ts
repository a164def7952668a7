import type { Instance } from '@aws-sdk/client-ec2'
import type { LaunchRequest } from '../../../../executor/ports.js'
import { hasAwsCode, providerError } from '../../errors/provider-errors.js'
import { lookUntilSeen } from '../../tags/ownership.js'
import { tagListOf } from '../../tags/tag-lists.js'
import type { InputOf } from '../../wire/actions.js'
import type { Ec2Api } from '../../wire/api.js'
import { isEnding, readInstances } from './read-instances.js'

/** The instance that this token stands for; undefined when the token is burnt: its instance has been terminated since. */
export async function launch(api: Ec2Api, request: LaunchRequest, token: string): Promise<Instance | undefined> {
  try {
    const output = await api.call('RunInstances', launchInput(request, token))
    const instance = output.Instances?.[0]
    // A new launch is `pending` in the answer, also one that will fail; only an older one can have ended in it.
    return instance !== undefined && isEnding(instance) ? undefined : instance
  } catch (error) {
    if (hasAwsCode(error, 'IdempotentInstanceTerminated')) return undefined
    if (!hasAwsCode(error, 'IdempotentParameterMismatch')) throw error
    // It was launched: a reading that does not show it is behind.
    const earlier = await lookUntilSeen(api, () => readByToken(api, token))
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

async function readByToken(api: Ec2Api, token: string): Promise<Instance | undefined> {
  const found = await readInstances(api, [{ Name: 'client-token', Values: [token] }])
  return found.find((instance) => !isEnding(instance)) ?? found[0]
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
    /Capacity/.test(Code) ? 'capacity' : /LimitExceeded/.test(Code) ? 'quota' : 'bad-request',
    `EC2 ended ${instance.InstanceId} while it was starting${reason === ': ' ? '' : `: ${reason}`}`,
    {
      hint: 'the reasons are explained in the EC2 User Guide, "Instance terminates immediately"; correct it and apply again',
      action: 'RunInstances',
    },
  )
}
