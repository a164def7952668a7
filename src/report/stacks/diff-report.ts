import { createColors } from 'picocolors'
import { parseAddress } from '../../model/address.js'
import type { RevisionChange, RevisionDiff, RevisionEffect, RevisionPlan } from '../../model/stacks/revision-change.js'
import { valueText } from '../diff-value.js'
import type { Colors } from '../colors.js'
import { legibleData, legibleJson } from '../legible.js'
import { hasLines, lineDiff } from '../line-diff.js'
import { longest } from '../longest.js'
import { commentText } from '../markdown/comment.js'
import { inert, inertCode, inertCodeInTable } from '../markdown/inert.js'
import { impactText } from '../plan/plan-text-changes.js'

const diffFormatVersion = 1

/** Two revisions of a stack, compared. */
export interface DiffReport {
  readonly plan: RevisionPlan
  readonly file: string
  /** A git revision; undefined: the working tree. */
  readonly before: Side
  readonly after: Side
}

interface Side {
  readonly revision: string | undefined
  /** Whether the file is there. */
  readonly isThere: boolean
}

const symbols = { create: '+', update: '~', replace: '-/+', remove: '-', none: ' ' } as const

const effectTexts: Readonly<Record<RevisionEffect, string>> = {
  none: 'nothing to do',
  left: 'left as it is',
  'in-place': 'in place',
  restart: 'restart',
  downtime: 'downtime',
  replacement: 'replacement',
  refused: 'refused',
}

/** What changed between two revisions for people: what destroys and removes first, then each with what it would do, then a line. */
export function diffText(report: DiffReport, { color }: { readonly color: boolean }): string {
  const { plan, ...sides } = legibleData(report)
  const colors = createColors(color)
  const lines = [`${colors.bold(plan.stack)}: ${sidesText(sides)}`]
  lines.push(...notesOf({ plan, ...sides }).map((line) => colors.yellow(line)))
  for (const { title, change } of foldedChanges(plan.changes)) lines.push('', ...changeLines(title, change, colors))
  lines.push('', plan.changes.length === 0 ? colors.green('Nothing differs.') : summaryText(plan))
  return `${lines.join('\n')}\n`
}

/** The same as Markdown for a comment, by which a bot finds it again. */
export function diffMarkdown(report: DiffReport): string {
  const { plan } = report
  const isSame = plan.changes.length === 0
  return commentText({
    marker: { name: 'diff', stack: plan.stack },
    head: [
      `### ${inertCode(plan.stack)}: ${inert(sidesText(report))}`,
      isSame ? 'Nothing differs.' : `**${inert(summaryText(plan))}**`,
    ],
    problems: notesOf(report).map((line) => `> **Warning:** ${inert(line)}`),
    columns: ['', 'address', 'what differs', 'impact'],
    rows: foldedChanges(plan.changes).map(({ title, change }) => {
      const { kind, impact, refused } = change
      const told = refused === undefined ? inert(whatDiffers(change)) : `**refused:** ${inert(refused)}`
      const harm = impact === 'none' ? '' : impact === 'data-loss' ? '**DATA LOSS**' : impact
      return [kind === 'none' ? 'file alone' : kind, inertCodeInTable(title), told, harm]
    }),
    leftOut: (from) => `and ${foldedChanges(plan.changes).length - from} more`,
    details: isSame ? undefined : diffText(report, { color: false }),
    foot: [],
  })
}

/** The same as data (schema/diff.schema.json). */
export function diffJson({ plan, file, before, after }: DiffReport): string {
  const side = ({ revision, isThere }: Side) => ({ revision: revision ?? null, isThere })
  const changes = plan.changes.map(({ address, kind, impact, refused, diffs }) => ({
    address,
    kind,
    impact,
    refused: refused ?? null,
    diffs: diffs.map(({ because, ...diff }) => ({ ...diff, because: because ?? null })),
  }))
  const document = {
    formatVersion: diffFormatVersion,
    stack: plan.stack,
    file,
    before: side(before),
    after: side(after),
    moved: plan.moved ?? null,
    summary: summaryOf(plan),
    changes,
  }
  return `${legibleJson(document, 2)}\n`
}

function sidesText({ file, before, after }: Omit<DiffReport, 'plan'>): string {
  return `${file} in ${before.revision ?? 'the working tree'} -> ${after.revision ?? 'the working tree'}`
}

function notesOf({ plan: { moved }, file, before, after }: DiffReport): readonly string[] {
  const notThere = [before, after].filter(({ isThere }) => !isThere)
  return [
    ...notThere.map(({ revision }) => `${file} is not in ${revision ?? 'the working tree'}: everything comes or goes.`),
    ...(moved
      ? [
          `These are two stacks: ${moved.before}, then ${moved.after}. An apply of the one changes nothing of the other.`,
        ]
      : []),
  ]
}

function summaryOf({ changes }: RevisionPlan): Readonly<Record<RevisionChange['kind'] | 'refused', number>> {
  const summary = { create: 0, update: 0, replace: 0, remove: 0, none: 0, refused: 0 }
  for (const { kind, refused } of changes) {
    summary[kind] += 1
    if (refused !== undefined) summary.refused += 1
  }
  return summary
}

function summaryText(plan: RevisionPlan): string {
  const { create, update, replace, remove, none, refused } = summaryOf(plan)
  const parts = [`${create} to create, ${update} to update, ${replace} to replace, ${remove} to remove`]
  if (none > 0) parts.push(`${none} ${none === 1 ? 'differs' : 'differ'} in the file alone`)
  if (refused > 0) parts.push(`${refused} refused`)
  return `${parts.join('; ')}.`
}

interface FoldedChange {
  readonly title: string
  readonly change: RevisionChange
}

/** What destroys and removes first; neighbours of one count of which the same is said stand as one: `server.web[0..39]`. */
function foldedChanges(changes: readonly RevisionChange[]): readonly FoldedChange[] {
  const folded: { stem: string; first: number; last: number; told: string; change: RevisionChange }[] = []
  const ranked = [...changes].sort((left, right) => rankOf(left) - rankOf(right))
  for (const change of ranked) {
    const { address, ...rest } = change
    const index = parseAddress(address)?.index
    const stem = index === undefined ? address : address.slice(0, address.lastIndexOf('['))
    const told = JSON.stringify(rest).replaceAll(`[${index}]`, '[]')
    const last = folded.at(-1)
    if (last && index !== undefined && last.stem === stem && last.told === told && last.last === index - 1)
      last.last = index
    else folded.push({ stem, first: index ?? -1, last: index ?? -1, told, change })
  }
  return folded.map(({ stem, first, last, change }) => ({
    title: first === last ? change.address : `${stem}[${first}..${last}]`,
    change,
  }))
}

function rankOf({ kind, impact }: RevisionChange): number {
  if (impact === 'data-loss') return 0
  return { remove: 1, replace: 1, create: 2, update: 2, none: 3 }[kind]
}

function changeLines(title: string, change: RevisionChange, colors: Colors): readonly string[] {
  const { kind, impact, refused, diffs } = change
  const harm = impact === 'none' ? '' : `  (${impactText(impact, colors)})`
  const why = refused === undefined ? '' : `  ${colors.red(`# refused: ${refused}`)}`
  const head = `  ${symbolOf(kind, colors)} ${colors.bold(title)}${harm}${why}`
  if (kind === 'remove') return [head]
  const width = longest(diffs.map(({ path }) => path))
  return [head, ...diffs.flatMap((diff) => diffLines(diff, kind, width, colors))]
}

function symbolOf(kind: RevisionChange['kind'], colors: Colors): string {
  if (kind === 'create') return colors.green(symbols[kind])
  return kind === 'remove' || kind === 'replace' ? colors.red(symbols[kind]) : colors.yellow(symbols[kind])
}

function diffLines(diff: RevisionDiff, kind: RevisionChange['kind'], width: number, colors: Colors): readonly string[] {
  const { path, before, after, items } = diff
  const name = `      ${path.padEnd(width)}`
  if (kind === 'create') return [`${name}  ${valueText(path, after)}`]
  const tail = `  ${colors.dim(`# ${effectText(diff)}`)}`
  if (items) {
    const rows = [
      ...items.removed.map((item) => colors.red(`- ${item}`)),
      ...items.added.map((item) => colors.green(`+ ${item}`)),
    ]
    return [`${name}${tail}`, ...rows.map((row) => `          ${row}`)]
  }
  if (hasLines(before) || hasLines(after)) {
    const texts = [before, after].map((value) => (typeof value === 'string' ? value : '')) as [string, string]
    return [`${name}${tail}`, ...lineDiff(...texts, colors).map((line) => `          ${line}`)]
  }
  return [`${name}  ${valueText(path, before)} ${colors.dim('->')} ${valueText(path, after)}${tail}`]
}

function effectText({ effect, because }: RevisionDiff): string {
  return because === undefined ? effectTexts[effect] : `${effectTexts[effect]}: ${because}`
}

function whatDiffers({ kind, diffs }: RevisionChange): string {
  if (kind === 'create') return 'it is new'
  if (kind === 'remove') return 'it leaves the file'
  const parts = diffs.slice(0, 4).map((diff) => {
    const { path, before, after } = diff
    return `${path}: ${short(valueText(path, before))} → ${short(valueText(path, after))} (${effectText(diff)})`
  })
  return diffs.length > 4 ? `${parts.join('; ')}; …` : parts.join('; ')
}

/** Chosen: what a table's cell holds and stays one. */
const cellMax = 120

function short(text: string): string {
  return text.length > cellMax ? `${text.slice(0, cellMax)}…` : text
}
