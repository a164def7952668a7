import type { Address } from '../../model/address.js'
import { canonicalJson, digestOfText } from '../../core/digest.js'
import { liveLists, specLists } from '../../model/kinds/kinds.js'
import type { StackSpec } from '../../model/stack-spec.js'
import { compareText, sortedByAddress } from '../../model/address-order.js'
import type { HostFacts } from '../../model/inside/host-facts.js'
import type { LiveLedger, LiveStack } from '../../model/live-stack.js'
import { sortedWishes } from '../../model/ledger/wish.js'

/** The same specification with every list whose order means nothing in one order. */
export function normalizedSpec(spec: StackSpec): StackSpec {
  return {
    ...spec,
    ...sortedLists(spec, specLists),
    securityGroups: sortedByAddress(spec.securityGroups).map((group) => ({
      ...group,
      ingress: sortedByJson(group.ingress),
      ...(group.egress && { egress: sortedByJson(group.egress) }),
    })),
    servers: sortedByAddress(spec.servers).map((server) => ({
      ...server,
      securityGroups: [...server.securityGroups].sort(compareText),
      dependsOn: [...server.dependsOn].sort(compareText),
    })),
  }
}

/** The same observation with every list whose order means nothing in one order. Lines of fstab keep theirs. */
export function normalizedLive(live: LiveStack): LiveStack {
  const idOf = ({ id }: { readonly id: string }) => id
  return {
    ...live,
    zones: [...live.zones].sort(compareText),
    ...sortedLists(live, liveLists),
    securityGroups: sortedByAddress(live.securityGroups, idOf).map((group) => ({
      ...group,
      ingress: sortedByJson(group.ingress),
      ...(group.egress && { egress: sortedByJson(group.egress) }),
    })),
    servers: sortedByAddress(live.servers, idOf).map((server) => ({
      ...server,
      securityGroupIds: [...server.securityGroupIds].sort(compareText),
    })),
    snapshots: sortedByAddress(live.snapshots, idOf),
    ledger: live.ledger && normalizedLedger(live.ledger),
    hosts: Object.fromEntries(Object.entries(live.hosts).map(([address, facts]) => [address, normalizedHost(facts)])),
    unreadable: sortedByAddress(live.unreadable, ({ reason }) => reason),
  }
}

/**
 * SHA-256 of a normalized document in hex: tells a saved plan that the world or the file is not what it was made from.
 * Its members are digested one by one, so that the text of a large stack never stands in memory as a whole.
 */
export function documentDigest(document: StackSpec | LiveStack): string {
  const parts: string[] = []
  for (const [name, member] of Object.entries(document).sort(([left], [right]) => compareText(left, right))) {
    if (member === undefined) continue
    const items: readonly unknown[] = isCollection(member) ? Object.entries(member).sort(byKey) : [member]
    for (const item of items) parts.push(digestOfText(`${name} ${canonicalJson(item)}`))
  }
  return digestOfText(parts.join(' '))
}

function isCollection(member: unknown): member is object {
  return typeof member === 'object' && member !== null
}

/** Lists keep their order: their keys are numbers, and compared as such. */
function byKey([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  const numbers = Number(left) - Number(right)
  return Number.isNaN(numbers) ? compareText(left, right) : numbers
}

interface Listed {
  readonly address: Address
  readonly id?: string
}

/** The lists of those names, each by address, then id; one that is absent stays so. */
function sortedLists<List extends string, Lists extends { readonly [Name in List]?: readonly Listed[] }>(
  document: Lists,
  lists: readonly List[],
): Pick<Lists, List> {
  const sorted = lists.flatMap((list) => {
    const items: readonly Listed[] | undefined = document[list]
    return items ? [[list, sortedByAddress<Listed>(items, ({ id = '' }) => id)]] : []
  })
  return Object.fromEntries(sorted) as Pick<Lists, List>
}

function normalizedLedger(ledger: LiveLedger): LiveLedger {
  const { wishes } = ledger
  return {
    ...ledger,
    addresses: [...ledger.addresses].sort(compareText),
    ...(wishes && { wishes: sortedWishes(wishes) }),
  }
}

function normalizedHost(facts: HostFacts): HostFacts {
  if (facts.kind !== 'read') return facts
  return {
    ...facts,
    devices: [...facts.devices].sort((left, right) => compareText(left.volumeId, right.volumeId)),
    mounts: [...facts.mounts].sort(
      (left, right) => compareText(left.path, right.path) || compareText(left.volumeId, right.volumeId),
    ),
  }
}

function sortedByJson<T>(items: readonly T[]): readonly T[] {
  if (items.length < 2) return items
  return items
    .map((item) => ({ item, key: canonicalJson(item) }))
    .sort((left, right) => compareText(left.key, right.key))
    .map(({ item }) => item)
}
