import { createHash, createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { ApiError } from './api-error.js'
import { escapeUri, parseQuery } from './query.js'

/** What is needed of an HTTP request to check its signature. */
export interface SignedRequest {
  readonly method: string
  /** Path and query as received. */
  readonly url: string
  readonly headers: IncomingHttpHeaders
  readonly body: Buffer
}

export interface Credentials {
  readonly accessKeyId: string
  readonly secretAccessKey: string
}

/** Where a valid signature points: the region chooses the world, the service the protocol. */
export interface SignatureScope {
  readonly region: string
  readonly service: string
}

/** Requests may be at most this old, or this far in the future (AWS General Reference, SigV4). */
const skewMaximumMs = 15 * 60_000

/**
 * Verifies an AWS Signature Version 4 in the Authorization header; returns its scope. Throws MissingAuthenticationToken,
 * IncompleteSignature, AuthFailure (a key that is not ours), RequestExpired, SignatureDoesNotMatch.
 * Source: AWS IAM User Guide, "Create a signed AWS API request".
 */
export function verifySignature(request: SignedRequest, credentials: Credentials, nowMs: number): SignatureScope {
  const authorization = request.headers.authorization
  if (authorization === undefined) {
    throw new ApiError('MissingAuthenticationToken', 'Request is missing Authentication Token')
  }
  const parts = parseAuthorization(authorization)
  const [accessKeyId = '', date = '', region = '', service = '', terminator] = parts.credential.split('/')
  if (terminator !== 'aws4_request') throw incomplete(`Credential must have 5 elements: ${parts.credential}`)
  if (accessKeyId !== credentials.accessKeyId) {
    throw new ApiError('AuthFailure', 'AWS was not able to validate the provided access credentials')
  }
  const timestamp = headerText(request.headers, 'x-amz-date')
  const signedAtMs = parseTimestamp(timestamp)
  if (Math.abs(nowMs - signedAtMs) > skewMaximumMs) throw new ApiError('RequestExpired', 'Request has expired.')
  if (!timestamp.startsWith(date)) throw incomplete('Date in Credential scope does not match the request date')

  const signedHeaders = parts.signedHeaders.split(';')
  if (!signedHeaders.includes('host')) throw incomplete("'host' must be a signed header")
  const canonical = canonicalRequest(request, signedHeaders)
  const scope = `${date}/${region}/${service}/aws4_request`
  const toSign = ['AWS4-HMAC-SHA256', timestamp, scope, sha256(canonical)].join('\n')
  const key = signingKey(credentials.secretAccessKey, date, region, service)
  const expected = createHmac('sha256', key).update(toSign).digest()
  const given = Buffer.from(parts.signature, 'hex')
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) {
    throw new ApiError(
      'SignatureDoesNotMatch',
      'The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.',
    )
  }
  return { region, service }
}

function parseAuthorization(text: string): { credential: string; signedHeaders: string; signature: string } {
  const match = /^AWS4-HMAC-SHA256\s+(.*)$/.exec(text)
  if (!match?.[1]) throw incomplete('Authorization header must use AWS4-HMAC-SHA256')
  const fields = new Map<string, string>()
  for (const field of match[1].split(',')) {
    const equals = field.indexOf('=')
    if (equals > 0) fields.set(field.slice(0, equals).trim(), field.slice(equals + 1).trim())
  }
  const credential = fields.get('Credential')
  const signedHeaders = fields.get('SignedHeaders')
  const signature = fields.get('Signature')
  if (!credential || !signedHeaders || !signature) {
    throw incomplete("Authorization header requires 'Credential', 'SignedHeaders' and 'Signature' parameters.")
  }
  return { credential, signedHeaders, signature }
}

function canonicalRequest(request: SignedRequest, signedHeaders: readonly string[]): string {
  const question = request.url.indexOf('?')
  const path = question < 0 ? request.url : request.url.slice(0, question)
  const query = question < 0 ? '' : request.url.slice(question + 1)
  const canonicalQuery = [...parseQuery(query)]
    .map(([name, value]) => [escapeUri(name), escapeUri(value)] as const)
    .sort((left, right) => (left[0] < right[0] ? -1 : left[0] > right[0] ? 1 : left[1] < right[1] ? -1 : 1))
    .map(([name, value]) => `${name}=${value}`)
    .join('&')
  const headers = signedHeaders.map(
    (name) => `${name}:${headerText(request.headers, name).replace(/\s+/g, ' ').trim()}\n`,
  )
  const bodyDigest = sha256(request.body)
  return [request.method, path || '/', canonicalQuery, headers.join(''), signedHeaders.join(';'), bodyDigest].join('\n')
}

function headerText(headers: IncomingHttpHeaders, name: string): string {
  const value = Object.hasOwn(headers, name) ? headers[name] : undefined
  return Array.isArray(value) ? value.join(',') : (value ?? '')
}

function parseTimestamp(text: string): number {
  const match = /^(\d{4})(\d{2})(\d{2})T(\d{2})(\d{2})(\d{2})Z$/.exec(text)
  if (!match) throw incomplete('Authorization header requires existence of an x-amz-date header')
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

let lastKey: { readonly scope: string; readonly key: Buffer } | undefined

function signingKey(secret: string, date: string, region: string, service: string): Buffer {
  const scope = [secret, date, region, service].join('\0')
  if (lastKey?.scope === scope) return lastKey.key
  let key = Buffer.from(`AWS4${secret}`)
  for (const part of [date, region, service, 'aws4_request']) key = createHmac('sha256', key).update(part).digest()
  lastKey = { scope, key }
  return key
}

function sha256(content: string | Buffer): string {
  return createHash('sha256').update(content).digest('hex')
}

function incomplete(message: string): ApiError {
  return new ApiError('IncompleteSignature', message)
}
