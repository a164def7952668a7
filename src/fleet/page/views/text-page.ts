import { html } from '../../../report/html.js'
import { stackKey } from '../../jobs/job.js'
import type { JobReport } from '../../types.js'
import { layout } from './layout.js'
import { agoMark, durationOf, kindWords, stateMark, terminalText } from './words.js'

/** A report of which the text alone is known. */
export function textPage(fleet: string, report: JobReport, nowMs: number): string {
  const { name } = kindWords[report.kind]
  const key = stackKey(report.id)
  const title = `${name.charAt(0).toUpperCase()}${name.slice(1)} of ${report.id}`
  return layout({
    fleet,
    title,
    trail: html`<a href="/">${fleet}</a> › <a href="/stack/${key}">${report.id}</a>`,
    content: html`
      <p>
        ${stateMark(report.state)} ${report.words}
        <span class="quiet"
          >${agoMark(report.endedAt, nowMs)}, in ${durationOf(report)}, exit status ${report.exitCode}, round
          ${report.round}</span
        >
      </p>
      ${terminalText(report.text, title)}
    `,
  })
}
