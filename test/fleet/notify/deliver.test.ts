import { createHmac } from 'node:crypto'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { deliver, type FleetEvent } from '../../../src/fleet/notify/deliver.js'
import type { Notification } from '../../../src/fleet/types.js'
import { temporaryDirectory } from '../../support/evenkeel.js'

const event: FleetEvent = {
  formatVersion: 1,
  event: 'drift',
  fleet: 'music',
  stack: 'a.stack.yaml',
  place: null,
  state: 'drift',
  words: '1 drifted',
  errorCode: null,
  round: 'r',
  at: '2026-11-22T10:15:00.000Z',
}

describe('a notification', () => {
  let directory: ReturnType<typeof temporaryDirectory>
  let server: Server
  let answers: number[] = []
  const calls: { path: string | undefined; body: string; signature: unknown }[] = []

  beforeEach(async () => {
    directory = temporaryDirectory('notify')
    calls.length = 0
    server = createServer((request, response) => {
      let body = ''
      request.setEncoding('utf8').on('data', (text: string) => (body += text))
      request.on('end', () => {
        calls.push({ path: request.url, body, signature: request.headers['x-evenkeel-signature'] })
        const status = answers.shift() ?? 200
        if (status > 0) response.writeHead(status, { location: '/elsewhere' }).end()
      })
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  })
  afterEach(() => {
    server.closeAllConnections()
    server.close()
    directory.remove()
  })

  const command = (...argv: readonly string[]): Notification => ({ on: ['drift'], to: { kind: 'command', argv } })
  const webhook = (): Notification => ({
    on: ['drift'],
    to: {
      kind: 'webhook',
      url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?key=secret`,
      secretVariable: 'KEY',
    },
  })
  const send = (
    to: Notification,
    given: readonly number[] = [],
    environment: Record<string, string> = { KEY: 'key' },
  ) => {
    answers = [...given]
    return deliver(to, event, { directory: directory.path, environment, pausesMs: [1, 1], timeoutMs: 500 })
  }

  it('is a command with the event on its standard input, and no shell', async () => {
    await send(command('tee', '$HOME;x'))
    expect(JSON.parse(readFileSync(join(directory.path, '$HOME;x'), 'utf8'))).toEqual(event)
  })

  it.each([
    [command('false'), 'the command false ended with exit status 1'],
    [command('/nowhere/at-all'), 'could not be started'],
    [command('sleep', '5'), 'was ended after 0.5 s'],
  ])('that fails says so', async (to, words) => {
    await expect(send(to)).rejects.toThrow(words)
  })

  it('is taken by a command that does not read it', async () => {
    await expect(send(command('true'))).resolves.toBeUndefined()
  })

  it('is a signed POST', async () => {
    await send(webhook())
    expect(calls).toHaveLength(1)
    const { body = '', signature } = calls[0] ?? {}
    expect(JSON.parse(body)).toEqual(event)
    expect(signature).toBe(`sha256=${createHmac('sha256', 'key').update(body).digest('hex')}`)
  })

  it.each<readonly [readonly number[], number, string | undefined]>([
    [[500, 503, 200], 3, undefined],
    [[429, 204], 2, undefined],
    [[500, 500, 500, 200], 3, 'answered 500'],
    [[403, 200], 1, 'answered 403'],
    [[302, 200], 1, 'redirects (302), which is not followed'],
    [[0, 200], 2, undefined],
  ])('that is answered %j is sent %i times', async (given, times, words) => {
    const sent = send(webhook(), given)
    if (words === undefined) await sent
    else await expect(sent).rejects.toThrow(words)
    expect(calls.map(({ path }) => path)).toEqual(Array.from({ length: times }, () => '/hook?key=secret'))
  })

  it('is not sent without the key of its signature, and no error shows the URL', async () => {
    await expect(send(webhook(), [], {})).rejects.toThrow(/^the webhook at http:\/\/127.0.0.1:\d+ was not called: KEY/)
    expect(calls).toHaveLength(0)
    await expect(send(webhook(), [403])).rejects.not.toThrow('secret')
  })
})
