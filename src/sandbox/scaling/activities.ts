import { randomUUID } from 'node:crypto'
import type { ScalingActivity } from '../model/auto-scaling/records.js'
import type { World } from '../world/world.js'

/** Notes that a launch or a termination begins, with why, in Auto Scaling's words. */
export function begin(
  world: World,
  groupId: string,
  {
    description,
    cause,
    status = 'InProgress',
  }: Pick<ScalingActivity, 'description' | 'cause'> & Partial<ScalingActivity>,
): ScalingActivity {
  const startedAtMs = world.now()
  return world.scalingActivities.put({
    id: randomUUID(),
    sequence: world.nextSequence(),
    groupId,
    description,
    cause: `At ${momentOf(startedAtMs)} ${cause}`,
    startedAtMs,
    endedAtMs: undefined,
    status,
    message: undefined,
  })
}

export function finish(
  world: World,
  id: string,
  status: 'Successful' | 'Failed' | 'Cancelled',
  message?: string,
): void {
  const activity = world.scalingActivities.get(id)
  if (!activity || activity.endedAtMs !== undefined) return
  world.scalingActivities.put({ ...activity, status, message, endedAtMs: world.now() })
}

/** `2026-11-22T13:10:00Z`, as causes are dated. */
function momentOf(ms: number): string {
  return new Date(ms).toISOString().replace(/\.\d+/, '')
}
