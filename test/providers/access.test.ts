import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ProviderError } from '../../src/core/errors.js'
import type { Ec2Target } from '../../src/providers/ec2/cloud.js'
import { emptyQuery, startFixture, type Fixture } from './cloud-fixture.js'

let fixture: Fixture
beforeAll(async () => {
  fixture = await startFixture()
})
afterAll(() => fixture.close())

/** What an observation through this target ends with; it must be one of our errors with something to do. */
async function refusal(target: Ec2Target, operatorIp = false): Promise<ProviderError> {
  const error: unknown = await fixture
    .connect({}, target)
    .observe(emptyQuery({ operatorIp }))
    .catch((thrown: unknown) => thrown)
  expect(error).toBeInstanceOf(ProviderError)
  const { message, hint } = error as ProviderError
  expect(`${message} ${hint}`).not.toContain('\n')
  expect(hint?.length).toBeGreaterThan(30)
  return error as ProviderError
}

const key = 'AKIAIOSFODNN7EXAMPLE'

describe('an observation says what to do', () => {
  it('when nothing listens at the endpoint, after a few attempts', async () => {
    let attempts = 0
    const count = () => (attempts += 1)
    subscribe('net.client.socket', count)
    const error = await refusal({ endpoint: 'http://127.0.0.1:1' })
    unsubscribe('net.client.socket', count)
    // Seven reads side by side, three attempts each; a network that had answered before would get sixteen.
    expect(attempts).toBeGreaterThan(7)
    expect(attempts).toBeLessThan(40)
    expect(error).toMatchObject({ code: 'EC2_UNREACHABLE', message: expect.stringContaining('http://127.0.0.1:1') })
    expect(error.cause).toBeInstanceOf(Error)
  })

  it('when the endpoint’s name does not exist', async () => {
    expect(await refusal({ endpoint: 'http://nowhere.invalid:8000' })).toMatchObject({ code: 'EC2_UNREACHABLE' })
  })

  it('when the access key is unknown', async () => {
    const credentials = { accessKeyId: key, secretAccessKey: 'wrong' }
    expect(await refusal({ credentials })).toMatchObject({ code: 'EC2_CREDENTIALS', errorClass: 'auth' })
  })

  it('when the secret is wrong', async () => {
    const credentials = { accessKeyId: fixture.sandbox.accessKeyId, secretAccessKey: 'wrong' }
    expect(await refusal({ credentials })).toMatchObject({ code: 'EC2_CREDENTIALS', errorClass: 'auth' })
  })

  it('when the account is another, naming both', async () => {
    const error = await refusal({ account: '999999999999' })
    expect(error.code).toBe('EC2_WRONG_ACCOUNT')
    expect(error.message).toContain('999999999999')
    expect(error.message).toContain(fixture.sandbox.accountId)
  })

  it('when the session has expired', async () => {
    fixture.sandbox.setFaults({
      scripted: [1, 2, 3, 4, 5, 6].map((call) => ({
        action: 'DescribeInstances',
        call,
        failure: { code: 'RequestExpired', message: 'Request has expired.' },
      })),
    })
    expect(await refusal({})).toMatchObject({ code: 'EC2_CREDENTIALS_EXPIRED', errorClass: 'auth' })
    fixture.sandbox.setFaults({})
  })

  it('when a permission is missing', async () => {
    const failure = { code: 'UnauthorizedOperation', message: 'You are not authorized.', httpStatus: 403 }
    fixture.sandbox.setFaults({ scripted: [{ action: 'DescribeVolumes', call: 1, failure }] })
    expect(await refusal({})).toMatchObject({ code: 'EC2_FORBIDDEN', action: 'DescribeVolumes' })
    fixture.sandbox.setFaults({})
  })

  it.each([
    [200, '<html><body>Please log in</body></html>'],
    [200, '{"error":"no"}'],
    [301, ''],
    [404, '<html><body>Not Found</body></html>'],
  ])('when the endpoint is some other web server, which answers %i %s', async (status, body) => {
    const other = createServer((_, response) => response.writeHead(status).end(body))
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve))
    const endpoint = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    expect(await refusal({ endpoint })).toMatchObject({ code: 'EC2_PROTOCOL', errorClass: 'fatal' })
    other.close()
    other.closeAllConnections()
  })

  it('when the machine’s own address cannot be asked', async () => {
    const real = globalThis.fetch
    globalThis.fetch = () => Promise.reject(new Error('getaddrinfo ENOTFOUND checkip'))
    try {
      const error = await refusal({}, true)
      expect(error.code).toBe('EC2_OPERATOR_ADDRESS')
      expect(error.hint).toContain('CIDR')
    } finally {
      globalThis.fetch = real
    }
  })
})
