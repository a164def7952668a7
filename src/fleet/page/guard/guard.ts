import type { HttpBindings } from '@hono/node-server'
import type { Context, MiddlewareHandler } from 'hono'
import { getCookie, setCookie } from 'hono/cookie'
import { loginPage, problemPage } from '../views/problem-page.js'
import { headersFor } from './headers.js'
import type { Origins } from './origins.js'
import type { PageToken } from './page-token.js'

export type PageEnv = { Bindings: Partial<HttpBindings> }

export interface GuardOptions {
  readonly token: PageToken
  readonly origins: Origins
  /** What its cookie is called: pages of two fleets on one machine share no cookie. */
  readonly cookie: string
  readonly fleet: string
}

/** Each answer has them, whatever it is; a page that needs others has set its own. */
export const withHeaders: MiddlewareHandler<PageEnv> = async (c, next) => {
  await next()
  for (const [name, value] of Object.entries(headersFor())) if (!c.res.headers.has(name)) c.res.headers.set(name, value)
}

/** Who comes by a name that is not this page's is turned away: so is a site that has let its own name point here. */
export function knownHost({ origins, token, fleet }: GuardOptions): MiddlewareHandler<PageEnv> {
  return async (c, next) => {
    const host = c.req.header('host')
    if (origins.isHost(host) || (hasBearer(c, token) && host === addressOf(c))) return next()
    const words = 'This page is not reached by that name. `--origin` says by which other names it is.'
    return c.html(problemPage({ fleet, title: 'Not here', words }), 421)
  }
}

/** Nothing is changed but from this page itself. */
export function ownForms({ origins, fleet }: GuardOptions): MiddlewareHandler<PageEnv> {
  return async (c, next) => {
    if (c.req.method === 'GET' || c.req.method === 'HEAD') return next()
    const isOwn = origins.isOrigin(c.req.header('origin')) && isOfSameSite(c.req.header('sec-fetch-site'))
    if (isOwn) return next()
    const words =
      'This came from another site, or did not say from where: nothing was done. Press the button on the page itself.'
    return c.html(problemPage({ fleet, title: 'Refused', words }), 403)
  }
}

/** Behind this everybody has said the token: in a cookie, in an Authorization header, or, once, in the URL. */
export function knownVisitor({ token, origins, cookie, fleet }: GuardOptions): MiddlewareHandler<PageEnv> {
  return async (c, next) => {
    const isKnown = token.isSession(getCookie(c, cookie)) || hasBearer(c, token)
    const said = c.req.query('token')
    // It stays in no URL, in that of somebody who is known already neither.
    if (c.req.method === 'GET' && said !== undefined && (isKnown || token.isSaid(said))) {
      if (!isKnown) keepSession(c, { token, origins, cookie })
      return c.redirect(withoutToken(c.req.url), 303)
    }
    if (isKnown) return next()
    if (c.req.path === '/metrics' || c.req.path === '/events') {
      c.header('www-authenticate', 'Bearer')
      return c.text('The token is missing, or is another.\n', 401)
    }
    return c.html(loginPage({ fleet, isWrong: said !== undefined }), 401)
  }
}

export function keepSession(c: Context, { token, origins, cookie }: Omit<GuardOptions, 'fleet'>): void {
  setCookie(c, cookie, token.session, {
    httpOnly: true,
    sameSite: 'Strict',
    path: '/',
    secure: origins.isSecure(c.req.header('host')),
  })
}

function hasBearer(c: Context, token: PageToken): boolean {
  return token.isSaid(/^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1])
}

/** Prometheus asks by addresses; no browser says the token in a header by itself. */
function addressOf(c: Context<PageEnv>): string | undefined {
  const socket = c.env?.incoming?.socket
  if (socket?.localAddress === undefined) return undefined
  const address = socket.localAddress.replace(/^::ffff:/, '')
  return `${address.includes(':') ? `[${address}]` : address}:${socket.localPort}`
}

/** Older browsers do not say it. */
function isOfSameSite(site: string | undefined): boolean {
  return site === undefined || site === 'same-origin'
}

/** The path alone: a redirect never leads elsewhere. */
function withoutToken(text: string): string {
  const url = new URL(text)
  url.searchParams.delete('token')
  return `/${url.pathname.replace(/^\/+/, '')}${url.search}`
}
