import { count } from '../../../core/units.js'
import { html } from '../../../report/html.js'
import { stackKey } from '../../jobs/job.js'
import type { FleetStack } from '../../types.js'
import type { ShownPlan } from '../saved-plan.js'
import { layout } from './layout.js'
import { agoMark, terminalText } from './words.js'

export interface ApplyPageParts {
  readonly fleet: string
  readonly stack: FleetStack
  readonly plan: ShownPlan
  readonly formToken: string
  readonly nowMs: number
  /** Something else than `yes` was answered. */
  readonly isNo: boolean
}

/** A saved plan, as `fleet apply` shows it, with the question that it asks. */
export function applyPage({ fleet, stack, plan, formToken, nowMs, isNo }: ApplyPageParts): string {
  const key = stackKey(stack.id)
  const { losses } = plan
  return layout({
    fleet,
    title: `Apply to ${stack.id}`,
    trail: html`<a href="/">${fleet}</a> › <a href="/stack/${key}">${stack.id}</a>`,
    problems: [
      isNo ? 'Nothing was done: only “yes” is taken for a yes.' : undefined,
      losses.length === 0
        ? undefined
        : `DATA LOSS: ${losses.slice(0, 10).join(', ')}${losses.length > 10 ? ` and ${losses.length - 10} more` : ''}.`,
    ],
    content: html`
      <p>
        Saved ${agoMark(plan.madeAt, nowMs)}. <a href="/stack/${key}/plan/${plan.name}">The plan on a page</a>, with
        every step and what waits for what.
      </p>
      ${terminalText(plan.text, 'The saved plan')}
      <form
        class="card confirm ${losses.length > 0 ? 'bad' : ''}"
        method="post"
        action="/stack/${key}/apply/${plan.name}"
      >
        <input type="hidden" name="form" value="${formToken}" />
        <input type="hidden" name="digest" value="${plan.digest}" />
        <h2>${plan.question}</h2>
        <p id="answer-hint">
          Exactly this plan is carried out. Where something has moved under it since, it is refused, and nothing of it
          is done${losses.length === 0 ? '' : `. ${count(losses.length, 'resource')} would lose data`}.
        </p>
        <label for="answer">Only “yes” is taken for a yes</label>
        <div class="answer">
          <input
            id="answer"
            name="answer"
            autocomplete="off"
            autocapitalize="none"
            spellcheck="false"
            maxlength="20"
            aria-describedby="answer-hint"
          />
          <button class="primary" type="submit">Apply</button>
          <a class="button" href="/stack/${key}">Leave it</a>
        </div>
      </form>
    `,
  })
}
