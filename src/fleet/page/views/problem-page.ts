import { html } from '../../../report/html.js'
import { layout } from './layout.js'

/** Why something was not done or shown, and what to do. */
export function problemPage({
  fleet,
  title,
  words,
  text,
  back = { href: '/', words: 'To the stacks' },
}: {
  readonly fleet: string
  readonly title: string
  readonly words: string
  /** As the command line would say it. */
  readonly text?: string | undefined
  readonly back?: { readonly href: string; readonly words: string }
}): string {
  return layout({
    fleet,
    title,
    content: html`<div class="narrow">
      <p>${words}</p>
      ${text === undefined ? undefined : html`<pre class="told">${text}</pre>`}
      <p><a class="button" href="${back.href}">${back.words}</a></p>
    </div>`,
  })
}

/** For whoever has not said the token. */
export function loginPage({ fleet, isWrong }: { readonly fleet: string; readonly isWrong: boolean }): string {
  return layout({
    fleet,
    title: 'The token of this page',
    problems: [isWrong ? 'That is not the token of this page.' : undefined],
    content: html`<form class="card narrow" method="post" action="/login">
      <p>
        <code>evenkeel fleet serve</code> has printed a URL with it, or was given it in a file or in
        <code>EVENKEEL_FLEET_PAGE_TOKEN</code>.
      </p>
      <label for="token">Token</label>
      <input id="token" name="token" type="password" autocomplete="current-password" required maxlength="512" />
      <button class="primary" type="submit">Open the page</button>
    </form>`,
  })
}
