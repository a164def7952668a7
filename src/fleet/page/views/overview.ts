import { count } from '../../../core/units.js'
import { html, type Html } from '../../../report/html.js'
import { stackKey } from '../../jobs/job.js'
import { accountOf, type Standing } from '../../reports/standing.js'
import { filtered, filterQuery, type Filter } from '../filter.js'
import { layout } from './layout.js'
import { stackTables } from './stack-rows.js'
import { workPart, type Work } from './work-part.js'
import { shownStates, stateOf, stateWords } from './words.js'

export interface OverviewParts {
  readonly fleet: string
  readonly standings: readonly Standing[]
  readonly filter: Filter
  readonly work: Work
  readonly problems: readonly (string | undefined)[]
  readonly formToken: string
  readonly nowMs: number
}

/** All stacks of a fleet, and what is done with them. */
export function overview({ fleet, standings, filter, work, problems, formToken, nowMs }: OverviewParts): string {
  const shown = filtered(standings, filter)
  return layout({
    fleet,
    title: fleet,
    problems,
    isLive: true,
    content: html`
      ${countsPart(standings, filter)} ${workPart(work, nowMs)} ${waitingPlans(standings)}
      <section aria-labelledby="stacks-title">
        <h2 id="stacks-title">Stacks</h2>
        ${filterForm(standings, filter)}
        <form id="stacks" data-part method="post" action="/work">
          <input type="hidden" name="form" value="${formToken}" />
          <input type="hidden" name="q" value="${filter.text}" />
          <input type="hidden" name="state" value="${filter.state}" />
          <input type="hidden" name="account" value="${filter.account}" />
          ${shown.length === 0 ? html`<p class="nothing">No stack is so. <a href="/">Show all</a></p>` : allPart(shown.length)}
          ${stackTables(shown, { jobs: work.jobs, nowMs })}
        </form>
      </section>
    `,
  })
}

/** How many stacks stand where; each figure leads to them. */
function countsPart(standings: readonly Standing[], filter: Filter): Html {
  const counts = new Map<string, number>()
  for (const standing of standings) counts.set(stateOf(standing), (counts.get(stateOf(standing)) ?? 0) + 1)
  const tiles = shownStates.flatMap((state) => {
    const amount = counts.get(state) ?? 0
    if (amount === 0 && state !== filter.state) return []
    const isShown = filter.state === state
    const query = filterQuery({ ...filter, state: isShown ? undefined : state })
    return html`<li>
      <a class="tile ${state}" href="/${query}" ${isShown ? html` aria-current="true"` : undefined}
        ><span class="amount">${amount}</span> ${stateWords[state]}</a
      >
    </li>`
  })
  return html`<nav id="counts" data-part aria-label="Stacks by state">
    <ul class="counts">
      ${tiles}
    </ul>
  </nav>`
}

/** Chosen: what fits on a screen, above the stacks themselves. */
const waitingShown = 30

/** Plans that somebody is to read. */
function waitingPlans(standings: readonly Standing[]): Html {
  const waiting = standings.filter(({ plan, stack }) => plan !== undefined && stack.settings.apply !== 'never')
  const items = waiting.slice(0, waitingShown).map(
    ({ stack, plan, reports }) =>
      html`<li>
        <a href="/stack/${stackKey(stack.id)}/apply/${plan}">${stack.id}</a>
        <span class="quiet">${reports.plan?.words}</span>
      </li>`,
  )
  const rest = waiting.length - items.length
  return html`<div id="waiting" data-part>
    ${
      items.length === 0
        ? undefined
        : html`<section aria-labelledby="waiting-title">
            <h2 id="waiting-title">Saved plans that wait</h2>
            <ul class="waiting">
              ${items}
            </ul>
            ${rest === 0 ? undefined : html`<p class="quiet">And ${count(rest, 'plan')} more, which the stacks below lead to.</p>`}
          </section>`
    }
  </div>`
}

function filterForm(standings: readonly Standing[], filter: Filter): Html {
  const accounts = [...new Set(standings.map(({ stack }) => accountOf(stack)))].filter((account) => account !== '')
  const option = (value: string, words: string, isChosen: boolean) =>
    html`<option value="${value}" ${isChosen ? html` selected` : undefined}>${words}</option>`
  return html`<form class="filter" method="get" action="/" role="search" aria-label="Stacks">
    <div>
      <label for="q">Name or words</label>
      <input id="q" name="q" type="search" value="${filter.text}" maxlength="200" placeholder="prod/** or web" />
    </div>
    <div>
      <label for="state">State</label>
      <select id="state" name="state">
        ${option('', 'any', filter.state === undefined)}
        ${shownStates.map((state) => option(state, stateWords[state], state === filter.state))}
      </select>
    </div>
    <div>
      <label for="account">Account and region</label>
      <select id="account" name="account">
        ${option('', 'any', filter.account === undefined)}
        ${accounts.map((account) => option(account, account, account === filter.account))}
      </select>
    </div>
    <button type="submit">Show</button>
    ${filterQuery(filter) === '' ? undefined : html`<a href="/">Show all</a>`}
  </form>`
}

function allPart(amount: number): Html {
  return html`<p class="all">
    <span class="quiet">${count(amount, 'stack')} shown</span>
    <button name="all" value="drift">Look for drift in ${amount === 1 ? 'it' : 'all of these'}</button>
    <button name="all" value="plan">Plan ${amount === 1 ? 'it' : 'all of these'}</button>
  </p>`
}
