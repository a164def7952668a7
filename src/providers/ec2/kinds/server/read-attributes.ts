import type { Instance } from '@aws-sdk/client-ec2'
import { appliedOf } from '../../../../model/applied.js'
import { isOfClass } from '../../errors/provider-errors.js'
import { tagsOf } from '../../tags/tag-lists.js'
import type { Ec2Api } from '../../wire/api.js'
import type { ReadAttributes } from './option-words.js'
import { isEnding } from './read-instances.js'

/** By instance. */
export type AttributesById = ReadonlyMap<string, ReadAttributes>

/**
 * What DescribeInstances does not tell, of those instances on which it is recorded: a call for each attribute of each, as EC2
 * takes no two. A stack that says nothing of them takes none.
 */
export async function readAttributes(api: Ec2Api, instances: readonly Instance[]): Promise<AttributesById> {
  const read = instances.map(
    async (instance) => [instance.InstanceId ?? '', await attributesOf(api, instance)] as const,
  )
  return new Map(await Promise.all(read))
}

async function attributesOf(api: Ec2Api, instance: Instance): Promise<ReadAttributes> {
  const recorded = appliedOf(tagsOf(instance.Tags))
  if (isEnding(instance) || (recorded?.stop === undefined && recorded?.shutdown === undefined)) return {}
  const InstanceId = instance.InstanceId ?? ''
  try {
    const [stop, shutdown] = await Promise.all([
      recorded.stop === undefined
        ? undefined
        : api.call('DescribeInstanceAttribute', { InstanceId, Attribute: 'disableApiStop' }),
      recorded.shutdown === undefined
        ? undefined
        : api.call('DescribeInstanceAttribute', { InstanceId, Attribute: 'instanceInitiatedShutdownBehavior' }),
    ])
    const stopProtection = stop?.DisableApiStop?.Value
    const behavior = shutdown?.InstanceInitiatedShutdownBehavior?.Value
    return {
      ...(stopProtection !== undefined && { stopProtection }),
      ...((behavior === 'stop' || behavior === 'terminate') && { shutdownBehavior: behavior }),
    }
  } catch (error) {
    // It ended since it was listed: the plan sees that by itself.
    if (isOfClass(error, 'absent')) return {}
    throw error
  }
}
