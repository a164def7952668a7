import type { ErrorView } from '../../documents/run-view.js'
import type { DriftView } from '../../documents/drift-view.js'
import type { PlanView, ProblemView } from '../../documents/plan-view.js'
import { html, type Html } from '../../html.js'

/** What is to be known first: problems, what could not be read, what the target cannot do. Nothing where there is nothing. */
export function noticesPart(
  { problems, unreadable, impossible }: Pick<PlanView & DriftView, 'problems' | 'unreadable' | 'impossible'>,
  of: string,
): Html {
  const sorted = [...problems].sort(
    (left, right) => Number(left.severity !== 'error') - Number(right.severity !== 'error'),
  )
  const [first] = impossible
  const list = [
    ...sorted.map(problemItem),
    ...(unreadable.length === 0
      ? []
      : [
          html`<li class="warning">
            <strong>Not everything could be read.</strong>
            <ul>
              ${unreadable.map(({ address, reason }) => html`<li><code>${address}</code> ${reason}</li>`)}
            </ul>
          </li>`,
        ]),
    ...(first === undefined
      ? []
      : [
          html`<li class="note">
            <strong>Not possible here:</strong> ${first.reason}
            <details>
              <summary>${impossible.length} left out</summary>
              <ul>
                ${impossible.map(({ id }) => html`<li><code>${id}</code></li>`)}
              </ul>
            </details>
          </li>`,
        ]),
  ]
  return list.length === 0
    ? html``
    : html`<section class="notices" aria-label="Problems of the ${of}">
        <ul>
          ${list}
        </ul>
      </section>`
}

function problemItem({ severity, code, message, hint, address, location }: ProblemView): Html {
  const file =
    location === undefined
      ? undefined
      : html` <span class="quiet">${location.file}:${location.line}:${location.column}</span>`
  return html`<li class="${severity}">
    <strong>${severity === 'error' ? 'Error' : 'Warning'}:</strong> ${message}
    <code class="quiet">${code}</code
    >${address === undefined ? undefined : html` <code>${address}</code>`}${file}${hint === undefined ? undefined : html`<p>${hint}</p>`}
  </li>`
}

/** What failed in a run. */
export function errorText({ code, message, hint }: ErrorView): Html {
  return html`${message} <code class="quiet">${code}</code>${hint === undefined ? undefined : html`<br />${hint}`}`
}
