import { createServer, type AddressInfo } from 'node:net'
import { Hono } from 'hono'
import { afterAll, describe, expect, it } from 'vitest'
import { stackKey } from '../../../src/fleet/jobs/job.js'
import { listenAddressOf, originOf, originsOf } from '../../../src/fleet/page/guard/origins.js'
import { newToken, pageTokenOf } from '../../../src/fleet/page/guard/page-token.js'
import { servePage } from '../../../src/fleet/page/serve-page.js'
import { pageHost, pageStack, pageToken, pageWorld } from '../../support/fleet/page-world.js'

const id = 'prod/web.stack.yaml'
const begun: string[] = []
const world = pageWorld([pageStack(id)], {
  work: (job) => {
    begun.push(job.stack)
    return Promise.reject(new Error('nothing was to be done'))
  },
})
afterAll(() => world.remove())

const drift = { drift: stackKey(id) }

describe('the page of a fleet', () => {
  it.each([
    ['no cookie', '/', { cookie: null }],
    ['the token in the cookie', '/', { cookie: `evenkeel-acme-4664=${pageToken}` }],
    ['another token in the URL', '/?token=a-token-of-another', { cookie: null }],
    ['no cookie, for a stack', `/stack/${stackKey(id)}`, { cookie: null }],
    ['no token, for metrics', '/metrics', { cookie: null }],
    ['another token, for metrics', '/metrics', { cookie: null, authorization: 'Bearer a-token-of-another' }],
    ['no cookie, for what goes on', '/events', { cookie: null }],
    ['no cookie, for what is not there', '/nowhere', { cookie: null }],
  ])('shows nothing to who has %s', async (_, path, headers) => {
    const answer = await world.get(path, headers)
    expect(answer.status).toBe(401)
    expect(await answer.text()).not.toContain(id)
  })

  it.each([
    ['a site that lets its name point here', 'evil.example.com:4664'],
    ['another port', '127.0.0.1:80'],
    ['no name', null],
    ['what only begins as its name', '127.0.0.1:4664.evil.example.com'],
  ])('answers not to %s', async (_, host) => {
    for (const path of ['/', '/page.css', '/metrics', `/?token=${pageToken}`]) {
      const answer = await world.get(path, { host })
      expect([path, answer.status, answer.headers.get('set-cookie')]).toEqual([path, 421, null])
    }
  })

  it.each([
    ['another site', { origin: 'https://evil.example.com' }],
    ['nobody says where', { origin: null }],
    ['a page without an origin', { origin: 'null' }],
    ['its own name without TLS', { origin: 'http://fleet.example.com' }],
    ['a neighbour of its site', { 'sec-fetch-site': 'same-site' }],
  ])('does nothing for a form of %s', async (_, headers) => {
    expect((await world.post('/work', drift, headers)).status).toBe(403)
    expect((await world.post('/login', { token: pageToken }, headers)).status).toBe(403)
  })

  it.each([
    ['no token of forms', { form: '' }],
    ['the token of the page in its place', { form: pageToken }],
  ])('does nothing for a form with %s', async (_, form) => {
    const answer = await world.post('/work', { ...drift, ...form })
    expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining('Load the page anew')])
  })

  it('does nothing for who has not said the token', async () => {
    expect((await world.post('/work', drift, { cookie: null })).status).toBe(401)
    expect((await world.post('/login', { token: 'a-token-of-another' }, { cookie: null })).status).toBe(401)
  })

  it('takes the token out of the URL, and keeps in a cookie what follows from it', async () => {
    const answer = await world.get(`//evil.example.com/?token=${pageToken}&q=prod`, { cookie: null })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/evil.example.com/?q=prod'])
    const cookie = answer.headers.get('set-cookie') ?? ''
    expect(cookie).toMatch(/^evenkeel-acme-4664=[\w-]{43}; Path=\/; HttpOnly; SameSite=Strict$/)
    expect(cookie).not.toContain(pageToken)
    expect((await world.get('/', { cookie: cookie.split(';')[0] ?? '' })).status).toBe(200)
    const proxied = await world.get(`/?token=${pageToken}`, { cookie: null, host: 'fleet.example.com' })
    expect(proxied.headers.get('set-cookie')).toContain('; Secure')
  })

  it.each([pageToken, 'a-token-of-another'])('takes %s out of the URL of who is known already', async (token) => {
    const answer = await world.get(`/stack/${stackKey(id)}?token=${token}&q=prod`)
    expect([answer.status, answer.headers.get('location')]).toEqual([303, `/stack/${stackKey(id)}?q=prod`])
  })

  it('says no word in its terminal for a form that is none', async () => {
    const broken = { 'content-type': 'multipart/form-data', cookie: null }
    expect((await world.post('/login', { token: pageToken }, broken)).status).toBe(401)
    expect(world.said).toEqual([])
  })

  it('is opened by a form, and by a header', async () => {
    const answer = await world.post('/login', { token: ` ${pageToken} ` }, { cookie: null })
    expect([answer.status, answer.headers.get('location')]).toEqual([303, '/'])
    const authorization = `Bearer ${pageToken}`
    expect((await world.get('/metrics', { cookie: null, authorization })).status).toBe(200)
  })

  it.each(['/', '/page.css', '/nowhere', `/stack/${stackKey(id)}`])(
    'lets a browser do nothing with %s but show it',
    async (path) => {
      const { headers } = await world.get(path)
      expect(headers.get('content-security-policy')).toBe(
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
      )
      expect(Object.fromEntries(headers)).toMatchObject({
        'cache-control': 'no-store',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'same-origin',
      })
    },
  )

  it('reads no more of a form than its own forms say', async () => {
    expect((await world.post('/work', { drift: 'x'.repeat(20_000) })).status).toBe(413)
  })
})

describe('all that was turned away', () => {
  it('has begun nothing', () => {
    expect(begun).toEqual([])
  })
})

describe('a token', () => {
  it('is not one that is soon guessed, or that no header says', () => {
    for (const text of ['', 'short', 'with a blank in its middle', 'umlauts-are-no-go-ö', `${'x'.repeat(20)}\n`]) {
      expect(() => pageTokenOf(text, 'acme')).toThrow(expect.objectContaining({ code: 'USAGE' }))
    }
    expect(pageTokenOf(newToken(), 'acme').isSaid(undefined)).toBe(false)
    expect(pageTokenOf(pageToken, 'acme').session).not.toBe(pageTokenOf(pageToken, 'other').session)
  })
})

describe('addresses', () => {
  it.each([
    ['127.0.0.1:4664', '127.0.0.1', 4664, true],
    ['[::1]:0', '::1', 0, true],
    ['localhost:80', 'localhost', 80, true],
    ['0.0.0.0:4664', '0.0.0.0', 4664, false],
    ['[::]:4664', '::', 4664, false],
    ['127.0.0.1.example.com:80', '127.0.0.1.example.com', 80, false],
  ])('to listen at: %s', (text, host, port, isLoopback) => {
    expect(listenAddressOf(text)).toEqual({ host, port, isLoopback })
  })

  it.each(['4664', ':4664', '127.0.0.1', '127.0.0.1:99999', 'http://127.0.0.1:80', '::1:80'])('are not: %s', (text) => {
    expect(() => listenAddressOf(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
  })

  it('by which browsers come are whole ones', () => {
    for (const text of [
      'fleet.example.com',
      'https://fleet.example.com/path',
      'https://me:secret@fleet.example.com',
      '*',
      'ftp://x',
    ])
      expect(() => originOf(text)).toThrow(expect.objectContaining({ code: 'USAGE' }))
    const elsewhere = listenAddressOf('127.0.0.2:0')
    expect(originsOf({ ...elsewhere, port: 4664 }, []).isHost('127.0.0.2:4664')).toBe(true)
    const everywhere = listenAddressOf('0.0.0.0:4664')
    const origins = originsOf(everywhere, [originOf('https://fleet.example.com/')])
    expect(origins.isHost('0.0.0.0:4664')).toBe(false)
    expect(origins.isHost('FLEET.example.com')).toBe(true)
    expect(origins.isOrigin('https://fleet.example.com')).toBe(true)
    expect([origins.isSecure('fleet.example.com'), origins.isSecure(pageHost)]).toEqual([true, false])
  })
})

describe('a port that is taken', () => {
  it.each(['127.0.0.1', '::1'])('is told as it stands in a URL: %s', async (host) => {
    const taken = createServer()
    const isThere = await new Promise<boolean>((resolve) => {
      taken.once('error', () => resolve(false)).listen(0, host, () => resolve(true))
    })
    // Not every machine has both.
    if (!isThere) return
    const { port } = taken.address() as AddressInfo
    const shown = host === '::1' ? `[::1]:${port}` : `127.0.0.1:${port}`
    const serving = servePage({ host, port, isLoopback: true }, () => new Hono())
    await expect(serving).rejects.toThrow(`the page cannot be served at ${shown}: it is taken`)
    taken.close()
  })
})
