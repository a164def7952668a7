import { SpecError, UsageError } from '../../core/errors.js'
import { parseAddress, type Address } from '../../model/address.js'
import type { Plan } from '../../model/plan.js'
import { tagKeys } from '../../model/tags.js'
import { rewritten, writtenValue } from '../../spec/writing/accept.js'
import { acceptedWords, type AcceptedWord, type Unacceptable } from '../../spec/writing/accepted-words.js'
import { didYouMean } from '../../spec/nearest.js'
import { readText } from '../input/read-text.js'
import { withLock } from '../lock/with-lock.js'
import { planStack } from '../plan-stack.js'
import { writeWhole } from '../saved-plan/write-whole.js'
import { serversByPattern } from '../servers/named-by-pattern.js'
import type { Session } from '../session.js'
import { stackInput, type StackFileOptions } from '../stack-file.js'

/** What a stack file becomes when it says what is live. */
export interface AcceptedDrift {
  readonly path: string
  readonly before: string
  readonly after: string
  readonly words: readonly AcceptedWord[]
  /** What it cannot say. */
  readonly refused: readonly Unacceptable[]
  /** The files that it builds on, which stay as they are. */
  readonly bases: readonly string[]
}

/**
 * The stack file with words that say what has drifted at these addresses; nothing is written. Throws a UsageError for an address
 * at which nothing has, and a SpecError where the file would have a mistake.
 */
export async function acceptedDrift(
  session: Session,
  names: readonly string[],
  options: StackFileOptions,
): Promise<AcceptedDrift> {
  const { spec, file } = session
  const { changes } = await planStack(session, { hosts: true })
  const input = stackInput(file.path, options)
  const addresses = addressesOf(session, names, changes)
  const { words, refused } = acceptedWords(addresses, changes, writtenValue(input.text, input.bases ?? []), spec)
  const result = rewritten(input, words)
  if (result.mistakes.length > 0) throw new SpecError(result.mistakes)
  return {
    path: file.path,
    before: input.text,
    after: result.text,
    words: result.done,
    refused: [...refused, ...result.refused],
    bases: file.bases,
  }
}

/** Writes the file, unless somebody has changed it meanwhile. */
export function writeAccepted({ path, before, after }: Pick<AcceptedDrift, 'path' | 'before' | 'after'>): void {
  if (readText(path) !== before) {
    throw new UsageError('FILE_UNWRITABLE', `the file ${path} was changed meanwhile, and stays as it is now`, {
      hint: 'run it again',
    })
  }
  writeWhole(path, after, { what: 'the stack file', mode: 'kept' })
}

/**
 * Records in EC2, for a session with the file as it is now, that what is live is what it says: in the tag that tells what was applied
 * last, and nowhere else. Returns the addresses of which a plan wants more than that.
 */
export async function recordAccepted(session: Session, addresses: readonly Address[]): Promise<readonly Address[]> {
  return withLock(session, {}, async () => {
    const plan = await planStack(session, { hosts: true })
    for (const address of addresses) {
      for (const { id, tags } of recordOf(plan, address)) await session.ports.cloud.setTags({ id, tags })
    }
    return addresses.filter((address) => wantsMore(plan, address))
  })
}

const recordPath = `tags.${tagKeys.applied}`

function wantsMore({ changes }: Plan, address: Address): boolean {
  return changes.some(
    (one) => one.address === address && one.diffs.some(({ path, left }) => path !== recordPath && !left),
  )
}

function recordOf(plan: Plan, address: Address) {
  if (wantsMore(plan, address)) return []
  return plan.steps.flatMap((step) => {
    if (step.kind !== 'tag-resource' || step.address !== address || step.removeTags.length > 0) return []
    const id = step.resourceId ?? plan.bindings[step.target]?.id
    return id === undefined ? [] : [{ id, tags: step.tags }]
  })
}

/** Every address that is meant, each once. Throws for one at which nothing has drifted. */
function addressesOf(session: Session, names: readonly string[], changes: Plan['changes']): readonly Address[] {
  const drifted = changes.filter(({ diffs }) => diffs.some(({ cause }) => cause === 'drift')).map((one) => one.address)
  const found = names.flatMap((name): readonly Address[] => {
    const exact = changes.find(({ address }) => address === name)?.address
    if (exact !== undefined) return drifted.includes(exact) ? [exact] : unknown(name, drifted)
    if (parseAddress(name) && !name.startsWith('server.')) return unknown(name, drifted)
    const servers = serversByPattern([name], session.spec).filter((address) => drifted.includes(address))
    return servers.length > 0 ? servers : unknown(name, drifted)
  })
  return [...new Set(found)]
}

function unknown(name: string, drifted: readonly Address[]): never {
  throw new UsageError('ACCEPT_UNKNOWN', `nothing has drifted at ${name}`, {
    hint:
      didYouMean(name, drifted) ??
      (drifted.length === 0 ? 'nothing has drifted at all' : `drift: ${drifted.join(', ')}`),
  })
}
