import type { Address } from '../../../model/address.js'
import { ownVersions, type ImageSpec, type LiveBuiltImage, type LiveImageVersion } from '../../../model/kinds/image.js'
import type { Problem } from '../../../model/plan-problem.js'
import { warningOf } from '../decided.js'
import type { World } from '../../world.js'
import type { ServerDecision } from '../servers/server-decision.js'
import type { Removal } from './image-decision.js'

/** The versions of an image, as a plan leaves them. */
export interface Versions {
  /** In the stack's own region, the newest first, without failed ones. */
  readonly own: readonly LiveImageVersion[]
  /** Above all that there are, failed ones and copies too: EC2 may hold a name for some time after its image has gone. */
  readonly next: number
}

export function versionsOf({ live }: World, image: LiveBuiltImage | undefined): Versions {
  if (!image) return { own: [], next: 1 }
  const numbers = [...image.versions, ...image.strays].map(({ version }) => version)
  return {
    own: ownVersions(image, live.stack.region).filter(({ state }) => state !== 'failed'),
    next: 1 + Math.max(0, ...numbers),
  }
}

/** The numbers that stay by `keep`, `added` versions being made in this plan. */
export function keptNumbers({ keep }: ImageSpec, { own }: Versions, added: number): ReadonlySet<number> {
  const kept = keep === undefined ? own : own.slice(0, Math.max(0, keep - added))
  return new Set(kept.map(({ version }) => version))
}

/** What goes of some versions, and what is told of those that something was made of which stays. */
export function removalsOf(
  world: World,
  address: Address,
  doomed: readonly LiveImageVersion[],
  servers: ReadonlyMap<Address, ServerDecision>,
): {
  readonly removes: readonly Removal[]
  readonly inUse: readonly LiveImageVersion[]
  readonly problems: readonly Problem[]
} {
  const ends = endsById(servers)
  const removes: Removal[] = []
  const inUse: LiveImageVersion[] = []
  const problems: Problem[] = []
  for (const version of doomed) {
    const { id, region, usedBy = [] } = version
    const users = usedBy.filter((user) => !ends.has(user))
    if (users.length > 0) {
      inUse.push(version)
      const message = `${address} version ${version.version} (${id}) stays: ${users.slice(0, 3).join(', ')}${users.length > 3 ? ' and others' : ''} ${users.length === 1 ? 'was' : 'were'} made of it`
      problems.push(warningOf(address, 'PLAN_IMAGE_IN_USE', message))
    } else {
      const after = usedBy.flatMap((user) => {
        const server = ends.get(user)
        return server === undefined ? [] : [{ server, instanceId: user }]
      })
      removes.push({ imageId: id, ...placeIn(world, region), isFailed: version.state === 'failed', after })
    }
  }
  return { removes, inUse, problems }
}

/** The region of an image where it is not the stack's own. */
export function placeIn({ live }: World, region: string): { readonly region?: string } {
  return region === live.stack.region ? {} : { region }
}

/** The instances of the stack that end in this plan, with their servers. */
function endsById(servers: ReadonlyMap<Address, ServerDecision>): ReadonlyMap<string, Address> {
  const ends = new Map<string, Address>()
  for (const decision of servers.values()) {
    if ('ends' in decision) for (const { live } of decision.ends) ends.set(live.id, decision.address)
  }
  return ends
}
