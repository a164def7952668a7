import { formatDuration } from '../../../core/units.js'
import { html, trusted, type Html } from '../../../report/html.js'
import { agoText } from '../../../report/tables/table.js'
import { wordsOf } from '../../reports/fleet-report.js'
import type { Standing } from '../../reports/standing.js'
import type { FleetJob, JobReport, StackState } from '../../types.js'

/** Where a stack may stand, as people say it, the most urgent first. */
export const stateWords = {
  failed: 'failed',
  drift: 'drift',
  locked: 'locked',
  unknown: 'unknown',
  pending: 'pending',
  unseen: 'unseen',
  'in-sync': 'in sync',
} as const satisfies Record<StackState | 'unseen', string>

export type ShownState = keyof typeof stateWords

export const shownStates = Object.keys(stateWords) as readonly ShownState[]

/** What each kind of job is doing, and is called. */
export const kindWords = {
  drift: { doing: 'looking for drift', name: 'drift report' },
  plan: { doing: 'planning', name: 'plan' },
  apply: { doing: 'applying', name: 'apply' },
} as const satisfies Record<FleetJob['kind'], { doing: string; name: string }>

export function stateOf({ stack, last }: Pick<Standing, 'stack' | 'last'>): ShownState {
  return last?.state ?? (stack.problem === undefined ? 'unseen' : 'failed')
}

export function stateMark(state: ShownState): Html {
  return html`<span class="state ${state}">${stateWords[state]}</span>`
}

/** What was seen last, in a line. */
export function toldOf({ stack, last }: Standing): string {
  return last ? wordsOf(last) : (stack.problem ?? 'nobody has looked yet')
}

/** The name of a stack, which may go on in another line behind each of its folders. */
export function nameMark(id: string): Html {
  const parts = id.split(/(?<=[/:])/)
  return html`${parts.map((part, index) => (index === 0 ? part : html`<wbr />${part}`))}`
}

/** A moment, with how long ago that was. */
export function agoMark(moment: string, nowMs: number): Html {
  return html`<time datetime="${moment}" title="${moment}">${agoText(moment, nowMs)}</time>`
}

export function durationOf({ beganAt, endedAt }: JobReport): string {
  return formatDuration(Math.max(0, Date.parse(endedAt) - Date.parse(beganAt)))
}

const signs: readonly (readonly [RegExp, string])[] = [
  [/^ *-\/\+ /, 'replace'],
  [/^ *\+ /, 'create'],
  [/^ *~ /, 'update'],
  [/^ *- /, 'remove'],
  [/^ *= /, 'adopt'],
  // What a drift report names.
  [/^ *! /, 'replace'],
  [/^(?:Error|evenkeel: )/i, 'remove'],
  [/^(?:Warning|Not everything)/i, 'update'],
]

/** A text as a terminal shows it, with the colours that lines of plans have there. Scrolls by itself, also by the keyboard. */
export function terminalText(text: string, label: string): Html {
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => lineOf(line))
  const body = lines.flatMap((line, index) => (index === 0 ? [line] : [newline, line]))
  return html`<div class="terminal" role="region" aria-label="${label}" tabindex="0"><pre>${body}</pre></div>`
}

const newline = trusted('\n')

function lineOf(line: string): Html {
  const tone = signs.find(([pattern]) => pattern.test(line))?.[1]
  const [before = '', ...after] = line.split('DATA LOSS')
  const marked = html`${before}${after.map((part) => html`<strong class="loss">DATA LOSS</strong>${part}`)}`
  return tone === undefined ? marked : html`<span class="${tone}">${marked}</span>`
}
