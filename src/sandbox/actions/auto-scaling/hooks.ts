import { list, required, string } from '../../wire/shape.js'
import { defineAction } from '../action.js'
import { findGroup } from './found.js'

/** Always empty, for a group that is there: nothing here makes a hook, and members come and go at once. */
export const describeLifecycleHooks = defineAction({
  name: 'DescribeLifecycleHooks',
  effect: 'reads',
  members: { AutoScalingGroupName: required(string), LifecycleHookNames: list(string) },
  run: ({ AutoScalingGroupName }, world) => {
    findGroup(world, AutoScalingGroupName)
    return { LifecycleHooks: [] }
  },
})
