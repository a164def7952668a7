import { describe, expect, it } from 'vitest'
import { ProviderError, UsageError } from '../../../src/core/errors.js'
import { toProviderError } from '../../../src/providers/ec2/errors/provider-errors.js'

const place = { action: 'DescribeVolumes', endpoint: 'EC2 in us-east-1' }

/** What the SDK throws for an answer of EC2's. */
function answered(name: string, message: string, httpStatusCode: number): Error {
  return Object.assign(new Error(message), { name, Code: name, $metadata: { httpStatusCode, requestId: 'r-1' } })
}

function translated(error: unknown): ProviderError {
  const result = toProviderError(error, place)
  expect(result).toBeInstanceOf(ProviderError)
  return result as ProviderError
}

describe('toProviderError', () => {
  it('keeps EC2’s code, request id, action and the cause', () => {
    const cause = answered('InvalidVolume.NotFound', "The volume 'vol-1' does not exist.", 400)
    expect(translated(cause)).toMatchObject({
      code: 'EC2_NOT_FOUND',
      errorClass: 'absent',
      awsCode: 'InvalidVolume.NotFound',
      requestId: 'r-1',
      action: 'DescribeVolumes',
      cause,
      message: "DescribeVolumes failed at EC2 in us-east-1: The volume 'vol-1' does not exist (InvalidVolume.NotFound)",
    })
  })

  it('lets our own errors pass', () => {
    const own = new UsageError('USAGE', 'wrong flag')
    expect(toProviderError(own, place)).toBe(own)
  })

  it.each([
    [answered('NeverHeardOf', 'no', 400), 'bad-request', 'EC2_REJECTED'],
    [answered('NeverHeardOf', 'no', 503), 'ambiguous', 'EC2_UNAVAILABLE'],
    [answered('NeverHeardOf', 'no', 429), 'throttle', 'EC2_THROTTLED'],
    [answered('UnknownError', '', 404), 'fatal', 'EC2_PROTOCOL'],
    [new SyntaxError('Unexpected token <'), 'fatal', 'EC2_PROTOCOL'],
    [
      Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }),
      'unreachable',
      'EC2_UNREACHABLE',
    ],
    [
      Object.assign(new Error('getaddrinfo ENOTFOUND nowhere'), { code: 'ENOTFOUND' }),
      'unreachable',
      'EC2_UNREACHABLE',
    ],
    [
      Object.assign(new Error('connect EHOSTUNREACH 10.0.0.1:443'), { code: 'EHOSTUNREACH', syscall: 'connect' }),
      'unreachable',
      'EC2_UNREACHABLE',
    ],
    // A connection that was there: what was sent on it may have arrived.
    [
      Object.assign(new Error('read EHOSTUNREACH'), { code: 'EHOSTUNREACH', syscall: 'read' }),
      'ambiguous',
      'EC2_UNAVAILABLE',
    ],
    [
      Object.assign(new Error('write ENETDOWN'), { code: 'ENETDOWN', syscall: 'write' }),
      'ambiguous',
      'EC2_UNAVAILABLE',
    ],
    [
      Object.assign(new Error('the request socket did not establish a connection'), { name: 'TimeoutError' }),
      'unreachable',
      'EC2_UNREACHABLE',
    ],
    [
      Object.assign(new Error('socket hang up'), { code: 'ECONNRESET', name: 'TimeoutError' }),
      'ambiguous',
      'EC2_UNAVAILABLE',
    ],
    [Object.assign(new Error('request timed out'), { name: 'TimeoutError' }), 'ambiguous', 'EC2_UNAVAILABLE'],
    [
      Object.assign(new Error('Could not load credentials from any providers'), { name: 'CredentialsProviderError' }),
      'auth',
      'EC2_CREDENTIALS_MISSING',
    ],
    [new Error('Region is missing'), 'bad-request', 'EC2_REGION_MISSING'],
    ['a text', 'fatal', 'EC2_PROTOCOL'],
    [undefined, 'fatal', 'EC2_PROTOCOL'],
  ] as const)('%s is of class %s, code %s', (error, errorClass, code) => {
    expect(translated(error)).toMatchObject({ errorClass, code })
  })

  it.each([
    answered('AuthFailure', 'AWS was not able to validate the provided access credentials', 401),
    answered('RequestExpired', 'Request has expired.', 400),
    answered('OptInRequired', 'You are not subscribed to this service.', 403),
    answered('UnauthorizedOperation', 'You are not authorized to perform this operation.', 403),
    Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:1'), { code: 'ECONNREFUSED' }),
  ])('tells what to do, on one line: %s', (error) => {
    const { message, hint } = translated(error)
    expect(message).not.toContain('\n')
    expect(hint?.length).toBeGreaterThan(30)
  })
})
