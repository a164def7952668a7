import { updateInstance } from '../../lifecycle/instance.js'
import { defaultCpuOptions, type InstanceType } from '../../model/instance-types.js'
import { requireStopped, type CpuOptions } from '../../model/instance.js'
import { ApiError, invalidCombination, invalidValue } from '../../wire/api-error.js'
import { integer, required, string } from '../../wire/shape.js'
import { findInstance } from '../../world/lookup.js'
import { defineAction } from '../action.js'
import { findInstanceType } from '../launch/placement.js'

interface Asked {
  readonly CoreCount?: number | undefined
  readonly ThreadsPerCore?: number | undefined
}

/** What is asked for, checked against what the type has; undefined where nothing is. */
export function readCpuOptions(asked: Asked | undefined, type: InstanceType): CpuOptions | undefined {
  if (asked === undefined) return undefined
  const { CoreCount: coreCount, ThreadsPerCore: threadsPerCore } = asked
  if (coreCount === undefined || threadsPerCore === undefined) {
    throw new ApiError(
      'MissingParameter',
      'When specifying CpuOptions you must specify both CoreCount and ThreadsPerCore.',
    )
  }
  const whole = defaultCpuOptions(type)
  // t2 has them as they are (EC2 User Guide, "Supported CPU options").
  if (type.name.startsWith('t2.')) {
    throw invalidCombination(`The specified instance type ${type.name} does not support CPU options.`)
  }
  if (coreCount < 1 || coreCount > whole.coreCount)
    throw invalidValue(`Value (${coreCount}) for parameter CoreCount is invalid for ${type.name}.`)
  if (threadsPerCore < 1 || threadsPerCore > whole.threadsPerCore)
    throw invalidValue(`Value (${threadsPerCore}) for parameter ThreadsPerCore is invalid for ${type.name}.`)
  return { coreCount, threadsPerCore }
}

export const modifyInstanceCpuOptions = defineAction({
  name: 'ModifyInstanceCpuOptions',
  effect: 'writes',
  members: { InstanceId: required(string), CoreCount: integer, ThreadsPerCore: integer },
  run: (asked, world) => {
    const instance = findInstance(world, asked.InstanceId)
    requireStopped(instance)
    const cpuOptions = readCpuOptions(asked, findInstanceType(instance.instanceType))
    updateInstance(world, instance.id, { cpuOptions })
    return { instanceId: instance.id, ...cpuOptions }
  },
})
