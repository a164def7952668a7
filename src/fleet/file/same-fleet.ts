import { UsageError } from '../../core/errors.js'
import type { FleetSpec } from '../types.js'

/**
 * Throws a UsageError where a file that is read anew is of another fleet than it was: whoever works on a fleet has its queues, its folder and its
 * cookies by that name.
 */
export function assertSameFleet({ name }: Pick<FleetSpec, 'name'>, before: string): void {
  if (name === before) return
  throw new UsageError('FLEET_RENAMED', `the fleet's file is of ${name} now, and what runs here is for ${before}`, {
    hint: 'end it, and start it again',
  })
}
