import { UsageError } from '../core/errors.js'
import type { Plan } from '../model/plan.js'
import type { LiveStack } from '../model/live-stack.js'
import { makeCheckpointPlan, makeSnapshotPlan } from '../planner/snapshot-plan.js'
import { checkpointName, restoreTo, volumeNamed } from './named-snapshots.js'
import { planStack, type PlanningOptions } from './plan-stack.js'
import { planningFacts, type Session } from './session.js'

/** Observes, and plans a snapshot of one volume, `volume.music` or `music`, now. */
export async function planSnapshot(session: Session, name: string, options: PlanningOptions): Promise<Plan> {
  const [live, facts] = await Promise.all([
    session.observe({ hosts: true, forNew: false }),
    planningFacts(session, options),
  ])
  return makeSnapshotPlan(session.spec, live, volumeNamed(name, live), facts)
}

/** Observes, and plans snapshots of all volumes as one set of this name. */
export async function planCheckpoint(session: Session, text: string, options: PlanningOptions): Promise<Plan> {
  const { name, stack } = checkpointName(text, session.spec.stack)
  if (stack !== session.spec.stack) {
    throw new UsageError('USAGE', `a checkpoint is taken of the stack of the file, not of ${stack}`)
  }
  const [live, facts] = await Promise.all([
    session.observe({ hosts: true, forNew: false }),
    planningFacts(session, options),
  ])
  return makeCheckpointPlan(session.spec, live, name, facts)
}

/** Observes, and plans the stack with one volume brought back to a version. */
export function planRestore(
  session: Session,
  { volume, version }: { readonly volume: string; readonly version: number | 'latest' },
  options: PlanningOptions,
): Promise<Plan> {
  const restore = (live: LiveStack) => restoreTo(volume, version, live, session.spec)
  return planStack(session, { ...options, hosts: true, restore })
}
