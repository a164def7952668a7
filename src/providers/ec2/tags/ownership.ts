import type { Owner } from '../../../executor/ports.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import { isOfClass, providerError } from '../errors/provider-errors.js'
import type { Ec2Api } from '../wire/api.js'
import { tagsOf, type TaggedItem } from './tag-lists.js'
import { taggedAddress } from './tagged-address.js'

/** Between two readings of something that seems absent, or not to be ours yet. */
const confirmMs = 2_000
/** So often are tags read that this process wrote moments ago and that do not show yet. */
const tagReadingsMax = 5

/**
 * Reads something by id in the moment before it is changed, and checks that its tags still say that it is ours.
 * Undefined when it does not exist: one NotFound alone proves nothing, so it is read twice.
 */
export async function readOwned<Item extends TaggedItem>(
  api: Ec2Api,
  id: string,
  owner: Owner,
  readById: (api: Ec2Api, id: string) => Promise<Item | undefined>,
): Promise<Item | undefined> {
  for (let reading = 1; ; reading += 1) {
    const item = await readConfirmed(api, id, readById)
    if (item === undefined) return undefined
    const tags = tagsOf(item.Tags)
    if (isOwnedBy(item, owner)) return item
    if (!api.young.has(id) || reading >= tagReadingsMax) throw notOurs(id, tags, owner)
    await api.pause(confirmMs)
  }
}

/** So long one reading stands for the calls that begin after it. */
const vouchedMs = 5_000

export interface Vouched<Item> {
  readonly item: Item
  /** Reads it again where that was too long ago; rejects when it is not ours any more. For `CallOptions.confirm`. */
  readonly confirm: () => Promise<void>
}

/** As `readOwned`, for a call that may have to wait for its turn. */
export async function vouchFor<Item extends TaggedItem>(
  api: Ec2Api,
  id: string,
  owner: Owner,
  readById: (api: Ec2Api, id: string) => Promise<Item | undefined>,
): Promise<Vouched<Item> | undefined> {
  const { clock } = api.settings
  let readAt = clock.now()
  const item = await readOwned(api, id, owner, readById)
  if (item === undefined) return undefined
  return {
    item,
    async confirm() {
      const now = clock.now()
      // A clock that was set back makes nothing younger.
      if (Math.abs(now - readAt) < vouchedMs) return
      await readOwned(api, id, owner, readById)
      readAt = now
    },
  }
}

/** What has this id; undefined only when nothing is found twice. A NotFound error counts as nothing. */
export async function readConfirmed<Item>(
  api: Ec2Api,
  id: string,
  readById: (api: Ec2Api, id: string) => Promise<Item | undefined>,
): Promise<Item | undefined> {
  const first = await nothingIfAbsent(() => readById(api, id))
  if (first !== undefined) return first
  await api.pause(confirmMs)
  return nothingIfAbsent(() => readById(api, id))
}

/** So often something is looked for whose name is taken, and that cannot be seen yet. */
const looksMax = 6

/** What `look` finds once the thing can be seen that EC2 says is there; undefined when it stays invisible. */
export async function lookUntilSeen<Item>(
  api: Ec2Api,
  look: () => Promise<Item | undefined>,
): Promise<Item | undefined> {
  for (let looks = 1; looks <= looksMax; looks += 1) {
    const item = await look()
    if (item !== undefined) return item
    await api.pause(confirmMs * looks)
  }
  return undefined
}

/** Whether tags say that something belongs to this stack and address. */
function isOwnedBy(item: TaggedItem, { stack, address, formerly = [] }: Owner): boolean {
  const tagged = taggedAddress(item)
  const names: readonly (string | undefined)[] = [address, ...formerly]
  return tagsOf(item.Tags)[tagKeys.stack] === stack && names.includes(tagged)
}

/** Whether two sets of tags name the same stack and address. */
export function sameOwner(left: Tags, right: Tags): boolean {
  return [tagKeys.stack, tagKeys.address].every((key) => left[key] !== undefined && left[key] === right[key])
}

async function nothingIfAbsent<Item>(read: () => Promise<Item | undefined>): Promise<Item | undefined> {
  try {
    return await read()
  } catch (error) {
    if (isOfClass(error, 'absent')) return undefined
    throw error
  }
}

function notOurs(id: string, tags: Tags, { stack, address }: Owner) {
  const found =
    tags[tagKeys.stack] === undefined
      ? `it carries no ${tagKeys.stack} tag`
      : `its tags say ${tags[tagKeys.stack]} ${tags[tagKeys.address] ?? '(no address)'}`
  return providerError('EC2_NOT_OURS', 'permission', `${id} is no longer ${address} of stack ${stack}: ${found}`, {
    hint: 'nothing was done to it; plan again to see what the stack has now',
  })
}
