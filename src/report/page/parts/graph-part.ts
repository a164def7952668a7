import { count } from '../../../core/units.js'
import type { PlanView } from '../../documents/plan-view.js'
import { graphDrawing } from '../../graph/graph-svg.js'
import { graphOf, type GraphSubject } from '../../graph/graph.js'
import { html, type Html } from '../../html.js'
import { impactWords } from './changes.js'

/** Above so many nodes a picture shows nothing any more, and drawing it takes seconds (measured). */
const drawnMax = 1500
/** From so many steps on the resources are shown first. Chosen: what fits on a screen. */
const stepsFirstMax = 60

/** What waits for what, drawn as steps and as resources, and told as a table. */
export async function graphPart(plan: PlanView, id: string): Promise<Html> {
  if (plan.steps.length === 0) return html``
  const first: GraphSubject = plan.steps.length <= stepsFirstMax ? 'steps' : 'resources'
  const drawings: Html[] = []
  const buttons: Html[] = []
  for (const [subject, word] of [
    ['steps', 'Steps'],
    ['resources', 'Resources'],
  ] as const) {
    const graph = graphOf(plan, subject)
    if (graph.nodes.length > drawnMax) continue
    const drawing = await graphDrawing(graph)
    const addresses = graph.nodes.map(({ address }) => address).join('\n')
    drawings.push(
      html`<div
        class="scroll"
        role="region"
        tabindex="0"
        aria-label="Drawing of the ${subject}"
        data-drawing="${subject}"
        data-addresses="${addresses}"
        ${subject === first ? undefined : html` hidden`}
      >
        ${drawing}
      </div>`,
    )
    buttons.push(
      html`<button type="button" class="chip" aria-pressed="${String(subject === first)}" data-show="${subject}">
        ${word} <span class="amount">${graph.nodes.length}</span>
      </button>`,
    )
  }
  const tools = html`<div class="toolbar">
    <div class="chips" role="group" aria-label="Drawn">${buttons}</div>
    <div class="ends">
      <span role="status" data-traced></span><button type="button" data-zoom="fit">Fit</button
      ><button type="button" data-zoom="out" aria-label="Smaller">−</button
      ><button type="button" data-zoom="in" aria-label="Larger">+</button>
    </div>
  </div>`
  const drawn =
    drawings.length === 0 ? html`<p class="quiet">There are too many to draw.</p>` : html`${tools}${drawings}${legend}`
  return html`<section id="${id}" class="waits">
    <h2>What waits for what</h2>
    ${drawn}${stepsTable(plan)}
  </section>`
}

const legend = html`<p class="legend">
  Left comes before right. Select a box to see what it waits for and what waits for it.
</p>`

/** The same for who cannot see the drawing. */
function stepsTable({ steps }: PlanView): Html {
  const numbers = new Map(steps.map(({ id }, index) => [id, index + 1]))
  const rows = steps.map(({ kind, address, needs, impact }, index) => {
    const after = needs.flatMap((need) => numbers.get(need) ?? [])
    return html`<tr>
      <td class="number">${index + 1}</td>
      <th scope="row">${kind}</th>
      <td><code>${address}</code></td>
      <td>${after.map((number, at) => html`${at === 0 ? '' : ', '}${number}`)}</td>
      <td>${impact === 'none' ? '' : impactWords[impact]}</td>
    </tr>`
  })
  return html`<details class="quietly">
    <summary>${count(steps.length, 'step')} as a table</summary>
    <div class="scroll" role="region" tabindex="0" aria-label="Table of the steps">
      <table class="steps">
        <caption class="hidden">
          Steps in order, each with the numbers of those that it waits for
        </caption>
        <thead>
          <tr>
            <th scope="col">step</th>
            <th scope="col">does</th>
            <th scope="col">address</th>
            <th scope="col">after</th>
            <th scope="col">impact</th>
          </tr>
        </thead>
        <tbody>
          ${rows}
        </tbody>
      </table>
    </div>
  </details>`
}
