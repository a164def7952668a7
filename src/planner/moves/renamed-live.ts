import { parseAddress, type Address } from '../../model/address.js'
import { compareText } from '../../model/address-order.js'
import { appliedOf, appliedTags, type AppliedRecord, type Digester } from '../../model/applied.js'
import { recordTag } from '../../model/copy-record.js'
import { liveLists } from '../../model/kinds/kinds.js'
import type { LiveStack } from '../../model/live-stack.js'
import { renamingOf, type Renaming } from '../../model/moves/renaming.js'
import { nameTag } from '../../model/names.js'
import type { StackSpec } from '../../model/stack-spec.js'
import { tagKeys, type Tagged, type Tags } from '../../model/tags.js'
import { recordOf, type Property } from '../compare/comparison.js'
import { blockRuleDigest, fileRuleDigest } from '../decide/copies/rule-digests.js'
import { elasticIpWords } from '../decide/elastic-ips/elastic-ip-decisions.js'
import { interfaceWords } from '../decide/interfaces/interface-decisions.js'
import { groupWords } from '../decide/network/group-words.js'
import { serverWords } from '../decide/servers/server-properties.js'
import { formerSpecOf, type FormerSpec } from './former-spec.js'

/** What is written on one resource, so that its tags say the names of now. */
export interface Retag {
  readonly resource: Tagged
  readonly tags: Tags
  readonly removeTags: readonly string[]
  /** The renamed rules whose records are among them. */
  readonly rules: readonly { readonly former: Address; readonly now: Address }[]
}

export interface RenamedLive {
  /** As it will be when the tags are written and the ledger is. */
  readonly live: LiveStack
  readonly retags: readonly Retag[]
}

/** What is live, with tags that say the names of now, and what has to be written for that. */
export function renamedLive(spec: StackSpec, live: LiveStack, digest: Digester): RenamedLive {
  if (!live.renamed) return { live, retags: [] }
  const renaming = renamingOf(spec)
  const former = formerSpecOf(live)
  const records = formerRecords(spec, former, digest)
  const copies = formerCopies(spec, former)
  const retags: Retag[] = []
  const lists = [...liveLists, 'snapshots'] as const
  const rewritten = lists.flatMap((list) => {
    const resources: readonly Tagged[] | undefined = live[list]
    if (!resources) return []
    return [[list, resources.map((resource) => rewrite(resource))] as const]
  })
  return { live: { ...live, ...Object.fromEntries(rewritten), ledger: renamedLedger(live.ledger, renaming) }, retags }

  function rewrite(resource: Tagged): Tagged {
    if (resource.tags[tagKeys.stack] !== spec.stack) return resource
    const named = withName(resource, spec.stack)
    const recorded = withRecord(named, records.get(resource.address))
    const { tags, rules } = withCopies(recorded, copies)
    const written = Object.entries(tags).filter(([key, value]) => resource.tags[key] !== value)
    const removeTags = Object.keys(resource.tags).filter((key) => !Object.hasOwn(tags, key))
    if (written.length + removeTags.length === 0) return resource
    retags.push({ resource, tags: Object.fromEntries(written), removeTags: removeTags.sort(compareText), rules })
    return { ...resource, tags }
  }
}

function withName({ address, tags }: Tagged, stack: string): Tags {
  const tagged = tags[tagKeys.address]
  // What was launched together is named for the first time by its own tagging.
  if (tagged === undefined || tagged === address || !parseAddress(tagged)) return tags
  const isNamed = tags[tagKeys.name] === nameTag(stack, tagged as Address)
  return { ...tags, [tagKeys.address]: address, ...(isNamed && { [tagKeys.name]: nameTag(stack, address) }) }
}

/** By what an entry says now the digests of what it said with the former names, where that is not the same. */
type FormerRecord = ReadonlyMap<string, { readonly before: string; readonly now: string }>

/** By address. */
function formerRecords(
  { servers, volumes, elasticIps, interfaces = [], securityGroups }: StackSpec,
  former: FormerSpec,
  digest: Digester,
): ReadonlyMap<Address, FormerRecord> {
  const found = new Map<Address, FormerRecord>()
  const add = <Entry extends { readonly address: Address }>(
    entries: readonly Entry[],
    wordsOf: (entry: Entry) => readonly Pick<Property, 'key' | 'word'>[],
  ) => {
    for (const entry of entries) {
      const formerly = former(entry)
      if (formerly === entry) continue
      const said: AppliedRecord = recordOf(digest, wordsOf(formerly))
      const now = Object.entries(recordOf(digest, wordsOf(entry)))
      found.set(
        entry.address,
        new Map(
          now.map(([key, value]) => [key, { before: said[key as keyof AppliedRecord] ?? '', now: value }] as const),
        ),
      )
    }
  }
  add(servers, serverWords)
  add(volumes, ({ server }) => [{ key: 'server', word: server }])
  add(elasticIps, elasticIpWords)
  add(interfaces, interfaceWords)
  add(securityGroups, groupWords)
  return found
}

function withRecord(tags: Tags, former: FormerRecord | undefined): Tags {
  const applied = appliedOf(tags)
  if (!former || !applied) return tags
  const entries = Object.entries(applied).map(([key, value]) => {
    const known = former.get(key)
    return [key, known && known.before === value ? known.now : value]
  })
  return { ...tags, ...appliedTags(Object.fromEntries(entries) as AppliedRecord) }
}

/** How a rule is recorded now, by the tag in which it was. */
interface FormerCopy {
  readonly tag: string
  readonly rule: { readonly former: Address; readonly now: Address }
  /** The rule's digest with the former names -> now. */
  readonly digests: Map<string, string>
}

function formerCopies({ syncs }: StackSpec, former: FormerSpec): ReadonlyMap<string, FormerCopy> {
  const copies = new Map<string, FormerCopy>()
  for (const rule of syncs) {
    const before = former(rule)
    if (before === rule) continue
    const tag = recordTag(before.address)
    const copy = copies.get(tag) ?? {
      tag: recordTag(rule.address),
      rule: { former: before.address, now: rule.address },
      digests: new Map(),
    }
    copies.set(tag, copy)
    copy.digests.set(fileRuleDigest(before), fileRuleDigest(rule))
    copy.digests.set(blockRuleDigest(before), blockRuleDigest(rule))
  }
  return copies
}

/** A record has two words, the second of which is the rule's digest. */
function withCopies(tags: Tags, copies: ReadonlyMap<string, FormerCopy>): Pick<Retag, 'tags' | 'rules'> {
  const written: Record<string, string> = { ...tags }
  const rules: FormerCopy['rule'][] = []
  for (const [key, { tag, rule, digests }] of copies) {
    const value = tags[key]
    if (value === undefined) continue
    const [first = '', digest = '', ...rest] = value.split(' ')
    if (tag !== key) {
      delete written[key]
      rules.push(rule)
    }
    // One that was renamed and copied since says it under its own name.
    if (tag === key || tags[tag] === undefined) written[tag] = [first, digests.get(digest) ?? digest, ...rest].join(' ')
  }
  return { tags: written, rules }
}

function renamedLedger(ledger: LiveStack['ledger'], renaming: Renaming): LiveStack['ledger'] {
  if (!ledger) return undefined
  const { addresses, wishes } = ledger
  return {
    ...ledger,
    addresses: [...new Set(addresses.map(renaming))],
    ...(wishes && { wishes: wishes.map((wish) => ({ ...wish, address: renaming(wish.address) })) }),
  }
}
