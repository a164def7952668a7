import { compareText } from '../../model/address-order.js'
import { kinds } from '../../model/kinds/kinds.js'
import { parseAddress, type Address, type AddressParts } from '../../model/address.js'
import type { Change, Diff } from '../../model/change.js'
import { shownMountOptions } from '../../model/inside/fstab-line.js'
import type { StackSpec } from '../../model/stack-spec.js'
import { specKinds } from '../kinds/kinds.js'
import type { Path } from '../problem.js'
import { literalText, piecesOf } from '../variables/interpolation.js'
import { sidedRules } from '../../model/kinds/security-group.js'
import { rulesWith } from './accepted-rules.js'
import { valueAt } from './values-at.js'

/** A word of the stack file that says what is live. */
export interface AcceptedWord {
  readonly address: Address
  /** All that share it: the members of a count, or the one. */
  readonly members: readonly Address[]
  /** Where it stands, from the root of the file. */
  readonly path: Path
  /** Undefined: it goes. */
  readonly value: unknown
}

/** What of the drift the file cannot say, and why. */
export interface Unacceptable {
  readonly address: Address
  /** As in reports. */
  readonly path: string
  readonly why: string
}

export interface Acceptance {
  readonly words: readonly AcceptedWord[]
  readonly refused: readonly Unacceptable[]
}

/** What an entry of the file is looked at with. */
interface Entry {
  readonly address: Address
  readonly parts: AddressParts
  /** As it is written, with what it builds on. */
  readonly written: unknown
  readonly spec: StackSpec
}

type Word = { readonly path: Path; readonly value: unknown } | { readonly why: string }

/**
 * The words with which a stack file says what is live of these addresses, for what has drifted there. `changes` are all of a plan,
 * `written` is the value of the file on top of its bases, before any variable.
 */
export function acceptedWords(
  addresses: readonly Address[],
  changes: readonly Change[],
  written: unknown,
  spec: StackSpec,
): Acceptance {
  const words = new Map<string, AcceptedWord>()
  const refused: Unacceptable[] = []
  for (const address of addresses) {
    const parts = parseAddress(address)
    const change = changes.find((one) => one.address === address)
    if (!parts || !change) continue
    const entry: Entry = { address, parts, written, spec }
    const drifted = change.diffs.filter(({ cause }) => cause === 'drift')
    const gone = drifted.find(({ path }) => path === 'exists')
    const members = parts.index === undefined ? [change] : changes.filter((one) => isMemberWith(parts, one.address))
    for (const path of gone ? ['exists'] : [...new Set(drifted.map((diff) => diff.path))].toSorted(compareText)) {
      const diffs = drifted.filter((diff) => diff.path === path)
      const word = members.every((one) => hasSame(one, diffs))
        ? wordFor(entry, path, diffs)
        : { why: sharedText(members) }
      const reason = 'why' in word ? word.why : variableText(entry, word.path)
      if (reason !== undefined) refused.push({ address, path, why: reason })
      else if ('path' in word)
        words.set(word.path.join('\0'), {
          address,
          members: members.map((one) => one.address),
          path: word.path,
          value: typeof word.value === 'string' ? literalText(word.value) : word.value,
        })
    }
  }
  return { words: [...words.values()], refused }
}

function isMemberWith(parts: AddressParts, address: Address): boolean {
  const other = parseAddress(address)
  return other?.kind === parts.kind && other.name === parts.name && other.index !== undefined
}

function hasSame({ diffs }: Change, wanted: readonly Diff[]): boolean {
  return wanted.every(({ path, before, after }) =>
    diffs.some(
      (one) => one.path === path && String(one.before) === String(before) && String(one.after) === String(after),
    ),
  )
}

function sharedText(members: readonly Change[]): string {
  return `the ${members.length} members share the word of their entry, and are not alike in this`
}

/** A word that a variable makes is not changed by writing over it. */
function variableText({ written }: Entry, path: Path): string | undefined {
  const texts = path.map((_, index) => valueAt(written, path.slice(0, index + 1)))
  const text = texts.find(
    (value) => typeof value === 'string' && piecesOf(value).some(({ kind }) => kind === 'expression'),
  )
  if (typeof text !== 'string') return undefined
  const names = [...text.matchAll(/\$\{var\.([\w-]+)\}/g)].map(([, name]) => `\`${name}\``)
  return names.length === 0
    ? `the file says ${text}`
    : `the variable ${names.join(' and ')} says it: give it another value, or change its default`
}

function wordFor(entry: Entry, path: string, diffs: readonly Diff[]): Word {
  const { parts } = entry
  const root = specKinds[parts.kind].pathOf(parts.name)
  const before = diffs[0]?.before ?? null
  if (path === 'exists') return { why: 'it is gone: take its entry out of the file by hand' }
  if (path.startsWith('tags.evenkeel:') || path === 'tags.Name')
    return { why: "it is evenkeel's own: apply writes it back" }
  if (!('section' in kinds[parts.kind]) || parts.kind === 'elasticIp') return { why: 'the file has no word for it' }
  if (path.startsWith('tags.')) return tagWord(entry, root, path.slice('tags.'.length), before)
  if (parts.kind === 'securityGroup' && (path === 'ingress' || path === 'egress')) {
    const group = entry.spec.securityGroups.find(({ address }) => address === entry.address)
    const isImplied = path === 'egress' && group?.egress === undefined
    const own = group ? sidedRules(group).filter(({ side }) => side === path) : []
    const rules = isImplied
      ? rulesWith(path, [everywhere.rule], [everywhere.written], diffs)
      : rulesWith(path, own, valueAt(entry.written, [...root, path]), diffs)
    return 'why' in rules ? rules : { path: [...root, path], value: rules.items }
  }
  const word = wordsOf[parts.kind]?.[path]
  if (!word) return { why: 'the file cannot say it: apply puts it back, or change the entry by hand' }
  const said = word(before, entry, root)
  return 'why' in said ? said : { path: [...root, ...said.path], value: said.value }
}

function tagWord({ written }: Entry, root: Path, key: string, before: Diff['before']): Word {
  const path = [...root, 'tags', key]
  if (before !== null) return { path, value: before }
  if (valueAt(written, path) === undefined)
    return { why: 'it is a tag of the whole stack: take it out of `tags` by hand' }
  const others = Object.keys(valueAt(written, [...root, 'tags']) ?? {}).length
  return { path: others > 1 ? path : path.slice(0, -1), value: undefined }
}

/** What the file means where it says nothing of `egress`. */
const everywhere = {
  written: { port: 'all', to: '0.0.0.0/0' },
  rule: {
    side: 'egress',
    protocol: 'all',
    fromPort: 0,
    toPort: 65_535,
    peer: { kind: 'cidr', cidr: '0.0.0.0/0' },
  },
} as const

type WordOf = (before: Diff['before'], entry: Entry, root: Path) => Word

function same(...path: Path): WordOf {
  return (before) => ({ path, value: before ?? undefined })
}

/** What says it in the file, by the path in reports. */
const wordsOf: Readonly<Partial<Record<AddressParts['kind'], Readonly<Record<string, WordOf>>>>> = {
  server: {
    type: same('type'),
    state: same('state'),
    protect: same('protect'),
    monitoring: same('monitoring'),
    iamInstanceProfile: same('iamInstanceProfile'),
    'cpu.cores': same('cpu', 'cores'),
    'cpu.threadsPerCore': same('cpu', 'threadsPerCore'),
    'metadata.tokens': same('metadata', 'tokens'),
    'metadata.hopLimit': same('metadata', 'hopLimit'),
    'metadata.endpoint': same('metadata', 'endpoint'),
    'metadata.instanceTags': same('metadata', 'instanceTags'),
    stopProtection: same('stopProtection'),
    shutdownBehavior: same('shutdownBehavior'),
    secondaryPrivateIps: same('secondaryPrivateIps'),
    sourceDestCheck: same('sourceDestCheck'),
    'rootVolume.type': same('rootVolume', 'type'),
    'rootVolume.onRemove': same('rootVolume', 'onRemove'),
    securityGroups: (before, { written }, root) => {
      const names = Array.isArray(before) ? (before as readonly string[]) : []
      const said = valueAt(written, [...root, 'securityGroups'])
      if (Array.isArray(said) && said.some((one) => typeof one === 'object'))
        return { why: 'the file names a group by a tag: change the list by hand' }
      const foreign = names.filter((name) => !/^(?:securityGroup\.|sg-(?:[0-9a-f]{8}|[0-9a-f]{17})$)/.test(name))
      if (foreign.length > 0) return { why: `${foreign.join(', ')} is no group of the stack` }
      const live = names.map((name) => name.replace(/^securityGroup\./, ''))
      const kept = Array.isArray(said) ? (said as readonly unknown[]).filter((name) => live.includes(String(name))) : []
      return { path: ['securityGroups'], value: [...kept, ...live.filter((name) => !kept.includes(name))] }
    },
  },
  volume: {
    size: same('size'),
    type: same('type'),
    iops: same('iops'),
    throughput: same('throughput'),
    onRemove: same('onRemove'),
    protect: same('protect'),
    label: same('label'),
    uuid: same('uuid'),
    attachment: (before) =>
      typeof before === 'string' && before.startsWith('server.')
        ? { path: ['server'], value: before.slice('server.'.length) }
        : { why: 'it is on no server of the stack: take `server` and `mount` out by hand' },
    mount: (before, { written }, root) => {
      if (typeof before !== 'string' || !/^\/\S*$/.test(before))
        return { why: 'it is not mounted: write `unmounted: true` by hand' }
      return { path: isLong(written, root) ? ['mount', 'path'] : ['mount'], value: before }
    },
    options: (before, { written, spec, address }, root) => {
      const asked = spec.volumes.find((one) => one.address === address)?.mount?.options?.split(',') ?? []
      const live = new Set(String(before).split(','))
      const kept = asked.filter(
        (option) => option !== 'ro' && (!shownMountOptions.includes(option) || live.has(option)),
      )
      const options = [...(live.has('ro') ? ['ro'] : []), ...kept]
      return { path: mountWord(written, root, 'options'), value: options.length === 0 ? undefined : options.join(',') }
    },
    owner: (before, { written }, root) => ({ path: mountWord(written, root, 'owner'), value: before ?? undefined }),
    mode: (before, { written }, root) => ({
      path: mountWord(written, root, 'mode'),
      value: before === null ? undefined : String(before).padStart(4, '0'),
    }),
  },
}

/** Whether the mount is written as a mapping. */
function isLong(written: unknown, root: Path): boolean {
  return valueAt(written, [...root, 'mount', 'path']) !== undefined
}

function mountWord(written: unknown, root: Path, key: string): Path {
  return valueAt(written, [...root, 'mount', key]) === undefined ? [key] : ['mount', key]
}
