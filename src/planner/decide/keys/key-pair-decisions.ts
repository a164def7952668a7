import type { Address } from '../../../model/address.js'
import { parseApplied, type AppliedRecord } from '../../../model/applied.js'
import type { LiveKeyPair } from '../../../model/kinds/key-pair.js'
import { mutabilityOf } from '../../../model/mutability.js'
import type { KeyPairSpec } from '../../../model/kinds/key-pair.js'
import { tagKeys, type Tags } from '../../../model/tags.js'
import {
  compareProperties,
  createDiffs,
  existsDiff,
  recordOf,
  removedDiff,
  sortedDiffs,
  type Property,
} from '../../compare/comparison.js'
import { creationTags, lastingTags, tagWork, userTagsWord, type TagWork } from '../../compare/desired-tags.js'
import { reasonFor, reasonForCreate, reasonForRemoval } from '../../compare/reasons.js'
import type { World } from '../../world.js'
import { adopting, adoptionRefusal } from '../adoption.js'
import type { Decided, Refuse } from '../decided.js'
import { keyNameOf } from '../servers/server-properties.js'
import { wayInTold } from './way-in-told.js'

/** What becomes of a key pair. */
export type KeyPairDecision =
  | (Decided & { readonly kind: 'create'; readonly imported: KeyImport })
  | (Decided & { readonly kind: 'replace'; readonly imported: KeyImport; readonly old: LiveKeyPair })
  | (Decided & { readonly kind: 'keep' | 'update'; readonly tagging: TagWork })
  | (Decided & { readonly kind: 'remove'; readonly live: LiveKeyPair })
  | Refuse

/** The public half as it is sent to EC2. */
export interface KeyImport {
  readonly keyName: string
  /** Undefined: the pair is generated on this machine. */
  readonly publicKey: string | undefined
  readonly tags: Tags
}

/** Decides what becomes of every key pair, in the file and live. */
export function decideKeyPairs(world: World, held: ReadonlySet<Address>): ReadonlyMap<Address, KeyPairDecision> {
  const decisions = new Map<Address, KeyPairDecision>()
  for (const spec of world.spec.keyPairs) {
    if (held.has(spec.address)) continue
    const live = world.live.keyPairs.get(spec.address)
    const refusal = adoptionRefusal(world, spec.address, 'keyPairId', spec.keyPairId, live)
    const decided = () =>
      live ? adopting(live, 'keyPairId', spec.keyPairId, decideExisting(world, spec, live)) : decideNew(world, spec)
    decisions.set(spec.address, refusal ?? decided())
  }
  for (const [address, live] of world.live.keyPairs) {
    if (decisions.has(address) || held.has(address)) continue
    const reason = reasonForRemoval(world.destroying !== undefined)
    const change = { address, kind: 'remove', reason, diffs: [removedDiff] } as const
    decisions.set(address, { kind: 'remove', address, live, change, problems: [] })
  }
  return decisions
}

function decideNew(world: World, spec: KeyPairSpec): KeyPairDecision {
  const { address } = spec
  const wasThere = world.live.ledger.has(address)
  const publicKey = world.live.stack.publicKeys[address] ?? generatedHere
  const wishes = createDiffs<'keyPair'>({ publicKey }, wasThere ? 'drift' : 'pending')
  const diffs = sortedDiffs<'keyPair'>([...(wasThere ? [existsDiff] : []), ...wishes])
  const change = { address, kind: 'create', reason: reasonForCreate(wasThere), diffs } as const
  return { kind: 'create', address, imported: importOf(world, spec), change, problems: [] }
}

function decideExisting(world: World, spec: KeyPairSpec, live: LiveKeyPair): KeyPairDecision {
  const { address } = spec
  const applied = parseApplied(live.tags[tagKeys.applied])
  const properties = [keyProperty(world, spec, live, applied)]
  const changed = compareProperties(world.digest, applied, properties)
  if (changed.length > 0) {
    const diffs = changed.map((diff) => ({ ...diff, forcesReplacement: mutabilityOf('keyPair', diff.path).because }))
    const change = { address, kind: 'replace', reason: reasonFor(diffs), diffs } as const
    const imported = importOf(world, spec)
    return { kind: 'replace', address, imported, old: live, change, problems: [] }
  }
  const local = world.live.stack.publicKeys[address]
  const isHere = spec.publicKey !== undefined || (local !== undefined && local === (live.publicKey ?? local))
  const problems = wayInTold(world, address, isHere)
  const record = recordOf(world.digest, [...properties, { key: 'tags', word: userTagsWord(spec.tags) }])
  const lasting = lastingTags(world, address, spec.tags)
  const tagging = tagWork(world, live.tags, spec.tags, lasting, record, { alone: true })
  const diffs = sortedDiffs(tagging.diffs)
  const isSame = diffs.length === 0
  const change = { address, kind: isSame ? 'none' : 'update', reason: reasonFor(diffs), diffs } as const
  return { kind: isSame ? 'keep' : 'update', address, tagging, change, problems }
}

/**
 * Only where both keys are known can they be compared. A generated pair is the one that EC2 has, whichever machine made it:
 * none takes its place because another one lies here, which nobody else could use.
 */
function keyProperty(
  world: World,
  spec: KeyPairSpec,
  live: LiveKeyPair,
  applied: AppliedRecord | undefined,
): Property<'keyPair'> {
  const publicKey = world.live.stack.publicKeys[spec.address]
  const word = keyWord(world, spec)
  const wasGenerated = applied === undefined || applied.key === world.digest(word)
  const isKnown = publicKey !== undefined && live.publicKey !== undefined
  const isSame = isKnown && publicKey === live.publicKey
  const equal = spec.publicKey === undefined ? wasGenerated || isSame : !isKnown || isSame
  return {
    path: 'publicKey',
    key: 'key',
    word,
    before: live.publicKey ?? null,
    after: publicKey ?? generatedHere,
    equal,
  }
}

const generatedHere = '(generated on this machine)'

/** What a pair that the file names will be. */
export interface PairOutlook {
  /** Its public half; undefined: it is generated in this plan, or nobody knows it. */
  readonly publicKey: string | undefined
  /** Whether it takes another's place in EC2 in this plan. */
  readonly changes: boolean
}

export function pairOutlook(world: World, address: Address): PairOutlook {
  const local = world.live.stack.publicKeys[address]
  const spec = world.keyPairs.get(address)
  const live = world.live.keyPairs.get(address)
  if (!spec || !live) return { publicKey: local, changes: false }
  const changes = keyProperty(world, spec, live, parseApplied(live.tags[tagKeys.applied])).equal === false
  return { publicKey: changes ? local : (live.publicKey ?? local), changes }
}

/** The key itself where the file names one; a generated one is a word, the same on every machine. */
function keyWord(world: World, spec: KeyPairSpec): string {
  return spec.publicKey === undefined ? 'generated' : (world.live.stack.publicKeys[spec.address] ?? 'unknown')
}

function importOf(world: World, spec: KeyPairSpec): KeyImport {
  const { address, tags } = spec
  const record = recordOf(world.digest, [
    { key: 'key', word: keyWord(world, spec) },
    { key: 'tags', word: userTagsWord(tags) },
  ])
  return {
    keyName: keyNameOf(world, { keyPair: address }),
    publicKey: world.live.stack.publicKeys[address],
    tags: creationTags(world, lastingTags(world, address, tags), record),
  }
}
