import { UsageError } from '../core/errors.js'
import { parseAddress, type Address } from '../model/address.js'
import type { LiveSpotRequest } from '../model/launch/spot.js'
import { tagKeys, type Tags } from '../model/tags.js'
import { claimantsOf, type Claimant } from '../model/claimants.js'
import { indexLive } from '../planner/live-index.js'
import { withLock } from './lock/with-lock.js'
import type { Session } from './session.js'

/** How two live resources with one address are told apart from now on: by an explicit word, and without deleting anything. */
export interface Resolution {
  readonly address: Address
  readonly keeps: Claimant
  /** Those that leave the stack, as they are. */
  readonly frees: readonly Claimant[]
  /** Root volumes of servers that leave it: they carry the stack's tags too. */
  readonly roots: readonly Pick<Claimant, 'id' | 'tags'>[]
  /** Spot requests behind them: one that stayed the stack's would be taken for one that has lost its instance, and cancelled. */
  readonly requests: readonly Pick<LiveSpotRequest, 'address' | 'id' | 'tags'>[]
  /** What the address was before it was renamed in the file, as tags may still say. */
  readonly formerly: readonly Address[]
}

/** Looks which resources carry the address. Throws a UsageError when these are not several, or `keep` is none of them. */
export async function findResolution(session: Session, text: string, keep: string): Promise<Resolution> {
  const live = await session.observe({ hosts: false })
  const { conflicts } = indexLive(live)
  const address = parseAddress(text) && (text as Address)
  const ids = address && conflicts.get(address)
  if (!ids) {
    const known = [...conflicts.keys()]
    throw new UsageError('CONFLICT_UNKNOWN', `no two live resources carry the address ${text}`, {
      hint: known.length === 0 ? 'no address of the stack is carried twice' : `carried twice are ${known.join(', ')}`,
    })
  }
  const claimants = claimantsOf(live, address, ids)
  const keeps = claimants.find(({ id }) => id === keep)
  if (!keeps) {
    throw new UsageError('CONFLICT_UNKNOWN', `${keep} does not carry the address ${address}`, {
      hint: `it is carried by ${claimants.map(({ id }) => id).join(', ')}`,
    })
  }
  const frees = claimants.filter((claimant) => claimant !== keeps)
  const roots = live.servers.flatMap(({ id, rootVolume }) => {
    const volume = rootVolume && live.volumes.find((one) => one.id === rootVolume.id)
    return volume && frees.some((claimant) => claimant.id === id) ? [{ id: volume.id, tags: volume.tags }] : []
  })
  const requests = (live.spotRequests ?? []).filter((one) => frees.some(({ id }) => one.instanceId === id))
  const formerly = (live.renamed ?? []).flatMap(({ from, to }) => (to === address ? [from] : []))
  return { address, keeps, frees, roots, requests, formerly }
}

/**
 * Takes evenkeel's tags off those that leave the stack. Each is read again by id right before: one whose tags say another
 * address by now is left alone, and rejects. A server goes after what it is known by, so that what is cut off can be repeated.
 */
export async function carryOutResolution(
  session: Session,
  { address, frees, roots, requests, formerly }: Resolution,
): Promise<void> {
  const { ports, spec } = session
  const owner = { stack: spec.stack, address, formerly }
  await withLock(session, {}, async () => {
    // A request keeps the address that its server had at launch.
    for (const request of requests) {
      const keys = ownKeys(request.tags)
      await ports.cloud.removeTags({ id: request.id, keys, owner: { ...owner, address: request.address } })
    }
    for (const { id, tags } of [...roots, ...frees]) {
      await ports.cloud.removeTags({ id, keys: ownKeys(tags), owner })
    }
  })
}

/** The stack's mark last would be no different: one call takes them all. */
function ownKeys(tags: Tags): readonly string[] {
  const prefix = tagKeys.stack.slice(0, tagKeys.stack.indexOf(':') + 1)
  return Object.keys(tags).filter((key) => key.startsWith(prefix))
}
