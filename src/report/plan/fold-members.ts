import { parseAddress, type Address } from '../../model/address.js'
import type { Change, Diff, DiffValue } from '../../model/change.js'

/** A change with what lies on it: a server with its volumes and rules, anything else alone. */
export interface Block {
  /** Absent: nothing changes about the server itself. */
  readonly change: Change | undefined
  readonly address: Address
  readonly inner: readonly Change[]
}

/** Blocks that say the same of several members of a count, as one. */
export interface FoldedBlock extends Block {
  /** `server.web[0..39]`; the address itself for one alone. */
  readonly title: string
  /** The addresses that it stands for. */
  readonly members: readonly Address[]
  /** Where the members' values differ: by the address of the first member's change and path, each value with its index. */
  readonly differing: ReadonlyMap<string, readonly string[]>
}

/**
 * Blocks of members of one count that differ in no more than the values of properties become one, in the first one's
 * place. Whether two are alike is seen by everything but those values: kinds, reasons, impacts, paths and what lies on them.
 */
export function foldMembers(blocks: readonly Block[], show: (diff: Diff) => string): readonly FoldedBlock[] {
  const groups = new Map<string, Block[]>()
  for (const block of blocks) {
    const shape = shapeOf(block)
    const group = groups.get(shape)
    if (group) group.push(block)
    else groups.set(shape, [block])
  }
  return [...groups.values()].map((members) => folded(members, show))
}

/** `differing` of a folded block is found by this. */
export function differingKey(address: Address, path: string): string {
  return `${address} ${path}`
}

function folded(members: readonly Block[], show: (diff: Diff) => string): FoldedBlock {
  const [first] = members as readonly [Block, ...Block[]]
  const addresses = members.map(({ address }) => address)
  if (members.length === 1) return { ...first, title: first.address, members: addresses, differing: new Map() }
  const differing = new Map<string, readonly string[]>()
  changesOf(first).forEach((change, at) => {
    change.diffs.forEach(({ path }, place) => {
      const values = members.map((member) => {
        const diff = changesOf(member)[at]?.diffs[place]
        return diff ? show(withoutIndex(diff, member.address)) : ''
      })
      if (values.some((value) => value !== values[0])) {
        differing.set(
          differingKey(change.address, path),
          values.map((value, index) => `[${indexOf(members[index]?.address)}] ${value}`),
        )
      }
    })
  })
  return { ...withoutIndices(first), title: namedTogether(addresses), members: addresses, differing }
}

/** What is said of the first member, said of all: where its own name stands, that of none in particular. */
function withoutIndices({ change, address, inner }: Block): Block {
  const ofAll = (one: Change): Change => ({
    ...one,
    reason: nameless(one.reason, address),
    diffs: one.diffs.map((diff) => withoutIndex(diff, address)),
  })
  return { change: change && ofAll(change), address, inner: inner.map(ofAll) }
}

/** Members of one count by one name, `server.web[0..6, 8]`; one alone by its own. */
export function namedTogether(members: readonly Address[]): string {
  const [first = ''] = members
  if (members.length <= 1) return first
  return `${first.slice(0, first.lastIndexOf('['))}[${ranges(members.map(indexOf))}]`
}

function changesOf({ change, inner }: Block): readonly Change[] {
  return change ? [change, ...inner] : inner
}

function shapeOf(block: Block): string {
  if (parseAddress(block.address)?.index === undefined) return block.address
  return JSON.stringify([
    nameless(block.address, block.address),
    ...changesOf(block).map(({ address, kind, reason, impact, diffs }) => [
      memberName(address, block.address),
      kind,
      nameless(reason, block.address),
      impact,
      diffs.map(({ path, cause, forcesReplacement, left, before, after }) => [
        path,
        cause,
        forcesReplacement,
        left,
        before === null,
        after === null,
      ]),
    ]),
  ])
}

/** What lies on a member, and has its index too, by the name that holds for all of them: `sync.library[*]`. */
export function memberName(address: Address, member: Address): string {
  const index = parseAddress(member)?.index
  if (index === undefined || parseAddress(address)?.index !== index) return address
  return `${address.slice(0, address.lastIndexOf('['))}[*]`
}

/** The index of the member itself, wherever its name stands, says nothing about it. */
function withoutIndex(diff: Diff, address: Address): Diff {
  const { before, after, items } = diff
  const named = (texts: readonly string[]) => texts.map((text) => nameless(text, address))
  return {
    ...diff,
    before: namelessValue(before, address),
    after: namelessValue(after, address),
    ...(items && { items: { removed: named(items.removed), added: named(items.added) } }),
  }
}

function namelessValue(value: DiffValue, address: Address): DiffValue {
  if (typeof value === 'string') return nameless(value, address)
  return typeof value === 'object' && value !== null ? value.map((item) => nameless(item, address)) : value
}

function nameless(text: string, address: Address): string {
  const name = address.slice(address.indexOf('.') + 1)
  return text.replaceAll(name, `${name.slice(0, name.lastIndexOf('['))}[*]`)
}

function indexOf(address: Address | undefined): number {
  return (address && parseAddress(address)?.index) ?? 0
}

/** `0..6, 8, 10..39`. */
function ranges(indices: readonly number[]): string {
  const runs: [number, number][] = []
  for (const index of [...indices].sort((left, right) => left - right)) {
    const last = runs.at(-1)
    if (last && index === last[1] + 1) last[1] = index
    else runs.push([index, index])
  }
  return runs.map(([from, to]) => (from === to ? String(from) : `${from}..${to}`)).join(', ')
}
