import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { asEvenkeelError, messageOf } from '../../core/errors.js'
import { failureText } from '../../report/failure-text.js'
import { reportPage, reportPolicy } from '../../report/page/report-page.js'
import { isPlanName, jobKinds, stackKey } from '../jobs/job.js'
import type { Standing } from '../reports/standing.js'
import type { Desk } from './desk.js'
import { filterOf } from './filter.js'
import { pageIcon, pageScript, pageStyle } from './fleet-page-assets.generated.js'
import {
  keepSession,
  knownHost,
  knownVisitor,
  ownForms,
  withHeaders,
  type GuardOptions,
  type PageEnv,
} from './guard/guard.js'
import { headersFor } from './guard/headers.js'
import type { Live } from './live.js'
import { metricsText, metricsType } from './metrics.js'
import { planDocument, shownPlanOf } from './saved-plan.js'
import type { FleetSight } from './sight.js'
import type { WorkElsewhere } from './under-way.js'
import { applyPage } from './views/apply-page.js'
import { overview } from './views/overview.js'
import { loginPage, problemPage } from './views/problem-page.js'
import { stackPage } from './views/stack-page.js'
import { textPage } from './views/text-page.js'
import type { Work } from './views/work-part.js'
import { takeOrders } from './orders.js'

export interface FleetPageOptions extends GuardOptions {
  readonly sight: FleetSight
  readonly desk: Desk
  readonly live: Live
  /** Undefined: this process does the work. */
  readonly elsewhere: WorkElsewhere | undefined
  /** Where saved plans lie. */
  readonly plansFolder: string
  readonly version: string
  readonly say: (text: string) => void
}

/** Chosen: the longest form has the name of a stack in it, and a filter. */
const bodyBytesMax = 16 * 1024

const assets = [
  ['/page.css', 'text/css; charset=utf-8', pageStyle],
  ['/page.js', 'text/javascript; charset=utf-8', pageScript],
  ['/icon.svg', 'image/svg+xml', pageIcon],
] as const

/** The page of a fleet, as a function of requests. */
export function createFleetPage(options: FleetPageOptions): Hono<PageEnv> {
  const { sight, desk, live, elsewhere, fleet, token, plansFolder, version, say } = options
  const app = new Hono<PageEnv>({ strict: false })
  const problem = (title: string, words: string, text?: string) => problemPage({ fleet, title, words, text })
  const tooLarge = problem('Too much', 'That is more than any form of this page says.')

  app.use(withHeaders)
  app.use(knownHost(options))
  app.use(ownForms(options))
  app.use(bodyLimit({ maxSize: bodyBytesMax, onError: (c) => c.html(tooLarge, 413) }))
  for (const [path, type, text] of assets) app.get(path, (c) => c.body(text, 200, { 'content-type': type }))
  app.post('/login', async (c) => {
    const { token: said }: { token?: unknown } = await c.req.parseBody().catch(() => ({}))
    if (typeof said !== 'string' || !token.isSaid(said.trim())) return c.html(loginPage({ fleet, isWrong: true }), 401)
    keepSession(c, options)
    return c.redirect('/', 303)
  })
  app.use(knownVisitor(options))

  const problems = () => [sight.problem, elsewhere?.problem, desk.problem]
  async function work(): Promise<Work> {
    const [jobs, waiting, workers] = await Promise.all([
      desk.underWay(),
      elsewhere?.waiting() ?? [],
      elsewhere?.workers() ?? [],
    ])
    return { jobs, waiting, workers, isEmbedded: elsewhere === undefined }
  }
  async function standingOf(key: string): Promise<Standing | undefined> {
    return (await sight.standings()).find(({ stack }) => stackKey(stack.id) === key)
  }
  const noStack = problem('No such stack', 'The fleet has no stack of this name any more, or never had one.')

  app.get('/', async (c) => {
    const [standings, done] = await Promise.all([sight.standings(), work()])
    const filter = filterOf((name) => c.req.query(name))
    const parts = { fleet, standings, filter, work: done, problems: problems(), formToken: token.form }
    return c.html(overview({ ...parts, nowMs: Date.now() }))
  })

  app.get('/stack/:key', async (c) => {
    const standing = await standingOf(c.req.param('key'))
    if (!standing) return c.html(noStack, 404)
    const jobs = await desk.underWay()
    const parts = { fleet, standing, jobs, problems: problems(), formToken: token.form, nowMs: Date.now() }
    return c.html(stackPage(parts))
  })

  for (const kind of jobKinds) {
    app.get(`/stack/:key/${kind}`, async (c) => {
      const standing = await standingOf(c.req.param('key'))
      if (!standing) return c.html(noStack, 404)
      const report = standing.reports[kind]
      if (!report) return c.html(problem('Nothing yet', 'Nothing of that kind was done to this stack yet.'), 404)
      const saved = kind === 'plan' ? report.plan : undefined
      const page = saved === undefined ? undefined : await planPage(standing, saved).catch(() => undefined)
      if (page === undefined) return c.html(textPage(fleet, report, Date.now()))
      return c.html(page, 200, headersFor(reportPolicy))
    })
  }

  app.get('/stack/:key/plan/:plan', async (c) => {
    const standing = await standingOf(c.req.param('key'))
    const plan = c.req.param('plan')
    if (!standing || !isPlanName(plan) || !plan.startsWith(`${c.req.param('key')}-`)) return c.html(noStack, 404)
    return c.html(await planPage(standing, plan), 200, headersFor(reportPolicy))
  })

  async function planPage({ stack }: Standing, plan: string): Promise<string> {
    const source = { document: planDocument(plansFolder, plan), file: stack.id }
    const home = { href: `/stack/${stackKey(stack.id)}`, words: `${fleet} › ${stack.id}` }
    return reportPage([source], { version, home })
  }

  app.get('/stack/:key/apply/:plan', async (c) => {
    const standing = await standingOf(c.req.param('key'))
    if (!standing || !isPlanName(c.req.param('plan'))) return c.html(noStack, 404)
    if (standing.plan !== c.req.param('plan')) {
      return c.html(
        problem('Not this plan', 'This plan was carried out already, or a newer one was saved. Read that one.'),
        409,
      )
    }
    const plan = shownPlanOf(plansFolder, standing.plan)
    const isNo = c.req.query('answer') === 'no'
    const parts = { fleet, stack: standing.stack, plan, formToken: token.form, nowMs: Date.now(), isNo }
    return c.html(applyPage(parts))
  })

  takeOrders(app, { sight, desk, fleet, token, plansFolder, standingOf })

  app.get('/events', (c) => live.stream(c))

  app.get('/metrics', async (c) => {
    const [standings, { jobs, waiting, workers }] = await Promise.all([sight.standings(), work()])
    const isReadable = problems().every((text) => text === undefined)
    const parts = { fleet, version, standings, jobs, waiting, isReadable, nowMs: Date.now() }
    return c.body(metricsText({ ...parts, ...(elsewhere && { workers }) }), 200, { 'content-type': metricsType })
  })

  app.notFound((c) => c.html(problem('Not found', 'This page has nothing of that name.'), 404))
  app.onError((thrown, c) => {
    const error = asEvenkeelError(thrown)
    if (error.kind !== 'bug') {
      return c.html(problem('Not done', 'That could not be done or shown.', failureText(error, false)), 409)
    }
    say(`The page could not answer ${c.req.method} ${c.req.path}: ${messageOf(thrown)}`)
    return c.html(problem('Not done', 'An error of evenkeel; its words stand where `fleet serve` was started.'), 500)
  })
  return app
}
