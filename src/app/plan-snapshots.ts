import { UsageError } from '../core/errors.js'
import type { Plan } from '../model/plan.js'
import type { LiveStack } from '../model/live-stack.js'
import type { CopyRegion } from '../model/regions/region-copy.js'
import { snapshotVersion } from '../model/snapshot-version.js'
import { checkpointsOf } from '../model/checkpoint.js'
import {
  makeCheckpointCopyPlan,
  makeCheckpointPlan,
  makeDeletionPlan,
  makeSnapshotPlan,
} from '../planner/snapshot-plan.js'
import {
  checkpointName,
  completeCheckpoint,
  versionsNamed,
  versionWanted,
  volumeNamed,
  type WantedVersion,
} from './named-snapshots.js'
import { planStack, type PlanningOptions } from './plan-stack.js'
import { observedWithFacts, type Session } from './session.js'

/** Observes, and plans a snapshot of one volume, `volume.music` or `music`, now. */
export async function planSnapshot(session: Session, name: string, options: PlanningOptions): Promise<Plan> {
  const [live, facts] = await observedWithFacts(session, session.observe({ hosts: true, forNew: false }), options)
  return makeSnapshotPlan(session.spec, live, volumeNamed(name, live), facts)
}

/** To which regions a checkpoint is to be copied, and what encrypts it there. */
export interface CopyChoice {
  readonly toRegion?: readonly string[] | undefined
  readonly encrypt?: boolean | undefined
  /** An id or alias that each of the regions has, or the ARN of one. */
  readonly kmsKey?: string | undefined
}

/** Observes, and plans snapshots of all volumes as one set of this name, and their copies in other regions. */
export async function planCheckpoint(
  session: Session,
  text: string,
  options: PlanningOptions & CopyChoice,
): Promise<Plan> {
  const { name, stack } = checkpointName(text, session.spec.stack)
  if (stack !== session.spec.stack) {
    throw new UsageError('USAGE', `a checkpoint is taken of the stack of the file, not of ${stack}`)
  }
  const observation = session.observe({ hosts: true, forNew: false, snapshotRegions: options.toRegion ?? [] })
  const [live, facts] = await observedWithFacts(session, observation, options)
  return makeCheckpointPlan(session.spec, live, name, { ...facts, copyTo: regionsToCopyTo(live, options) })
}

/** Observes, and plans what of a checkpoint of the stack is still to be copied to other regions; nothing else. */
export async function planCheckpointCopy(
  session: Session,
  text: string,
  options: PlanningOptions & CopyChoice,
): Promise<Plan> {
  const { name, stack } = checkpointName(text, session.spec.stack)
  if (stack !== session.spec.stack) {
    throw new UsageError('USAGE', `a checkpoint of the stack of the file is copied, not of ${stack}`)
  }
  const observation = session.observe({ hosts: false, forNew: false, snapshotRegions: options.toRegion ?? [] })
  const [live, facts] = await observedWithFacts(session, observation, options)
  const checkpoint = completeCheckpoint(live, { stack, name })
  return makeCheckpointCopyPlan(session.spec, live, { checkpoint, regions: regionsToCopyTo(live, options) }, facts)
}

function regionsToCopyTo(
  { region: home }: LiveStack,
  { toRegion = [], encrypt, kmsKey }: CopyChoice,
): readonly CopyRegion[] {
  if (toRegion.includes(home)) {
    throw new UsageError('USAGE', `${home} is the region of the stack, which has its checkpoints`)
  }
  // EC2 API, CopySnapshot: a key asks for encryption.
  const encrypted = encrypt === true || kmsKey !== undefined ? true : undefined
  return toRegion.map((region) => ({ region, encrypted, kmsKey }))
}

/** Observes, and plans the stack with one volume brought back to a version. */
export function planRestore(
  session: Session,
  { volume, version }: { readonly volume: string; readonly version: WantedVersion },
  options: PlanningOptions,
): Promise<Plan> {
  const restore = (live: LiveStack) => {
    const found = versionWanted(volume, version, live, session.spec)
    const { address, id, startedAt } = found
    const number = snapshotVersion(found)
    session.notice(`${address} is brought to ${number > 0 ? `version ${number}, ` : ''}${id}, taken at ${startedAt}.`)
    return { [address]: id }
  }
  return planStack(session, { ...options, hosts: true, restore })
}

/** Observes, and plans the deletion of these versions of a volume, which may be gone itself; nothing else. */
export async function planSnapshotDeletion(
  session: Session,
  { volume, versions }: { readonly volume: string; readonly versions: readonly number[] },
  options: PlanningOptions,
): Promise<Plan> {
  const [live, facts] = await observedWithFacts(session, session.observe({ hosts: false, forNew: false }), options)
  return makeDeletionPlan(
    session.spec,
    live,
    { snapshots: versionsNamed(volume, versions, live), checkpoint: undefined },
    facts,
  )
}

/** Observes, and plans the deletion of a checkpoint of the stack, whole or what there is of it; nothing else. */
export async function planCheckpointDeletion(session: Session, text: string, options: PlanningOptions): Promise<Plan> {
  const { name, stack } = checkpointName(text, session.spec.stack)
  if (stack !== session.spec.stack) {
    throw new UsageError('USAGE', `a checkpoint is deleted from the stack of the file, not from ${stack}`)
  }
  const [live, facts] = await observedWithFacts(session, session.observe({ hosts: false, forNew: false }), options)
  const named = checkpointsOf(live.snapshots, stack).filter((checkpoint) => checkpoint.name === name)
  if (named.length === 0) {
    throw new UsageError('CHECKPOINT_UNKNOWN', `the stack ${stack} has no checkpoint ${name}`, {
      hint: '`evenkeel checkpoints` lists those that there are',
    })
  }
  const snapshots = named.flatMap((checkpoint) => checkpoint.snapshots)
  return makeDeletionPlan(session.spec, live, { snapshots, checkpoint: name }, facts)
}
