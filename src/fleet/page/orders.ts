import type { Context, Hono } from 'hono'
import { count } from '../../core/units.js'
import { isPlanName, stackKey } from '../jobs/job.js'
import type { Standing } from '../reports/standing.js'
import type { FleetStack } from '../types.js'
import type { Desk } from './desk.js'
import { filtered, filterOf, filterQuery } from './filter.js'
import type { PageEnv } from './guard/guard.js'
import type { PageToken } from './guard/page-token.js'
import { shownPlanOf } from './saved-plan.js'
import type { FleetSight } from './sight.js'
import { problemPage } from './views/problem-page.js'

export interface OrderOptions {
  readonly sight: FleetSight
  readonly desk: Desk
  readonly fleet: string
  readonly token: PageToken
  readonly plansFolder: string
  readonly standingOf: (key: string) => Promise<Standing | undefined>
}

/** Whoever has pressed twice is not told that nothing was done. */
const busyTitle = 'Under way already'

type Form = Readonly<Record<string, unknown>>

/** What the buttons of the page ask for. */
export function takeOrders(
  app: Hono<PageEnv>,
  { sight, desk, fleet, token, plansFolder, standingOf }: OrderOptions,
): void {
  const refused = (c: Context, words: string, status: 400 | 403 | 404 | 409, back = '/', title = 'Nothing was done') =>
    c.html(
      problemPage({
        fleet,
        title,
        words,
        back: { href: back, words: back.startsWith('/stack/') ? 'To the stack' : 'To the stacks' },
      }),
      status,
    )
  /** What a form says; undefined where the page did not make it. */
  async function formOf(c: Context): Promise<Form | undefined> {
    const form: Form = await c.req.parseBody().catch(() => ({}))
    return token.isForm(textOf(form, 'form')) ? form : undefined
  }
  const unknownForm =
    'This form is not of this page, or of an earlier start of it. Load the page anew, and press again.'

  app.post('/work', async (c) => {
    const form = await formOf(c)
    if (!form) return refused(c, unknownForm, 403)
    const order = orderOf(form)
    if (!order) return refused(c, 'No button of the page asks for that.', 400)
    const { kind, key } = order
    const filter = filterOf((name) => textOf(form, name))
    const stacks = (await sight.standings()).filter(({ stack }) => key === undefined || stackKey(stack.id) === key)
    const meant = (key === undefined ? filtered(stacks, filter) : stacks).map(({ stack }) => stack)
    const back = textOf(form, 'stack') === key && key !== undefined ? `/stack/${key}` : `/${filterQuery(filter)}#work`
    if (meant.length === 0) return refused(c, 'The fleet has no such stack any more.', 404)
    const busy = await desk.begin(
      kind,
      meant.map((stack) => ({ stack })),
    )
    return busy.length === meant.length ? refused(c, busyWords(busy), 409, back, busyTitle) : c.redirect(back, 303)
  })

  app.post('/stack/:key/apply/:plan', async (c) => {
    const form = await formOf(c)
    const { key, plan } = c.req.param()
    if (!form) return refused(c, unknownForm, 403)
    const standing = await standingOf(key)
    if (!standing || !isPlanName(plan)) return refused(c, 'The fleet has no such stack any more.', 404)
    const { stack } = standing
    const back = `/stack/${key}`
    if (stack.settings.apply === 'never') {
      return refused(c, 'The fleet never applies this stack: `apply: never` says so. `evenkeel apply` does.', 403, back)
    }
    if (textOf(form, 'answer')?.trim() !== 'yes') return c.redirect(`${back}/apply/${plan}?answer=no`, 303)
    const isShown = standing.plan === plan && shownPlanOf(plansFolder, plan).digest === textOf(form, 'digest')
    if (!isShown) {
      const words =
        'The plan that was shown is not the one that waits now: it was saved anew, or carried out, since. Read it again.'
      return refused(c, words, 409, back)
    }
    const busy = await desk.begin('apply', [{ stack, plan, planDigest: textOf(form, 'digest') ?? '' }])
    return busy.length > 0 ? refused(c, busyWords(busy), 409, back, busyTitle) : c.redirect(back, 303)
  })
}

/** Undefined: neither a button of a stack nor one for all that are shown. */
function orderOf(form: Form): { readonly kind: 'drift' | 'plan'; readonly key: string | undefined } | undefined {
  const all = textOf(form, 'all')
  if (all === 'drift' || all === 'plan') return { kind: all, key: undefined }
  for (const kind of ['drift', 'plan'] as const) {
    const key = textOf(form, kind)
    if (key !== undefined) return { kind, key }
  }
  return undefined
}

function textOf(form: Form, name: string): string | undefined {
  const value = form[name]
  return typeof value === 'string' ? value : undefined
}

function busyWords(busy: readonly FleetStack[]): string {
  if (busy.length > 1)
    return `Something is under way on all ${count(busy.length, 'stack')} already: wait until it has ended.`
  return `Something is under way on ${busy[0]?.id ?? 'it'} already, and jobs of one stack never run side by side: wait until it has ended.`
}
