import { html, type Html } from '../../../report/html.js'
import { stackKey } from '../../jobs/job.js'
import { accountOf, environmentOf, type Standing } from '../../reports/standing.js'
import type { FleetJob, JobReport } from '../../types.js'
import type { JobUnderWay } from '../under-way.js'
import { layout } from './layout.js'
import { actions, workLine } from './stack-rows.js'
import { agoMark, durationOf, kindWords, stateMark, stateOf, terminalText, toldOf } from './words.js'

export interface StackPageParts {
  readonly fleet: string
  readonly standing: Standing
  readonly jobs: readonly JobUnderWay[]
  readonly problems: readonly (string | undefined)[]
  readonly formToken: string
  readonly nowMs: number
}

const kinds = ['drift', 'plan', 'apply'] as const

const mayApply = {
  never: 'The fleet never applies it (`apply: never`): `evenkeel apply` does.',
  'after-review': 'It is applied after somebody has read a saved plan.',
  'at-once': 'Workers apply what is pending at once.',
} as const

/** Everything that is known of one stack. */
export function stackPage({ fleet, standing, jobs, problems, formToken, nowMs }: StackPageParts): string {
  const { stack, reports, last } = standing
  const key = stackKey(stack.id)
  const job = jobs.find((one) => one.stack === stack.id)
  const facts: readonly (readonly [string, string | Html | undefined])[] = [
    ['Stack', stack.place?.stack],
    ['Account and region', accountOf(stack) || undefined],
    ['Environment', environmentOf(stack.id) || undefined],
    ['Commit', stack.commit?.slice(0, 12)],
    ['Drift is looked for', stack.settings.driftSchedule ?? 'never by itself'],
    ['Apply', mayApply[stack.settings.apply]],
    ['Locked by', last?.lockedBy],
  ]
  return layout({
    fleet,
    title: stack.id,
    trail: html`<a href="/">${fleet}</a>`,
    problems: [...problems, stack.problem],
    isLive: true,
    content: html`
      <section class="card" id="standing" data-part aria-label="Where it stands">
        <p class="verdict">
          ${stateMark(stateOf(standing))} ${toldOf(standing)}
          ${last ? html`<span class="quiet">${agoMark(last.endedAt, nowMs)}</span>` : undefined}
        </p>
        <form method="post" action="/work">
          <input type="hidden" name="form" value="${formToken}" />
          <input type="hidden" name="stack" value="${key}" />
          ${job ? workLine(job, key) : actions(standing, key)}
        </form>
        <dl class="facts">
          ${facts.flatMap(([name, value]) =>
            value === undefined
              ? []
              : html`<div>
                  <dt>${name}</dt>
                  <dd>${value}</dd>
                </div>`,
          )}
        </dl>
      </section>
      <div id="reports" data-part>${kinds.map((kind) => reportPart(kind, reports[kind], key, nowMs))}</div>
    `,
  })
}

function reportPart(
  kind: FleetJob['kind'],
  report: JobReport | undefined,
  key: string,
  nowMs: number,
): Html | undefined {
  if (!report) return undefined
  const { name } = kindWords[kind]
  return html`<section aria-labelledby="${kind}-title">
    <h2 id="${kind}-title">Last ${name}</h2>
    <p>
      ${stateMark(report.state)} ${report.words}
      <span class="quiet"
        >${agoMark(report.endedAt, nowMs)}, in ${durationOf(report)}, exit status ${report.exitCode}</span
      >
      <a href="/stack/${key}/${kind}">The ${name} on a page</a>
    </p>
    ${terminalText(report.text, `Text of the last ${name}`)}
  </section>`
}
