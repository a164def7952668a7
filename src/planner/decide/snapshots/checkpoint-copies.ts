import { PlanError } from '../../../core/errors.js'
import type { Address } from '../../../model/address.js'
import { checkpointsOf } from '../../../model/checkpoint.js'
import type { LiveSnapshot } from '../../../model/kinds/volume-snapshot.js'
import type { Problem } from '../../../model/plan-problem.js'
import { copySourceOf, tagsForCopy, type CopyRegion } from '../../../model/regions/region-copy.js'
import type { StepId } from '../../../model/steps/step.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import type { World } from '../../world.js'
import { errorOf } from '../decided.js'

/** A snapshot of a checkpoint that is to be in other regions. */
export interface CheckpointMember {
  readonly volume: Address
  readonly volumeId: string
  /** Undefined: the plan takes it, by that step. */
  readonly snapshotId: string | undefined
  readonly takenBy?: StepId
  readonly tags: Tags
}

/** The copies of a checkpoint that somebody asked for. */
export interface AskedCheckpointCopies {
  readonly copies: readonly MemberCopy[]
  /** What is left of an attempt at a copy under the name, and what failed: it goes first. */
  readonly cleared: readonly { readonly snapshot: LiveSnapshot; readonly region: string }[]
  readonly problems: readonly Problem[]
}

export interface MemberCopy extends Omit<CopyRegion, 'encrypted' | 'kmsKey'> {
  readonly member: CheckpointMember
  readonly encrypted?: boolean
  readonly kmsKey?: string
}

/**
 * Decides what of a checkpoint is still to be copied to each region: a copy that is completed there stays, and one that is on its
 * way is taken up. Throws a PlanError where a stack of the name has a checkpoint of that name of its own there, and where all of
 * another one lies there as a copy.
 */
export function decideCheckpointCopies(
  world: World,
  name: string,
  members: readonly CheckpointMember[],
  regions: readonly CopyRegion[],
): AskedCheckpointCopies {
  const { stack, region: home, snapshotsElsewhere = [] } = world.live.stack
  const copies: MemberCopy[] = []
  const cleared: AskedCheckpointCopies['cleared'][number][] = []
  const problems: Problem[] = []
  for (const { region, encrypted, kmsKey } of regions) {
    const there = snapshotsElsewhere.find((one) => one.region === region)
    if (there?.unread !== undefined) {
      const [first] = members
      const message = `${region} cannot be read: ${there.unread}`
      if (first) problems.push(errorOf(first.volume, 'PLAN_UNREADABLE', message))
      continue
    }
    const named = (there?.snapshots ?? []).filter(({ tags }) => tags[tagKeys.checkpoint] === name)
    if (named.some(({ tags }) => copySourceOf(tags)?.region !== home)) {
      throw new PlanError(
        'CHECKPOINT_TAKEN',
        `the stack ${stack} has a checkpoint ${name} of its own in ${region}`,
        [],
        {
          hint: `take another name; \`evenkeel checkpoints --target ${region}\` lists those in use there`,
        },
      )
    }
    const sources = new Set(members.map(({ snapshotId }) => snapshotId))
    const isUseful = ({ state, tags }: LiveSnapshot) => state !== 'error' && sources.has(copySourceOf(tags)?.id)
    // Of one that has gone here, it may be all that is left.
    const whole = checkpointsOf(named, stack).find(
      ({ state, snapshots }) => state !== 'incomplete' && !snapshots.some(isUseful),
    )
    if (whole) {
      const message = `${region} has a copy of another checkpoint ${name} of the stack ${stack}, begun at ${whole.startedAt}`
      throw new PlanError('CHECKPOINT_TAKEN', message, [], {
        hint: `take another name, or delete that copy first: \`evenkeel checkpoints delete ${name} --target ${region}\``,
      })
    }
    cleared.push(...named.filter((one) => !isUseful(one)).map((snapshot) => ({ snapshot, region })))
    for (const member of members) {
      const copy = named.find((one) => isUseful(one) && copySourceOf(one.tags)?.id === member.snapshotId)
      if (copy?.state === 'completed') continue
      copies.push({
        member: { ...member, tags: tagsForCopy(member.tags) },
        region,
        ...(encrypted !== undefined && { encrypted }),
        ...(kmsKey !== undefined && { kmsKey }),
      })
    }
  }
  return { copies, cleared, problems }
}
