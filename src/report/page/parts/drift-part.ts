import { html, type Html } from '../../html.js'
import type { DriftEntryView, DriftView } from '../../documents/drift-view.js'
import { diffTable } from './values.js'

/** What has moved since the last apply, and what of the file waits for one. */
export function driftPart({ drifted, pending }: DriftView, id: string): Html {
  return html`<section id="${id}" class="changes">
    <h2>Drift</h2>
    ${entries('Changed since the last apply', drifted, 'remove', ['was applied', 'is live'])}${entries('Asked for by the file, not applied yet', pending, 'update', ['is live', 'the file says'])}${drifted.length + pending.length === 0 ? html`<p class="quiet">Nothing has moved, and nothing waits.</p>` : undefined}
  </section>`
}

function entries(
  title: string,
  found: readonly DriftEntryView[],
  tone: string,
  heads: readonly [string, string],
): Html {
  if (found.length === 0) return html``
  const items = found.map(
    ({ address, diffs, reason }) =>
      html`<details class="change ${tone}" data-members="${address}" open>
        <summary>
          <span class="sign" aria-hidden="true">${tone === 'remove' ? '!' : '~'}</span
          ><code class="address">${address}</code>
        </summary>
        <div class="body">
          ${reason === undefined ? undefined : html`<p class="reason">${reason}</p>`}${diffTable(diffs, { caption: `What differs for ${address}`, heads })}
        </div>
      </details>`,
  )
  return html`<section class="group">
    <h3>${title}</h3>
    ${items}
  </section>`
}
