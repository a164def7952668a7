import { count, formatDuration } from '../../../core/units.js'
import { html, type Html } from '../../../report/html.js'
import { agoText } from '../../../report/tables/table.js'
import { stackKey } from '../../jobs/job.js'
import type { JobUnderWay, SeenWorker, WaitingJobs } from '../under-way.js'
import { workLine } from './stack-rows.js'
import { kindWords } from './words.js'

export interface Work {
  readonly jobs: readonly JobUnderWay[]
  readonly waiting: readonly WaitingJobs[]
  readonly workers: readonly SeenWorker[]
  /** Without a queue this process does the work. */
  readonly isEmbedded: boolean
}

/** Chosen: what fits on a screen; the rows of the stacks themselves show the rest. */
const jobsShown = 30

/** What is under way, what waits, and who works. */
export function workPart({ jobs, waiting, workers, isEmbedded }: Work, nowMs: number): Html {
  const queued = waiting.filter(({ amount }) => amount > 0)
  return html`<section class="work" id="work" data-part aria-labelledby="work-title" tabindex="-1">
    <h2 id="work-title">Under way</h2>
    ${jobs.length === 0 ? undefined : jobTable(jobs, nowMs)}
    ${
      queued.length === 0
        ? undefined
        : html`<p>
            Waiting for a worker:
            ${queued.map(({ account, region, amount }) => `${amount} in ${account} ${region}`).join(', ')}.
          </p>`
    }
    <p class="quiet">${jobs.length === 0 ? 'Nothing now. ' : undefined}${workersLine(workers, isEmbedded, nowMs)}</p>
  </section>`
}

function jobTable(jobs: readonly JobUnderWay[], nowMs: number): Html {
  const shown = jobs.slice(0, jobsShown)
  const rest = jobs.length - shown.length
  return html`<table class="jobs">
      <caption class="hidden">
        Jobs under way
      </caption>
      <thead>
        <tr>
          <th scope="col">Stack</th>
          <th scope="col">Job</th>
          <th scope="col">Now</th>
          <th scope="col">Worker</th>
          <th scope="col" class="number">Since</th>
        </tr>
      </thead>
      <tbody>
        ${shown.map((job) => {
          const key = stackKey(job.stack)
          return html`<tr>
            <th scope="row"><a href="/stack/${key}">${job.stack}</a></th>
            <td>${kindWords[job.kind].doing}</td>
            <td>${workLine(job, key)}</td>
            <td>${job.worker ?? '–'}</td>
            <td class="number" data-since="${job.since}">${formatDuration(Math.max(0, nowMs - job.since))}</td>
          </tr>`
        })}
      </tbody>
    </table>
    ${rest === 0 ? undefined : html`<p class="quiet">And ${count(rest, 'job')} more.</p>`}`
}

function workersLine(workers: readonly SeenWorker[], isEmbedded: boolean, nowMs: number): Html {
  if (isEmbedded)
    return html`This process does the work; what other commands do on this machine is seen when it has ended.`
  if (workers.length === 0) {
    return html`<strong>No worker is there.</strong> <code>evenkeel fleet worker --queue …</code> starts one; until then
      jobs wait.`
  }
  const names = workers.map(({ name, seenAt }) => `${name} (${agoText(new Date(seenAt).toISOString(), nowMs)})`)
  return html`${count(workers.length, 'worker')}: ${names.join(', ')}.`
}
