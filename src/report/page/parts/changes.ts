import type { Change, ChangeKind, Impact } from '../../../model/change.js'
import { count } from '../../../core/units.js'
import { shortText } from '../../diff-value.js'
import type { ChangeView, PlanView } from '../../documents/plan-view.js'
import { html, join, type Html } from '../../html.js'
import { differingKey, foldMembers, type FoldedBlock } from '../../plan/fold-members.js'
import { harmRank } from '../../plan/plan-text-changes.js'
import { diffTable } from './values.js'

/** Changes up to so many stand open from the start; chosen: what one scrolls through. */
const openMax = 12

const signs: Readonly<Record<ChangeKind, string>> = {
  create: '+',
  update: '~',
  replace: '±',
  remove: '−',
  adopt: '=',
  none: '!',
}

/** How impacts are told. */
export const impactWords: Readonly<Record<Impact, string>> = {
  none: '',
  restart: 'restart',
  downtime: 'downtime',
  'data-loss': 'data loss',
}

const groups = ['Data that goes', 'Replaced or removed', 'Everything else'] as const

/** Changes with what differs, what destroys first; alike members of a count in one. What stays as it is, is named at the end. */
export function changesPart({ changes }: PlanView, id: string): Html {
  const isTold = ({ kind, diffs }: ChangeView) => kind !== 'none' || diffs.some(({ left }) => left !== undefined)
  const told = changes.filter(isTold)
  const quiet = changes.filter((change) => !isTold(change))
  const blocks = folded(told)
  const sections = groups.map((title, rank) => {
    const members = blocks.filter(({ change }) => harmRank(change) === rank)
    if (members.length === 0) return html``
    const items = members.map((block, index) =>
      changeItem(block, `${id}-${rank}-${index}`, blocks.length <= openMax || rank === 0),
    )
    return html`<section class="group">
      ${members.length === blocks.length ? undefined : html`<h3>${title}</h3>`} ${items}
    </section>`
  })
  return html`<section id="${id}" class="changes">
    <h2>Changes</h2>
    ${blocks.length === 0 ? html`<p class="quiet">Nothing changes.</p>` : filters(told)}${sections}
    <p class="nothing" hidden>No change fits the filter. <button type="button" data-clear>Clear it</button></p>
    ${unchanged(quiet)}
  </section>`
}

function folded(changes: readonly ChangeView[]): readonly FoldedBlock[] {
  // A view has what a change has, in texts of another hand: nothing here relies on their form.
  const blocks = changes.map((change) => ({
    change: change as Change,
    address: change.address as Change['address'],
    inner: [],
  }))
  return foldMembers(blocks, ({ path, before, after }) =>
    before === null || after === null
      ? shortText(path, after ?? before)
      : `${shortText(path, before)} → ${shortText(path, after)}`,
  )
}

function filters(changes: readonly ChangeView[]): Html {
  const counted = (name: 'kind' | 'impact', values: readonly string[], words: (value: string) => string) =>
    values.map((value) => {
      const amount = changes.filter((change) => change[name] === value).length
      if (amount === 0) return html``
      return html`<button
        type="button"
        class="chip ${value}"
        aria-pressed="false"
        data-filter="${name}"
        data-value="${value}"
      >
        ${words(value)} <span class="amount">${amount}</span>
      </button>`
    })
  const kinds = counted('kind', ['remove', 'replace', 'update', 'create', 'adopt', 'none'], (kind) =>
    kind === 'none' ? 'stays' : kind,
  )
  const impacts = counted('impact', ['data-loss', 'downtime', 'restart'], (impact) => impactWords[impact as Impact])
  return html`<div class="toolbar">
    <label class="search"
      ><span class="hidden">Search addresses and values</span
      ><input
        type="search"
        placeholder="Search addresses and values"
        autocomplete="off"
        spellcheck="false"
        data-search
      /><kbd aria-hidden="true">/</kbd></label
    >
    <div class="chips" role="group" aria-label="Only these">${kinds}${impacts}</div>
    <div class="ends"><span role="status" data-shown></span><button type="button" data-unfold>Open all</button></div>
  </div>`
}

function changeItem({ change, title, members, differing }: FoldedBlock, id: string, isOpen: boolean): Html {
  if (change === undefined) return html``
  const { address, kind, impact, reason } = change
  const diffs = change.diffs.filter(({ path }) => path !== 'exists')
  const impactMark = impact === 'none' ? undefined : html` <span class="mark ${impact}">${impactWords[impact]}</span>`
  const amount = members.length > 1 ? html` <span class="mark">${count(members.length, 'member')}</span>` : undefined
  const drift = diffs.some(({ cause }) => cause === 'drift') ? html` <span class="mark drift">drift</span>` : undefined
  const table = diffTable(diffs, {
    caption: `What differs for ${title}`,
    heads: ['now', 'after'],
    differing: ({ path }) => differing.get(differingKey(address, path)),
  })
  return html`<details
    class="change ${kind}"
    id="${id}"
    data-kind="${kind}"
    data-impact="${impact}"
    data-members="${members.join('\n')}"
    ${isOpen ? html` open` : undefined}
  >
    <summary>
      <span class="sign" aria-hidden="true">${signs[kind]}</span
      ><span class="kind">${kind === 'none' ? 'stays' : kind}</span>
      <code class="address">${title}</code>${amount}${impactMark}${drift}
    </summary>
    <div class="body">${reason === '' ? undefined : html`<p class="reason">${reason}</p>`}${table}</div>
  </details>`
}

function unchanged(changes: readonly ChangeView[]): Html {
  if (changes.length === 0) return html``
  const addresses = changes.map(({ address }) => html`<code>${address}</code>`)
  return html`<details class="quietly">
    <summary>${count(changes.length, 'resource stays as it is', 'resources stay as they are')}</summary>
    <p class="addresses">${join(addresses.flatMap((address, index) => (index === 0 ? [address] : [' ', address])))}</p>
  </details>`
}
