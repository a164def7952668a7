import type { Code } from '../../../core/codes.js'
import { EvenkeelError, ProviderError, messageOf, type ErrorClass } from '../../../core/errors.js'
import { factsOf, type ErrorFacts } from './error-table.js'

/** Where a call went, for messages. */
export interface CallPlace {
  readonly action: string
  /** `http://127.0.0.1:4566`, or `EC2 in us-east-1`. */
  readonly endpoint: string
}

/** Node's codes for a connection that was never made: nothing was sent, so nothing happened. */
const neverConnected = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'ENETDOWN',
  'EADDRNOTAVAIL',
  'EPROTO',
  'CERT_HAS_EXPIRED',
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'ERR_TLS_CERT_ALTNAME_INVALID',
])

/** Of a connection that was there these say that it broke: what was sent on it may have arrived. */
const callsOnConnections = new Set(['read', 'write', 'writev', 'shutdown'])

/** Node's codes for a connection that broke with the request under way: nobody knows what happened. */
const brokeOff = new Set(['ECONNRESET', 'ECONNABORTED', 'EPIPE', 'ETIMEDOUT', 'ESOCKETTIMEDOUT'])

const unreachableHint =
  'check the network, the proxy and `target.endpoint`; for the sandbox, `evenkeel sandbox status` tells whether it runs'

/** Turns whatever the SDK threw into a ProviderError, by the table in error-table.ts; our own errors pass through. */
export function toProviderError(error: unknown, place: CallPlace): EvenkeelError {
  if (error instanceof EvenkeelError) return error
  const thrown = readThrown(error)
  const facts = classify(thrown)
  return new ProviderError(facts.code, describe(thrown, facts, place), {
    errorClass: facts.errorClass,
    awsCode: thrown.awsCode,
    requestId: thrown.requestId,
    action: place.action,
    cause: withoutRequest(error),
    hint: facts.hint,
  })
}

/** The SDK's error without the request that hangs on it: its signature and session token must not end in a log. */
function withoutRequest(error: unknown): unknown {
  if (!(error instanceof Error) || !('$response' in error)) return error
  const { name, message, stack } = error
  const { $metadata, Code } = error as { readonly $metadata?: unknown; readonly Code?: unknown }
  return Object.assign(new Error(message), { name, stack, Code, $metadata })
}

/** An error of our own making about something in EC2. */
export function providerError(
  code: Code,
  errorClass: ErrorClass,
  message: string,
  options: { readonly hint?: string; readonly action?: string; readonly cause?: unknown } = {},
): ProviderError {
  return new ProviderError(code, message, { errorClass, ...options })
}

/** Whether an error is EC2's, of one of these classes. */
export function isOfClass(error: unknown, ...classes: readonly ErrorClass[]): error is ProviderError {
  return error instanceof ProviderError && classes.includes(error.errorClass)
}

/** Whether an error is EC2's, with one of these codes of its own. */
export function hasAwsCode(error: unknown, ...awsCodes: readonly string[]): error is ProviderError {
  return error instanceof ProviderError && error.awsCode !== undefined && awsCodes.includes(error.awsCode)
}

/** What can be read off a thrown thing; the SDK sets `name` to the error's Code and adds `$metadata`. */
interface Thrown {
  readonly message: string
  readonly name: string
  readonly awsCode: string | undefined
  readonly requestId: string | undefined
  readonly status: number | undefined
  readonly networkCode: string | undefined
  readonly whileConnecting: boolean
}

function readThrown(error: unknown): Thrown {
  const raw = (typeof error === 'object' && error !== null ? error : {}) as {
    readonly name?: unknown
    readonly code?: unknown
    readonly Code?: unknown
    readonly syscall?: unknown
    readonly $metadata?: { readonly httpStatusCode?: number; readonly requestId?: string }
    readonly $response?: { readonly statusCode?: number }
  }
  const name = typeof raw.name === 'string' ? raw.name : 'Error'
  const code = typeof raw.code === 'string' ? raw.code : undefined
  // The SDK appends advice for programmers on lines of its own.
  const message = messageOf(error).split('\n')[0] ?? ''
  // Where an answer has no error of EC2's in it, the SDK makes one up from the status, e.g. `NotFound: Unknown`.
  const isMadeUp = raw.Code === undefined && message === 'Unknown'
  const networkCode = code !== undefined && (neverConnected.has(code) || brokeOff.has(code)) ? code : undefined
  return {
    message,
    name,
    awsCode: networkCode === undefined && !isMadeUp && !notACode.has(name) ? name : undefined,
    requestId: raw.$metadata?.requestId,
    status: raw.$metadata?.httpStatusCode ?? raw.$response?.statusCode,
    networkCode,
    whileConnecting:
      (networkCode !== undefined && neverConnected.has(networkCode) && !isOnConnection(raw)) ||
      (networkCode === 'ETIMEDOUT' && raw.syscall === 'connect') ||
      /did not establish a connection/.test(message),
  }
}

/** A handshake that fails (EPROTO) is one of a connection, and yet nothing was sent on it. */
function isOnConnection({ code, syscall }: { readonly code?: unknown; readonly syscall?: unknown }): boolean {
  return code !== 'EPROTO' && typeof syscall === 'string' && callsOnConnections.has(syscall)
}

/** Names of errors that are no error codes of EC2. */
const notACode = new Set([
  'Error',
  'TypeError',
  'SyntaxError',
  'RangeError',
  'AggregateError',
  'TimeoutError',
  'AbortError',
  'UnknownError',
  'Unknown',
])

function classify(thrown: Thrown): ErrorFacts {
  if (thrown.whileConnecting) return { errorClass: 'unreachable', code: 'EC2_UNREACHABLE', hint: unreachableHint }
  if (thrown.networkCode !== undefined || thrown.name === 'TimeoutError') {
    return {
      errorClass: 'ambiguous',
      code: 'EC2_UNAVAILABLE',
      hint: 'check the network, then run the same command again',
    }
  }
  if (thrown.message.startsWith('Region is missing')) {
    return {
      errorClass: 'bad-request',
      code: 'EC2_REGION_MISSING',
      hint: 'set `region` under `target`, or AWS_REGION, or a region for the profile in ~/.aws/config',
    }
  }
  const listed = thrown.awsCode === undefined ? undefined : factsOf(thrown.awsCode, thrown.message)
  if (listed) return listed
  if (thrown.status === 429) return { errorClass: 'throttle', code: 'EC2_THROTTLED' }
  if (thrown.status !== undefined && thrown.status >= 500) {
    return { errorClass: 'ambiguous', code: 'EC2_UNAVAILABLE', hint: 'run the same command again' }
  }
  if (thrown.awsCode !== undefined) return { errorClass: 'bad-request', code: 'EC2_REJECTED' }
  return {
    errorClass: 'fatal',
    code: 'EC2_PROTOCOL',
    hint: 'check `target.endpoint`: what answers there does not look like the EC2 API',
  }
}

/** One line: what failed, where, and what EC2 said. */
function describe(thrown: Thrown, facts: ErrorFacts, { action, endpoint }: CallPlace): string {
  const text = thrown.message.trim().replace(/\s+/g, ' ').replace(/\.$/, '')
  const said = text === '' || text === 'Unknown' ? `HTTP status ${thrown.status ?? 'unknown'}` : text
  const code = thrown.awsCode === undefined ? '' : ` (${thrown.awsCode})`
  switch (facts.code) {
    case 'EC2_UNREACHABLE':
      return `cannot reach ${endpoint}: ${text === '' ? (thrown.networkCode ?? 'no connection') : text}`
    case 'EC2_CREDENTIALS':
      return `${endpoint} does not accept the credentials: ${said}${code}`
    case 'EC2_CREDENTIALS_EXPIRED':
      return `${endpoint} says that the credentials, or the request’s time, are out of date: ${said}${code}`
    case 'EC2_CREDENTIALS_MISSING':
      return `no credentials for ${endpoint}: ${said}`
    case 'EC2_REGION_MISSING':
      return 'no region is set, so there is no EC2 to talk to'
    default:
      return `${action} failed at ${endpoint}: ${said}${code}`
  }
}
