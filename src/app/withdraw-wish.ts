import { UsageError } from '../core/errors.js'
import { cloudQuery } from '../executor/observe/cloud-query.js'
import { observeCloud } from '../executor/observe/observe-cloud.js'
import type { CloudFacts } from '../executor/ports.js'
import { displayName, type Address } from '../model/address.js'
import { renamingOf } from '../model/moves/renaming.js'
import { tagKeys } from '../model/tags.js'
import type { RestoreWish, Wish } from '../model/ledger/wish.js'
import { withLock } from './lock/with-lock.js'
import type { Session } from './session.js'

/** A wish that can be withdrawn, and how. */
export interface Withdrawal {
  /** Never empty: a rule for `web[*]` has one for each server. */
  readonly wishes: readonly Wish[]
  /** What else was asked for together with it, and stays. */
  readonly left: readonly Address[]
  carryOut(): Promise<void>
}

/**
 * Finds what was asked for of `volume.music`, or `sync.site`, and is not done. Rejects with a UsageError when there is nothing,
 * and when it is too late: the volume gave up its place already.
 */
export async function withdrawalOf(session: Session, name: string): Promise<Withdrawal> {
  const { spec, ports } = session
  const query = { ...cloudQuery(spec), images: [], subnets: [], operatorIp: false }
  const facts = await observeCloud(spec, ports.cloud, query)
  const renaming = renamingOf(spec)
  const written = facts.ledger?.wishes ?? []
  const all = written.map((wish) => ({ ...wish, address: renaming(wish.address) }))
  const wishes = all.filter(({ address }) => isNamed(address, name))
  const [first] = wishes
  if (!first || !facts.ledger) throw unknownWish(spec.stack, name, all)
  for (const wish of wishes) if (wish.kind === 'restore' && isTooLate(wish, facts)) throw tooLate(wish)
  const { id, addresses, epoch = session.lock.left } = facts.ledger
  const isLeft = (wish: Wish) => !wishes.includes(wish)
  const rest = written.filter((_, index) => all.slice(index, index + 1).some(isLeft))
  return {
    wishes,
    left: all
      .filter(isLeft)
      .filter((wish) => isOfSameCheckpoint(wish, first))
      .map(({ address }) => address),
    async carryOut() {
      const request = { stack: spec.stack, id, addresses, wishes: rest, epoch }
      await withLock(session, {}, () => ports.cloud.writeLedger(request))
    },
  }
}

function isNamed(address: Address, name: string): boolean {
  return [address, displayName(address)].some((text) => text === name || text.startsWith(`${name}[`))
}

function isOfSameCheckpoint(wish: Wish, withdrawn: Wish): boolean {
  if (wish.kind !== 'restore' || withdrawn.kind !== 'restore') return false
  return wish.checkpoint !== undefined && wish.checkpoint === withdrawn.checkpoint
}

/** The old volume is out, or gone: only the new one can take the place. */
function isTooLate({ address, snapshotId, replaces }: RestoreWish, { volumes }: CloudFacts): boolean {
  return volumes.some(({ address: of, id, tags }) => {
    if (of !== address) return false
    const isRestored = id !== replaces && tags[tagKeys.origin] === snapshotId
    return isRestored || tags[tagKeys.superseded] === snapshotId
  })
}

function tooLate({ address, snapshotId }: RestoreWish): UsageError {
  const message = `the restore of ${address} to ${snapshotId} cannot be withdrawn any more: the volume that was there gave up its place`
  return new UsageError('WISH_TOO_LATE', message, {
    hint: '`evenkeel apply` ends it; what that volume held is its newest version: `evenkeel restore` brings it back',
  })
}

function unknownWish(stack: string, name: string, wishes: readonly Wish[]): UsageError {
  const known = wishes.map(({ address }) => address).join(', ')
  return new UsageError('WISH_UNKNOWN', `nothing that was asked for of ${name} is waiting in the stack ${stack}`, {
    hint: known === '' ? 'nothing is waiting at all' : `it is waiting for ${known}`,
  })
}
