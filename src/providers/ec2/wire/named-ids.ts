import { messageOf } from '../../../core/errors.js'
import { hasAwsCode, isOfClass } from '../errors/provider-errors.js'

/** EC2 takes at most 1,000 ids in a call; fewer fit into one request. */
const idsMax = 200

/**
 * What has these ids, whoever owns it. They are sent as ids: with a filter, and without an owner, EC2 looks through
 * everything that is public. One that is missing or malformed fails a call as a whole; EC2 says which, and the others are asked
 * for again without it, or in halves where it does not say.
 */
export async function readNamed<Item>(
  ids: readonly string[],
  read: (ids: string[]) => Promise<readonly Item[] | undefined>,
): Promise<readonly Item[]> {
  if (ids.length === 0) return []
  try {
    const found: Item[] = []
    for (let start = 0; start < ids.length; start += idsMax)
      found.push(...((await read(ids.slice(start, start + idsMax))) ?? []))
    return found
  } catch (error) {
    if (!isNothing(error)) throw error
    if (ids.length === 1) return []
    const others = ids.filter((id) => !messageOf(error).includes(id))
    if (others.length < ids.length) return readNamed(others, read)
    const middle = Math.ceil(ids.length / 2)
    const halves = await Promise.all([ids.slice(0, middle), ids.slice(middle)].map((half) => readNamed(half, read)))
    return halves.flat()
  }
}

/** Gone, never there, deregistered, or no id at all: nothing that a stack could use. */
function isNothing(error: unknown): boolean {
  return (
    isOfClass(error, 'absent') ||
    hasAwsCode(error, 'InvalidAMIID.Unavailable', 'InvalidAMIID.Malformed', 'InvalidSnapshotID.Malformed')
  )
}
