import type { Change, ChangeKind, Diff, Impact } from '../../model/change.js'
import type { Plan } from '../../model/plan.js'
import { isLeft } from '../../model/plan-verdict.js'
import { count } from '../../core/units.js'
import { tagKeys } from '../../model/tags.js'
import { parseAddress, type Address } from '../../model/address.js'
import { shortText, valueText } from '../diff-value.js'
import type { Colors } from '../colors.js'
import { hasLines, lineDiff } from '../line-diff.js'
import { longest } from '../longest.js'
import { differingKey, foldMembers, memberName, type Block, type FoldedBlock } from './fold-members.js'

/** Lists longer than this stand one value to a line. Chosen: fits beside a path on a terminal of 100 columns. */
const listWidthMax = 60

const symbols: Readonly<Record<ChangeKind, string>> = {
  create: '+',
  update: '~',
  replace: '-/+',
  remove: '-',
  adopt: '=',
  none: ' ',
}

const impactTexts: Readonly<Record<Impact, string>> = {
  none: '',
  restart: 'restart',
  downtime: 'downtime',
  'data-loss': 'DATA LOSS',
}

/** Values that differ between the members of a count: more than these are counted. Chosen: half a screen. */
const differingMax = 10

/**
 * The changes, what lies on a server indented beneath it: what destroys or removes first. Members of a count of which the
 * same is said stand as one. Empty when nothing changes and nobody asked to see that.
 */
export function changeLines(plan: Plan, colors: Colors, verbose: boolean): readonly string[] {
  const [recordsAlone, telling] = parted(plan.changes, (change) => !verbose && isRecordAlone(change))
  const blocks = blocksOf(
    plan,
    telling.filter(({ kind, diffs }) => verbose || kind !== 'none' || diffs.some(isLeft)),
  )
  const shown = verbose
    ? blocks.map((block) => ({
        ...block,
        title: block.address,
        members: [block.address],
        differing: new Map<string, readonly string[]>(),
      }))
    : foldMembers(blocks, ({ path, before, after }) =>
        before === null || after === null
          ? shortText(path, after ?? before)
          : `${shortText(path, before)} -> ${shortText(path, after)}`,
      )
  const texts = shown.map((block) => linesOf(block, colors, verbose))
  if (recordsAlone.length > 0) {
    const [first] = recordsAlone
    const whose = recordsAlone.length === 1 ? (first?.address ?? '') : count(recordsAlone.length, 'resource')
    texts.push([colors.dim(`    the record of what was applied is written anew for ${whose}`)])
  }
  return texts.flatMap((block, index) => (index === 0 ? block : ['', ...block]))
}

/** What destroys first, then what removes; else key pairs and security groups, servers with what lies on them, the rest. */
function blocksOf(plan: Plan, changes: readonly Change[]): readonly Block[] {
  const byServer = new Map<Address, Change[]>()
  const alone: Change[] = []
  const servers = new Map<Address, Change>()
  for (const change of changes) {
    if (parseAddress(change.address)?.kind === 'server') servers.set(change.address, change)
    else if (change.server === undefined) alone.push(change)
    else {
      const group = byServer.get(change.server)
      if (group) group.push(change)
      else byServer.set(change.server, [change])
    }
  }
  const blockOfOne = (change: Change): Block => ({ change, address: change.address, inner: [] })
  const isFirst = ({ address }: Change) => ['keyPair', 'securityGroup'].includes(parseAddress(address)?.kind ?? '')
  const blocks = [
    ...alone.filter(isFirst).map(blockOfOne),
    ...serverOrder(plan, servers, byServer).map((address) => ({
      change: servers.get(address),
      address,
      inner: [...(byServer.get(address) ?? [])].sort((left, right) => harmRank(left) - harmRank(right)),
    })),
    ...alone.filter((other) => !isFirst(other)).map(blockOfOne),
  ]
  return blocks
    .map((block) => ({ block, rank: Math.min(harmRank(block.change), ...block.inner.map(harmRank)) }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ block }) => block)
}

/** Where a change stands in a report: 0 bytes go, 1 something goes, 2 everything else. */
export function harmRank(change: Pick<Change, 'impact' | 'kind'> | undefined): number {
  if (change === undefined) return 2
  if (change.impact === 'data-loss') return 0
  return change.kind === 'remove' || change.kind === 'replace' ? 1 : 2
}

function linesOf(block: FoldedBlock, colors: Colors, verbose: boolean): readonly string[] {
  const { change, address, inner, title, differing } = block
  const head = change ? blockOf(change, { title, differing, indent: 2 }, colors, verbose) : [`    ${colors.dim(title)}`]
  const isFolded = title !== address
  const members = inner.map((member) =>
    blockOf(
      member,
      { title: isFolded ? memberName(member.address, address) : member.address, differing, indent: 6 },
      colors,
      verbose,
    ),
  )
  return [...head, ...members.flat()]
}

/** Whether a change is about the record in a resource's tags alone, which nobody asked for. */
function isRecordAlone({ kind, diffs }: Change): boolean {
  return (
    kind === 'update' &&
    diffs.length > 0 &&
    diffs.every(({ path, cause }) => path === recordPath && cause === 'pending')
  )
}

function parted<Item>(
  items: readonly Item[],
  isIn: (item: Item) => boolean,
): readonly [readonly Item[], readonly Item[]] {
  return [items.filter(isIn), items.filter((item) => !isIn(item))]
}

/** `restart`, `downtime` or `DATA LOSS` in the colour of its weight; empty for no impact. */
export function impactText(impact: Impact, colors: Colors): string {
  if (impact === 'none') return ''
  return impact === 'data-loss' ? colors.bold(colors.red(impactTexts[impact])) : colors.yellow(impactTexts[impact])
}

/** Servers with a change, and those that something changes on, in the plan's order. */
function serverOrder(
  plan: Plan,
  servers: ReadonlyMap<Address, Change>,
  byServer: ReadonlyMap<Address, readonly Change[]>,
): readonly Address[] {
  const known = plan.changes
    .map(({ address }) => address)
    .filter((address) => servers.has(address) || byServer.has(address))
  const isKnown = new Set(known)
  const others = [...byServer.keys()].filter((address) => !isKnown.has(address))
  return [...known, ...others]
}

interface BlockPlace extends Pick<FoldedBlock, 'title' | 'differing'> {
  readonly indent: number
}

function blockOf(change: Change, place: BlockPlace, colors: Colors, verbose: boolean): readonly string[] {
  const { title, differing, indent } = place
  const paint = painter(change.kind, colors)
  const margin = ' '.repeat(indent)
  const symbol = change.kind === 'none' && change.diffs.some(isLeft) ? '!' : symbols[change.kind]
  const head = `${' '.repeat(Math.max(0, indent + 1 - symbol.length))}${paint(symbol)} ${colors.bold(title)}`
  const marks = [
    change.diffs.some(({ cause }) => cause === 'drift') ? colors.magenta('drift') : '',
    impactText(change.impact, colors),
  ].filter((mark) => mark !== '')
  const reason = isPlainCreate(change) || change.reason === '' ? '' : colors.dim(`# ${change.reason}`)
  const first = [head, ...marks.map((mark) => `(${mark})`), reason].filter((part) => part !== '').join('  ')
  const diffs = change.diffs.filter((diff) => isTelling(change, diff, verbose))
  const width = longest(diffs.map(({ path }) => path))
  const lines = diffs.flatMap((diff) => {
    const values = differing.get(differingKey(change.address, diff.path))
    if (values === undefined) return diffLines(change, diff, `${margin}    `, width, colors)
    const left = values.length > differingMax ? [`and ${values.length - differingMax} more (--verbose shows them)`] : []
    return valueLines(change, diff, `${margin}    `, width, colors, [...values.slice(0, differingMax), ...left])
  })
  return [first, ...lines]
}

/** What nobody asked for stays out of a create, and "it goes" out of a removal. */
function isTelling(change: Change, diff: Diff, verbose: boolean): boolean {
  if (diff.path === 'exists' || (diff.path.startsWith('files.') && !verbose)) return false
  if (change.kind !== 'create' || verbose) return true
  return !quietDefaults.has(`${diff.path}=${valueText(diff.path, diff.after)}`)
}

/** A list of digests says nothing to people. */
const recordPath = `tags.${tagKeys.applied}`

const quietDefaults: ReadonlySet<string> = new Set([
  'state=running',
  'onRemove=snapshot',
  'type=gp3',
  'keyPair=keyPair.default',
  'securityGroups=securityGroup.default',
])

function isPlainCreate({ kind, diffs }: Change): boolean {
  return kind === 'create' && diffs.every(({ cause, path }) => cause === 'pending' && path !== 'snapshot')
}

function diffLines(change: Change, diff: Diff, margin: string, width: number, colors: Colors): readonly string[] {
  const { before, after, path } = diff
  const isMaking = change.kind === 'create'
  const drift = diff.cause === 'drift' && !isMaking ? `  ${colors.magenta('(drift)')}` : ''
  const forces =
    diff.forcesReplacement === undefined ? '' : `  ${colors.red(`# forces replacement: ${diff.forcesReplacement}`)}`
  const stays = diff.left === undefined ? '' : `  ${colors.red(`# stays: ${diff.left}`)}`
  const tail = `${drift}${forces}${stays}`
  const sign = signOf(change, diff, colors)
  const name = `${margin}${sign}${path.padEnd(width)}  `
  if (path === recordPath)
    return [`${name}${before === null ? 'missing' : 'out of date'} ${colors.dim('->')} recorded anew${tail}`]
  if (diff.items && shortText(path, before).length + shortText(path, after).length > listWidthMax) {
    const deeper = ' '.repeat(margin.length + 4)
    const { removed, added } = diff.items
    return [
      `${name}${removed.length} removed, ${added.length} added${tail}`,
      ...removed.map((item) => `${deeper}${colors.red('-')} ${shortText(path, item)}`),
      ...added.map((item) => `${deeper}${colors.green('+')} ${shortText(path, item)}`),
    ]
  }
  if (typeof before === 'string' && typeof after === 'string' && (hasLines(before) || hasLines(after))) {
    const deeper = ' '.repeat(margin.length + 4)
    return [`${name}${tail}`.trimEnd(), ...lineDiff(before, after, colors).map((line) => `${deeper}${line}`)]
  }
  if (before !== null && after !== null) {
    return [`${name}${shortText(path, before)} ${colors.dim('->')} ${shortText(path, after)}${tail}`]
  }
  const value = after ?? before
  if (value !== null && typeof value === 'object' && shortText(path, value).length > listWidthMax && value.length > 1) {
    const deeper = ' '.repeat(margin.length + (sign === '' ? 0 : 2) + width + 2)
    return value.map((item, index) =>
      index === 0 ? `${name}${shortText(path, item)}${tail}` : `${deeper}${shortText(path, item)}`,
    )
  }
  return [`${name}${shortText(path, value)}${tail}`]
}

/** One value to a line, beneath the path that they are of. */
function valueLines(
  change: Change,
  diff: Diff,
  margin: string,
  width: number,
  colors: Colors,
  values: readonly string[],
): readonly string[] {
  const sign = signOf(change, diff, colors)
  const deeper = ' '.repeat(margin.length + (sign === '' ? 0 : 2) + width + 2)
  return values.map((value, index) =>
    index === 0 ? `${margin}${sign}${diff.path.padEnd(width)}  ${value}` : `${deeper}${value}`,
  )
}

function signOf(change: Change, { before, after }: Diff, colors: Colors): string {
  if (change.kind === 'create') return ''
  if (before === null) return `${colors.green('+')} `
  return after === null ? `${colors.red('-')} ` : `${colors.yellow('~')} `
}

function painter(kind: ChangeKind, colors: Colors): (text: string) => string {
  switch (kind) {
    case 'create':
      return colors.green
    case 'update':
      return colors.yellow
    case 'replace':
      return (text) => (text === '-/+' ? `${colors.red('-')}/${colors.green('+')}` : text)
    case 'remove':
      return colors.red
    case 'adopt':
      return colors.cyan
    case 'none':
      return colors.dim
  }
}
