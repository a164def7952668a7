import type { Address } from '../model/address.js'
import type { Problem } from '../model/plan-problem.js'
import type { StackSpec } from '../model/stack-spec.js'
import { tagKeys } from '../model/tags.js'
import type { FollowUpWish, RestoreWish, Wish } from '../model/ledger/wish.js'
import { warningOf } from './decide/decided.js'
import type { LiveIndex } from './live-index.js'

/** What a caller may ask of a plan for volumes. */
export interface RestoreOptions {
  /** Volumes that another takes the place of, made from this snapshot. */
  readonly restore?: Readonly<Record<Address, string>> | undefined
  /** The checkpoint that `restore` brings the volumes to, `stack/name`; left out: none. */
  readonly checkpoint?: string | undefined
}

/** A restore that this plan is to carry out. */
export interface OpenRestore extends RestoreWish {
  /** Asked for by an earlier run, and not done since. */
  readonly isOld: boolean
}

/** What was asked for and is not done, by address: now, or by an earlier run. */
export interface OpenWishes {
  readonly restores: ReadonlyMap<Address, OpenRestore>
  /** Of rules that the file still has, as far as it says what follows a copy. */
  readonly followUps: ReadonlyMap<Address, FollowUpWish>
  /** Wishes that this plan drops although they are not done, for people. */
  readonly problems: readonly Problem[]
}

/** What of the ledger's wishes is open still, and what is asked for now. Nothing is restored when everything goes. */
export function openWishes(
  spec: StackSpec,
  live: LiveIndex,
  options: RestoreOptions,
  destroying: StackSpec | undefined,
): OpenWishes {
  const restores = new Map<Address, OpenRestore>()
  const followUps = new Map<Address, FollowUpWish>()
  const problems: Problem[] = []
  if (destroying) return { restores, followUps, problems }
  const volumes = new Set(spec.volumes.map(({ address }) => address))
  const rules = new Map(spec.syncs.map((rule) => [rule.address, rule]))
  const drop = (wish: Wish, why: string) => problems.push(givenUp(wish, why))
  for (const wish of live.stack.ledger?.wishes ?? []) {
    const { address } = wish
    if (wish.kind === 'restore') {
      const asked = options.restore?.[address]
      if (isRestored(wish, live)) continue
      if (!volumes.has(address)) drop(wish, 'the file no longer names it')
      else if (asked !== undefined && asked !== wish.snapshotId) drop(wish, `${asked} is asked for now`)
      else if (isBroughtBack(wish, live)) drop(wish, 'the snapshot is gone, and the old volume comes back')
      else restores.set(address, { ...wish, isOld: true })
    } else {
      const rule = rules.get(address)
      const owes = wish.owes === 'command' && rule?.onChange ? 'command' : rule?.rolling ? 'health' : undefined
      if (owes) followUps.set(address, { ...wish, owes })
      else drop(wish, rule ? 'the file no longer says what follows its copy' : 'the file no longer names it')
    }
  }
  for (const [address, snapshotId] of Object.entries(options.restore ?? {}) as [Address, string][]) {
    if (restores.has(address) || !volumes.has(address)) continue
    const replaces = live.volumes.get(address)?.id
    const { checkpoint } = options
    restores.set(address, {
      kind: 'restore',
      address,
      snapshotId,
      isOld: false,
      ...(replaces !== undefined && { replaces }),
      ...(checkpoint !== undefined && { checkpoint }),
    })
  }
  return { restores, followUps, problems }
}

/** Whether another volume has taken the place since, made from that snapshot. */
function isRestored({ address, snapshotId, replaces }: RestoreWish, { volumes }: LiveIndex): boolean {
  const volume = volumes.get(address)
  return volume !== undefined && volume.id !== replaces && volume.tags[tagKeys.origin] === snapshotId
}

/** Whether the old volume gave up its place for this restore: from then on it can only go forward. */
function hasGivenUpItsPlace({ address, snapshotId }: RestoreWish, { volumes, retained }: LiveIndex): boolean {
  const olds = retained.get(address) ?? []
  return !volumes.has(address) && olds.some(({ tags }) => tags[tagKeys.superseded] === snapshotId)
}

/** What is made from a snapshot that is gone cannot be made; the volume that gave up its place for it takes it again. */
function isBroughtBack(wish: RestoreWish, live: LiveIndex): boolean {
  return !live.snapshotsById.has(wish.snapshotId) && hasGivenUpItsPlace(wish, live)
}

function givenUp(wish: Wish, why: string): Problem {
  const what =
    wish.kind === 'restore'
      ? `the restore of ${wish.address} to ${wish.snapshotId}`
      : `what ${wish.address} owes since its last copy`
  return warningOf(wish.address, 'PLAN_WISH_GIVEN_UP', `${what} is given up: ${why}`)
}
