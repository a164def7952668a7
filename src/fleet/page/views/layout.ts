import { html, trusted, type Html, type HtmlPart } from '../../../report/html.js'

export interface LayoutParts {
  readonly fleet: string
  /** Of the page, as its heading says it. */
  readonly title: string
  /** Above the heading: where one came from. */
  readonly trail?: HtmlPart
  readonly content: HtmlPart
  /** What is to be known before anything else is read. */
  readonly problems?: readonly (string | undefined)[]
  /** The page keeps itself up to date where scripts run. */
  readonly isLive?: boolean
}

/** No tagged template: bundlers rewrite those that end a script. */
const script = trusted('<script src="/page.js" defer></script>')

/** A whole page, with a line break at the end: whole without its script, and without a request to any other place. */
export function layout({ fleet, title, trail, content, problems = [], isLive = false }: LayoutParts): string {
  const told = problems.filter((text) => text !== undefined)
  const page = html`<!doctype html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title === fleet ? fleet : `${title} – ${fleet}`} – evenkeel</title>
        <link rel="icon" href="/icon.svg" type="image/svg+xml" />
        <link rel="stylesheet" href="/page.css" />
        ${isLive ? script : undefined}
      </head>
      <body>
        <a class="skip" href="#content">Skip to the content</a>
        <header class="top">
          <div>
            <p class="brand">${trail ?? 'evenkeel fleet'}</p>
            <h1>${title}</h1>
          </div>
          ${isLive ? html`<p class="pulse quiet" data-pulse hidden>live</p>` : undefined}
        </header>
        <main id="content" tabindex="-1" ${isLive ? html` data-live` : undefined}>
          <div id="problems" data-part>${told.length === 0 ? undefined : problemList(told)}</div>
          ${content}
        </main>
        ${isLive ? html`<p class="hidden" role="status" data-said></p>` : undefined}
      </body>
    </html> `
  return page.text
}

function problemList(problems: readonly string[]): Html {
  return html`<section class="notices" aria-label="Problems">
    <ul>
      ${problems.map((text) => html`<li class="warning">${text}</li>`)}
    </ul>
  </section>`
}
