import { html, type Html } from '../../../report/html.js'
import { stackKey } from '../../jobs/job.js'
import { accountOf, environmentOf, type Standing } from '../../reports/standing.js'
import type { JobUnderWay } from '../under-way.js'
import { agoMark, kindWords, nameMark, stateMark, stateOf, toldOf } from './words.js'

export interface RowSurroundings {
  readonly jobs: readonly JobUnderWay[]
  readonly nowMs: number
}

/** The stacks by account and region, and in each by environment. */
export function stackTables(standings: readonly Standing[], around: RowSurroundings): readonly Html[] {
  const accounts = new Map<string, Standing[]>()
  for (const standing of standings) {
    const account = accountOf(standing.stack)
    accounts.set(account, [...(accounts.get(account) ?? []), standing])
  }
  return [...accounts].map(([account, own]) => {
    const sorted = own.toSorted((left, right) => compare(environmentOf(left.stack.id), environmentOf(right.stack.id)))
    return html`<table class="stacks">
      <caption>
        ${account === '' ? 'Files with mistakes' : account}
        <span class="quiet">${sorted.length}</span>
      </caption>
      <thead>
        <tr>
          <th scope="col">Environment</th>
          <th scope="col">Stack</th>
          <th scope="col">State</th>
          <th scope="col">Seen</th>
          <th scope="col">What was seen</th>
          <th scope="col">Actions</th>
        </tr>
      </thead>
      <tbody>
        ${sorted.map((standing) => rowOf(standing, around))}
      </tbody>
    </table>`
  })
}

function rowOf(standing: Standing, { jobs, nowMs }: RowSurroundings): Html {
  const { stack, last } = standing
  const key = stackKey(stack.id)
  const job = jobs.find((one) => one.stack === stack.id)
  return html`<tr id="stack-${key}">
    <td class="environment">${environmentOf(stack.id) || '–'}</td>
    <th scope="row"><a href="/stack/${key}">${nameMark(stack.id)}</a></th>
    <td>${stateMark(stateOf(standing))}</td>
    <td class="seen">${last ? agoMark(last.endedAt, nowMs) : '–'}</td>
    <td class="told-of">${toldOf(standing)}</td>
    <td class="actions">${job ? workLine(job, key) : actions(standing, key)}</td>
  </tr>`
}

/** What is done with a stack now: the line changes as the work goes on. */
export function workLine({ kind, line, worker }: JobUnderWay, key: string): Html {
  const doing = worker === undefined ? `waits for ${kindWords[kind].doing}` : (line ?? `${kindWords[kind].doing} …`)
  return html`<span class="working" data-line="${key}">${doing}</span>`
}

/** Buttons of the form that they stand in; a saved plan is read before it is applied, so that is a link. */
export function actions({ stack, plan }: Standing, key: string): Html {
  const review =
    plan === undefined || stack.settings.apply === 'never'
      ? undefined
      : html`<a class="button primary" href="/stack/${key}/apply/${plan}" aria-label="Review plan: ${stack.id}"
          >Review plan</a
        >`
  return html`<span class="buttons"
    ><button name="drift" value="${key}" aria-label="Drift: ${stack.id}">Drift</button>
    <button name="plan" value="${key}" aria-label="Plan: ${stack.id}">Plan</button>
    ${review}</span
  >`
}

function compare(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
