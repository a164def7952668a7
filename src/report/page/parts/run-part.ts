import { count, formatDuration } from '../../../core/units.js'
import { criticalPath, type CriticalStep } from '../../documents/critical-path.js'
import type { PlanView } from '../../documents/plan-view.js'
import type { RunStepView, RunView } from '../../documents/run-view.js'
import { html, type Html } from '../../html.js'
import { errorText } from './notices.js'
import { ticksOf } from './ticks.js'

/** What a run did and when, as bars over its time, with the chain of steps that its length comes from. */
export function runPart(run: RunView, plan: PlanView | undefined, id: string): Html {
  const needs = new Map(plan?.steps.map((step) => [step.id, step.needs]))
  const path = criticalPath(run.steps, (step) => needs.get(step))
  const critical = new Set(path?.map(({ step }) => step.id))
  const lengthMs = Math.max(1, run.durationMs)
  const rows = run.steps.map((step) => rowOf(step, lengthMs, critical.has(step.id)))
  const only =
    critical.size === 0
      ? undefined
      : html`<button type="button" class="chip" aria-pressed="false" data-critical>
          Critical path <span class="amount">${critical.size}</span>
        </button>`
  return html`<section id="${id}" class="run">
    <h2>The run, over time</h2>
    ${failures(run)}${path === undefined ? undefined : pathText(path, run)}
    <div class="toolbar"><div class="chips">${only}</div></div>
    <table class="timeline">
      <caption class="hidden">
        Steps of the run in the order in which they began
      </caption>
      <thead>
        <tr>
          <th scope="col">step</th>
          <th scope="col">outcome</th>
          <th scope="col" class="number">from</th>
          <th scope="col" class="number">took</th>
          <th scope="col" class="bar"><span class="hidden">drawn</span>${axis(lengthMs)}</th>
        </tr>
      </thead>
      <tbody>
        ${rows}
      </tbody>
    </table>
  </section>`
}

function rowOf(step: RunStepView, lengthMs: number, isCritical: boolean): Html {
  const { kind, address, startMs, endMs, outcome, retries } = step
  const share = (ms: number) => `${((ms / lengthMs) * 100).toFixed(2)}%`
  const end = endMs ?? lengthMs
  const bar =
    startMs === undefined
      ? undefined
      : html`<svg class="lane" aria-hidden="true" width="100%" height="14">
          <rect
            x="${share(startMs)}"
            width="${share(Math.max(end - startMs, lengthMs / 400))}"
            y="1"
            height="12"
            rx="2"
          />
        </svg>`
  const words = outcome ?? 'not seen to end'
  const again = retries === 0 ? undefined : html` <span class="quiet">${count(retries, 'retry', 'retries')}</span>`
  return html`<tr class="${outcome ?? 'unfinished'}${isCritical ? ' critical' : ''}">
    <th scope="row">
      <span class="kind">${kind}</span>
      <code>${address}</code>${isCritical ? html`<span class="hidden"> on the critical path</span>` : undefined}
    </th>
    <td><span class="outcome">${words}</span>${again}</td>
    <td class="number">${startMs === undefined ? '' : formatDuration(startMs)}</td>
    <td class="number">${startMs === undefined || endMs === undefined ? '' : formatDuration(endMs - startMs)}</td>
    <td class="bar">${bar}</td>
  </tr>`
}

/** The scale, drawn; the table says the times. */
function axis(lengthMs: number): Html {
  const ticks = ticksOf(lengthMs).map(({ ms, label }) => {
    const at = `${((ms / lengthMs) * 100).toFixed(2)}%`
    return html`<line x1="${at}" x2="${at}" y1="14" y2="20" /><text x="${at}" y="11">${label}</text>`
  })
  return html`<svg class="axis" aria-hidden="true" width="100%" height="20">${ticks}</svg>`
}

function pathText(path: readonly CriticalStep[], { durationMs }: RunView): Html {
  const idle = path.reduce((sum, { idleMs }) => sum + idleMs, 0)
  const worked = path.reduce((sum, { step }) => sum + (step.endMs ?? 0) - (step.startMs ?? 0), 0)
  const waiting = idle < 100 ? '' : ` and ${formatDuration(idle)} of waiting`
  const items = path.map(({ step: { kind, address, startMs, endMs }, idleMs }) => {
    const waited =
      idleMs < 100 ? undefined : html` <span class="quiet">waited ${formatDuration(idleMs)} for its turn</span>`
    return html`<li>
      <span class="kind">${kind}</span> <code>${address}</code>
      <span class="number">${formatDuration((endMs ?? 0) - (startMs ?? 0))}</span>${waited}
    </li>`
  })
  return html`<details class="quietly path" open>
    <summary>
      Critical path: ${count(path.length, 'step')}, ${formatDuration(worked)} of work${waiting}, of
      ${formatDuration(durationMs)}
    </summary>
    <ol>
      ${items}
    </ol>
  </details>`
}

function failures({ steps, error }: RunView): Html {
  const failed = steps.filter((step) => step.error !== undefined)
  const blocked = steps.filter(({ outcome }) => outcome === 'blocked').length
  if (failed.length === 0 && error === undefined) return html``
  const items = failed.map(
    (step) => html`<li class="error"><code>${step.id}</code> ${step.error ? errorText(step.error) : ''}</li>`,
  )
  const own = error === undefined ? undefined : html`<li class="error">${errorText(error)}</li>`
  const left =
    blocked === 0
      ? undefined
      : html`<li class="note">${count(blocked, 'step was', 'steps were')} not begun for that.</li>`
  return html`<section class="notices" aria-label="What failed">
    <ul>
      ${own}${items}${left}
    </ul>
  </section>`
}
