import type { Document } from '../documents/read-document.js'
import type { PlanView } from '../documents/plan-view.js'
import { html, join, trusted, type Html } from '../html.js'
import { pageScript, pageScriptDigest, pageStyle, pageStyleDigest } from './assets.generated.js'
import { changesPart } from './parts/changes.js'
import { driftPart } from './parts/drift-part.js'
import { graphPart } from './parts/graph-part.js'
import { noticesPart } from './parts/notices.js'
import { runPart } from './parts/run-part.js'
import { summaryPart } from './parts/summary.js'

/** A document, and the file that it came from as people name it. */
export interface Source {
  readonly document: Document
  readonly file: string
}

/** What may be styled and run in it, as a Content-Security-Policy says it, for whoever serves it. */
export const reportPolicy = { styles: `'${pageStyleDigest}'`, scripts: `'${pageScriptDigest}'` } as const

/** Byte for byte what their digests are of. */
const style = trusted(`<style>${pageStyle}</style>`)
const script = trusted(`<script>${pageScript}</script>`)

interface Part {
  readonly id: string
  readonly title: string
  readonly stack: string
  readonly content: Html
}

/**
 * One page about all of these documents, with a line break at the end. It needs no network and asks for none: its policy lets
 * nothing run or be styled but what stands in it (https://www.w3.org/TR/CSP3/). The same documents give the same bytes.
 */
export async function reportPage(
  sources: readonly Source[],
  {
    version,
    home,
  }: { readonly version: string; /** Where one came from. */ readonly home?: { href: string; words: string } },
): Promise<string> {
  const stacks = [...new Set(sources.map(({ document }) => stackOf(document)))]
  const parts: Part[] = []
  for (const [index, { document }] of sources.entries()) parts.push(...(await partsOf(document, `d${index}`, sources)))
  const named = (part: Part) => (stacks.length > 1 ? `${part.title}: ${part.stack}` : part.title)
  const title = stacks.join(', ')
  const policy = `default-src 'none'; style-src ${reportPolicy.styles}; script-src ${reportPolicy.scripts}; base-uri 'none'; form-action 'none'`
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta http-equiv="Content-Security-Policy" content="${policy}" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="referrer" content="no-referrer" />
        <meta name="color-scheme" content="light dark" />
        <title>${title} – evenkeel</title>
        ${style}
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
          <div>
            <p class="brand">${home ? html`<a href="${home.href}">${home.words}</a>` : 'evenkeel'}</p>
            <h1>${title}</h1>
          </div>
          <button type="button" data-theme-toggle hidden>Dark</button>
        </header>
        <main id="content" tabindex="-1">
          <div class="summaries">${sources.map(({ document, file }) => summaryPart(document, file))}</div>
          <nav aria-label="Sections">
            <ul>
              ${parts.map((part) => html`<li><a href="#${part.id}">${named(part)}</a></li>`)}
            </ul>
          </nav>
          ${join(
            parts.map(({ content, stack }) =>
              stacks.length > 1
                ? html`<p class="stack">${stack}</p>
                    ${content}`
                : content,
            ),
          )}
        </main>
        <footer>
          <p>
            Made by evenkeel ${version}.
            <span class="keys"
              >Press <kbd>/</kbd> to search, <kbd>↑</kbd> <kbd>↓</kbd> to go from change to change.</span
            >
          </p>
        </footer>
        ${script}
      </body>
    </html> `
  return page.text
}

function stackOf(document: Document): string {
  switch (document.kind) {
    case 'plan':
      return document.plan.stack
    case 'drift':
      return document.drift.stack
    case 'run':
      return document.run.stack
  }
}

async function partsOf(document: Document, id: string, sources: readonly Source[]): Promise<readonly Part[]> {
  const stack = stackOf(document)
  switch (document.kind) {
    case 'plan': {
      const { plan } = document
      const changes = html`${noticesPart(plan, 'plan')}${changesPart(plan, `${id}-changes`)}`
      const graph = await graphPart(plan, `${id}-graph`)
      return [
        { id: `${id}-changes`, title: 'Changes', stack, content: changes },
        ...(plan.steps.length === 0
          ? []
          : [{ id: `${id}-graph`, title: 'What waits for what', stack, content: graph }]),
      ]
    }
    case 'drift': {
      const content = html`${noticesPart(document.drift, 'drift report')}${driftPart(document.drift, `${id}-drift`)}`
      return [{ id: `${id}-drift`, title: 'Drift', stack, content }]
    }
    case 'run': {
      const content = runPart(document.run, planOf(stack, sources), `${id}-run`)
      return [{ id: `${id}-run`, title: 'The run, over time', stack, content }]
    }
  }
}

/** The plan beside a run, which says what its steps waited for where the journal does not. */
function planOf(stack: string, sources: readonly Source[]): PlanView | undefined {
  for (const { document } of sources)
    if (document.kind === 'plan' && document.plan.stack === stack) return document.plan
  return undefined
}
