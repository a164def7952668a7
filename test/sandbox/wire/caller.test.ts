import { request } from 'node:http'
import { describe, expect, it } from 'vitest'
import { testSandbox } from '../support.js'

describe('a request of a page in a browser', () => {
  it.each<[Record<string, string>, string]>([
    [{ host: 'attacker.example:1234' }, 'a name that points to loopback'],
    [{ host: '127.0.0.1.attacker.example' }, 'a name that begins as loopback'],
    [{ host: 'localhost.attacker.example' }, 'a name that begins as localhost'],
    [{ origin: 'http://127.0.0.1:8080' }, 'another origin'],
    [{ origin: 'null' }, 'an origin that hides itself'],
  ])('is refused wherever it goes: %o (%s)', async (headers, _what) => {
    const { endpoint } = await testSandbox()
    for (const path of ['/', '/checkip', '/_evenkeel/status', '/_evenkeel/requests']) {
      expect({ path, ...(await ask(endpoint, path, 'GET', headers)) }).toMatchObject({
        path,
        status: 403,
        text: expect.stringMatching(/^the sandbox answers /),
      })
    }
    const policy = JSON.stringify({ Version: '2012-10-17', Statement: [] })
    expect(await ask(endpoint, '/_evenkeel/policy', 'PUT', headers, policy)).toMatchObject({ status: 403 })
  })

  it.each(['127.0.0.1', 'localhost', 'ec2.localhost', 'LOCALHOST.', '[::1]'])(
    'is answered to who calls the sandbox %s',
    async (name) => {
      const { endpoint } = await testSandbox()
      const host = `${name}:${new URL(endpoint).port}`
      expect(await ask(endpoint, '/_evenkeel/status', 'GET', { host })).toMatchObject({ status: 200 })
    },
  )
})

function ask(
  endpoint: string,
  path: string,
  method: string,
  headers: Record<string, string>,
  body = '',
): Promise<{ readonly status: number | undefined; readonly text: string }> {
  return new Promise((resolve, reject) => {
    const asked = request(new URL(path, endpoint), { method, headers, agent: false }, (response) => {
      let text = ''
      response.setEncoding('utf8')
      response.on('data', (chunk: string) => (text += chunk))
      response.on('end', () => resolve({ status: response.statusCode, text }))
    })
    asked.on('error', reject)
    asked.end(body)
  })
}
