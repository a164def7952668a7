import { createColors } from 'picocolors'
import { knownAfterApply, type DiffValue } from '../../../model/change.js'
import { shortText, valueText } from '../../diff-value.js'
import type { DiffView } from '../../documents/plan-view.js'
import { html, type Html } from '../../html.js'
import { legible } from '../../legible.js'
import { hasLines, lineDiff } from '../../line-diff.js'

const plain = createColors(false)

/** The rows of what differs: of what is made or goes one value, else before and after; texts of several lines line by line. */
export function diffTable(diffs: readonly DiffView[], { caption, heads, differing }: DiffTableOptions): Html {
  if (diffs.length === 0) return html``
  const isOneValue = diffs.every(({ before }) => before === null) || diffs.every(({ after }) => after === null)
  const columns = isOneValue
    ? html`<th scope="col">value</th>`
    : html`<th scope="col">${heads[0]}</th>
        <th scope="col">${heads[1]}</th>`
  return html`<table class="diffs${isOneValue ? ' one' : ''}">
    <caption class="hidden">
      ${caption}
    </caption>
    <thead>
      <tr>
        <th scope="col">property</th>
        ${columns}
      </tr>
    </thead>
    <tbody>
      ${diffs.map((diff) => row(diff, isOneValue, differing?.(diff)))}
    </tbody>
  </table>`
}

export interface DiffTableOptions {
  readonly caption: string
  /** What the two columns of values are called. */
  readonly heads: readonly [string, string]
  /** The values of alike members of a count where each has its own. */
  readonly differing?: (diff: DiffView) => readonly string[] | undefined
}

function row(diff: DiffView, isOneValue: boolean, differing: readonly string[] | undefined): Html {
  const { path, before, after, cause } = diff
  const drift = cause === 'drift' ? html` <span class="mark drift">drift</span>` : undefined
  const head = html`<th scope="row"><code>${path}</code>${drift}</th>`
  const span = isOneValue ? 1 : 2
  if (differing) {
    return html`<tr>
      ${head}
      <td colspan="${span}">
        <ul class="each">
          ${differing.map((value) => html`<li>${value}</li>`)}
        </ul>
        ${notes(diff)}
      </td>
    </tr>`
  }
  if (typeof before === 'string' && typeof after === 'string' && (hasLines(before) || hasLines(after))) {
    return html`<tr>
      ${head}
      <td colspan="${span}">${linesOf(before, after)}${notes(diff)}</td>
    </tr>`
  }
  if (isOneValue)
    return html`<tr>
      ${head}
      <td>${valueOf(path, after ?? before)}${notes(diff)}</td>
    </tr>`
  if (Array.isArray(before) && Array.isArray(after) && before.length + after.length > 2) {
    return html`<tr>
      ${head}
      <td colspan="2">${listOf(path, before, after)}${notes(diff)}</td>
    </tr>`
  }
  return html`<tr>
    ${head}
    <td class="before">${valueOf(path, before)}</td>
    <td class="after">${valueOf(path, after)}${notes(diff)}</td>
  </tr>`
}

function valueOf(path: string, value: DiffValue): Html {
  if (value === null) return html`<span class="quiet">none</span>`
  if (value === knownAfterApply) return html`<span class="quiet">${value}</span>`
  if (hasLines(value)) return html`<pre>${value.trimEnd()}</pre>`
  if (typeof value === 'object' && value.length > 1) {
    return html`<ul>
      ${value.map((item) => html`<li>${shortText(path, item)}</li>`)}
    </ul>`
  }
  return html`${valueText(path, value)}`
}

/** What goes and what comes; what stays is not told. */
function listOf(path: string, before: readonly string[], after: readonly string[]): Html {
  const removed = before.filter((item) => !after.includes(item))
  const added = after.filter((item) => !before.includes(item))
  if (removed.length + added.length === 0)
    return html`${valueText(path, after)} <span class="quiet">(in another order)</span>`
  return html`<ul class="lines">
    ${removed.map((item) => html`<li><del>− ${item}</del></li>`)}${added.map((item) => html`<li><ins>+ ${item}</ins></li>`)}
  </ul>`
}

function linesOf(before: string, after: string): Html {
  const lines = lineDiff(legible(before), legible(after), plain)
  const told = lines.map((line) => {
    if (line.startsWith('+')) return html`<ins>${line}</ins>`
    return line.startsWith('-') ? html`<del>${line}</del>` : html`<span>${line === '' ? ' ' : line}</span>`
  })
  return html`<div class="lines text">${told}</div>`
}

function notes({ left, forcesReplacement }: DiffView): Html {
  return html`${forcesReplacement === undefined ? undefined : html`<p class="note loss">forces replacement: ${forcesReplacement}</p>`}${left === undefined ? undefined : html`<p class="note">stays: ${left}</p>`}`
}
