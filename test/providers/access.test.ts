import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { createServer, type ClientRequest } from 'node:http'
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
})

describe('this machine’s own address', () => {
  /** What an observation knows of it, and where it was asked for, when nobody answers there. */
  async function unanswered(target: Ec2Target = {}) {
    const asked = new Set<string>()
    const refuse = (message: unknown) => {
      const { request } = message as { readonly request: ClientRequest }
      const url = `${request.protocol}//${request.getHeader('host') as string}${request.path}`
      if (!url.includes('checkip')) return
      asked.add(url)
      request.destroy(new Error('getaddrinfo ENOTFOUND checkip'))
    }
    subscribe('http.client.request.start', refuse)
    try {
      const { operatorIp, operatorIpUnread, zones } = await fixture
        .connect({}, target)
        .observe(emptyQuery({ operatorIp: true }))
      return { operatorIp, operatorIpUnread, asked: [...asked], sawEc2: zones.length > 0 }
    } finally {
      unsubscribe('http.client.request.start', refuse)
    }
  }

  it('that cannot be asked is a fact with its reason, and everything else is seen', async () => {
    expect(await unanswered()).toEqual({
      operatorIp: undefined,
      operatorIpUnread: expect.stringContaining('ENOTFOUND checkip'),
      asked: [`${fixture.sandbox.endpoint}/checkip`],
      sawEc2: true,
    })
  })

  it('is asked of Amazon’s service where an endpoint is not the sandbox’s', async () => {
    expect((await unanswered({ isSandbox: false })).asked).toEqual(['https://checkip.amazonaws.com/'])
  })

  it('is asked by a connection that ends with the answer, and of which the process keeps nothing', async () => {
    const keptAlive: boolean[] = []
    const note = (message: unknown) => {
      const { request } = message as { readonly request: ClientRequest }
      if (request.path === '/checkip') keptAlive.push(request.shouldKeepAlive)
    }
    subscribe('http.client.request.start', note)
    await fixture.cloud.observe(emptyQuery({ operatorIp: true }))
    unsubscribe('http.client.request.start', note)
    expect(keptAlive).toEqual([false])
  })

  it('is not blamed for an endpoint at which nothing listens', async () => {
    const target = { endpoint: 'http://127.0.0.1:1' }
    expect(await refusal(target, true)).toMatchObject({ code: 'EC2_UNREACHABLE' })
  })
})

describe('Systems Manager', () => {
  const image = { kind: 'ssm', parameter: '/aws/service/debian/release/12/latest/amd64' } as const

  it('is asked at the sandbox, which answers for it', async () => {
    const { images } = await fixture.cloud.observe(emptyQuery({ images: [image] }))
    expect(Object.keys(images)).toEqual([`ssm:${image.parameter}`])
  })

  it('is not asked at an own endpoint of EC2', async () => {
    const before = process.env['AWS_ENDPOINT_URL_SSM']
    process.env['AWS_ENDPOINT_URL_SSM'] = 'http://127.0.0.1:1'
    try {
      const cloud = fixture.connect({}, { isSandbox: false })
      await expect(cloud.observe(emptyQuery({ images: [image] }))).rejects.toMatchObject({
        code: 'EC2_UNREACHABLE',
        action: 'GetParameters',
        message: expect.stringContaining('Systems Manager in us-east-1'),
      })
    } finally {
      if (before === undefined) delete process.env['AWS_ENDPOINT_URL_SSM']
      else process.env['AWS_ENDPOINT_URL_SSM'] = before
    }
  })
})
