import { ApiError } from '../wire/api-error.js'
import type { World } from './world.js'

/** Whether an instance has interfaces beside its first one. */
export function hasSeveralInterfaces(world: World, instanceId: string): boolean {
  return world.networkInterfaces.withKey(instanceId).length > 0
}

/** What a call that names an instance means of its interface where it has one alone. */
export function requireOneInterface(world: World, instanceId: string): void {
  if (!hasSeveralInterfaces(world, instanceId)) return
  throw new ApiError(
    'InvalidInstanceID',
    `There are multiple interfaces attached to instance '${instanceId}'. Please specify an interface ID for the operation instead.`,
  )
}
