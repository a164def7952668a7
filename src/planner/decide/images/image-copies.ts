import type { Address } from '../../../model/address.js'
import { compareText } from '../../../model/address-order.js'
import { copyName, type ImageSpec, type LiveBuiltImage, type LiveImageVersion } from '../../../model/kinds/image.js'
import type { Problem } from '../../../model/plan-problem.js'
import { encryptionTags } from '../../../model/regions/copy-encryption.js'
import type { Tags } from '../../../model/tags.js'
import { copiedOtherwise } from '../copied-otherwise.js'
import { warningOf } from '../decided.js'
import type { World } from '../../world.js'
import type { ServerDecision } from '../servers/server-decision.js'
import type { ImagePlace, NewCopy, NewImage, Removal } from './image-decision.js'
import { removalsOf } from './image-versions.js'

/** What becomes of an image in other regions. */
export interface Copies {
  readonly copies: readonly NewCopy[]
  readonly awaits: readonly ImagePlace[]
  readonly removes: readonly Removal[]
  /** Those that stay. */
  readonly staying: readonly LiveImageVersion[]
  /** Regions in which copies are left although they are to have none, or that cannot be read. */
  readonly left: readonly string[]
  /** The regions that have what they are to have, cannot be read, or are to have nothing, sorted. */
  readonly before: readonly string[]
  readonly problems: readonly Problem[]
  readonly unread?: ReadonlyMap<Address, string>
}

interface Wanted {
  /** The newest live version in the stack's own region; undefined: there is none. */
  readonly newest: LiveImageVersion | undefined
  /** What the plan makes beside. */
  readonly made: NewImage | undefined
  /** How a copy of the newest is called and has; left out where the plan makes another. */
  readonly again?: NewImage
  /** Numbers of the versions that stay. */
  readonly kept: ReadonlySet<number>
  readonly servers: ReadonlyMap<Address, ServerDecision>
}

/** A region whose copies cannot be read is left as it is, and told; the others go on. */
export function copiesOf(world: World, spec: ImageSpec, live: LiveBuiltImage, wanted: Wanted): Copies {
  const { address } = spec
  const { newest, made, again, kept, servers } = wanted
  const named = new Map(spec.regions.map((region) => [region.region, region]))
  const elsewhere = live.versions.filter(({ region }) => region !== world.live.stack.region)
  const stays = ({ region, version, state }: LiveImageVersion) =>
    named.has(region) && kept.has(version) && state !== 'failed'
  const doomed = removalsOf(
    world,
    address,
    elsewhere.filter((copy) => !stays(copy)),
    servers,
  )
  const staying = elsewhere.filter(stays)
  const copies: NewCopy[] = []
  const awaits: ImagePlace[] = []
  const before: string[] = []
  const otherwise: Problem[] = []
  for (const place of spec.regions) {
    const { region, encrypted, kmsKey } = place
    const options = { region, ...(encrypted !== undefined && { encrypted }), ...(kmsKey !== undefined && { kmsKey }) }
    const there = staying.filter((copy) => copy.region === region)
    awaits.push(...there.filter(({ state }) => state === 'pending').map(({ id }) => ({ imageId: id, region })))
    const copy = newest && there.find(({ version }) => version === newest.version)
    const isUnread = live.unread?.[region] !== undefined
    if ((copy && copy.state !== 'pending') || isUnread) before.push(region)
    if (isUnread) continue
    otherwise.push(...copiedOtherwise(address, copy?.tags, place, nextCopy(made)))
    const lasting = (tags: Tags) => ({ ...tags, ...encryptionTags(place) })
    const { region: home } = world.live.stack
    if (made)
      copies.push({
        ...newImageOf(made),
        name: copyName(made.name, home),
        tags: lasting(made.tags),
        imageId: undefined,
        ...options,
      })
    else if (!copy && newest && again)
      copies.push({
        ...again,
        name: copyName(again.name, home),
        tags: lasting(again.tags),
        imageId: newest.id,
        ...options,
      })
  }
  const used = new Set(doomed.inUse.map(({ id }) => id))
  for (const { region, id } of elsewhere) if (!named.has(region) && !used.has(id)) before.push(region)
  const unread = Object.entries(live.unread ?? {}).sort(([left], [right]) => compareText(left, right))
  return {
    copies,
    awaits,
    removes: doomed.removes,
    staying,
    left: [...doomed.inUse.map(({ region }) => region), ...unread.map(([region]) => region)],
    before: [...new Set(before)].sort(),
    problems: [
      ...doomed.problems,
      ...otherwise,
      ...unread.map(([region, reason]) => unreadIn(address, region, reason)),
    ],
    ...(unread.length > 0 && {
      unread: new Map([[address, unread.map(([region, reason]) => `its copies in ${region}: ${reason}`).join('; ')]]),
    }),
  }
}

function nextCopy(made: NewImage | undefined): string {
  return `${made ? 'the version that this plan makes' : 'the next version'} is copied as the file says`
}

function newImageOf({ name, description, tags, share }: NewImage): NewImage {
  return { name, description, tags, share }
}

function unreadIn(address: Address, region: string, reason: string): Problem {
  const message = `the copies of ${address} in ${region} could not be read: ${reason}`
  return warningOf(
    address,
    'PLAN_UNREADABLE',
    message,
    'what is there is left as it is; plan again when it can be read',
  )
}
