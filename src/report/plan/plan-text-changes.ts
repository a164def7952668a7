import type { Change, ChangeKind, Diff, Impact } from '../../model/change.js'
import type { Plan } from '../../model/plan.js'
import { isLeft } from '../../model/plan-verdict.js'
import { tagKeys } from '../../model/tags.js'
import { parseAddress, type Address } from '../../model/address.js'
import { shortText, valueText } from '../diff-value.js'
import type { Colors } from '../colors.js'
import { longest } from '../longest.js'

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

/** The changes, what lies on a server indented beneath it. Empty when nothing changes and nobody asked to see that. */
export function changeLines(plan: Plan, colors: Colors, verbose: boolean): readonly string[] {
  const shown = plan.changes.filter(({ kind, diffs }) => verbose || kind !== 'none' || diffs.some(isLeft))
  const byServer = new Map<Address, Change[]>()
  const alone: Change[] = []
  const servers = new Map<Address, Change>()
  for (const change of shown) {
    if (parseAddress(change.address)?.kind === 'server') servers.set(change.address, change)
    else if (change.server === undefined) alone.push(change)
    else {
      const group = byServer.get(change.server)
      if (group) group.push(change)
      else byServer.set(change.server, [change])
    }
  }
  const blocks: (readonly string[])[] = []
  const isFirst = ({ address }: Change) => ['keyPair', 'securityGroup'].includes(parseAddress(address)?.kind ?? '')
  for (const change of alone.filter(isFirst)) blocks.push(blockOf(change, 2, colors, verbose))
  for (const address of serverOrder(plan, servers, byServer)) {
    const change = servers.get(address)
    const head = change ? blockOf(change, 2, colors, verbose) : [`    ${colors.dim(address)}`]
    const inner = (byServer.get(address) ?? []).map((member) => blockOf(member, 6, colors, verbose))
    blocks.push([...head, ...inner.flat()])
  }
  for (const change of alone.filter((other) => !isFirst(other))) blocks.push(blockOf(change, 2, colors, verbose))
  return blocks.flatMap((block, index) => (index === 0 ? block : ['', ...block]))
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

function blockOf(change: Change, indent: number, colors: Colors, verbose: boolean): readonly string[] {
  const paint = painter(change.kind, colors)
  const margin = ' '.repeat(indent)
  const symbol = change.kind === 'none' && change.diffs.some(isLeft) ? '!' : symbols[change.kind]
  const head = `${' '.repeat(Math.max(0, indent + 1 - symbol.length))}${paint(symbol)} ${colors.bold(change.address)}`
  const marks = [
    change.diffs.some(({ cause }) => cause === 'drift') ? colors.magenta('drift') : '',
    impactText(change.impact, colors),
  ].filter((mark) => mark !== '')
  const reason = isPlainCreate(change) || change.reason === '' ? '' : colors.dim(`# ${change.reason}`)
  const first = [head, ...marks.map((mark) => `(${mark})`), reason].filter((part) => part !== '').join('  ')
  const diffs = change.diffs.filter((diff) => isTelling(change, diff, verbose))
  const width = longest(diffs.map(({ path }) => path))
  return [first, ...diffs.flatMap((diff) => diffLines(change, diff, `${margin}    `, width, colors))]
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
  const sign = isMaking
    ? ''
    : before === null
      ? `${colors.green('+')} `
      : after === null
        ? `${colors.red('-')} `
        : `${colors.yellow('~')} `
  const name = `${margin}${sign}${path.padEnd(width)}  `
  if (path === recordPath)
    return [`${name}${before === null ? 'missing' : 'out of date'} ${colors.dim('->')} recorded anew${tail}`]
  if (diff.items && shortText(path, before).length + shortText(path, after).length > listWidthMax) {
    const deeper = ' '.repeat(margin.length + 4)
    const { removed, added } = diff.items
    return [
      `${name}${removed.length} removed, ${added.length} added${tail}`,
      ...removed.map((item) => `${deeper}${colors.red('-')} ${item}`),
      ...added.map((item) => `${deeper}${colors.green('+')} ${item}`),
    ]
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
