import { randomUUID } from 'node:crypto'
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { systemClock } from '../core/clock.js'
import { messageOf } from '../core/errors.js'
import type { Authority } from './authorization/authority.js'
import { dispatch } from './dispatch.js'
import type { Throttle } from './faults/throttle.js'
import { defaultRegion, findRegion, operatorAddress, regions } from './model/regions.js'
import { cutSecrets, type RequestLog } from './request-log.js'
import { ApiError } from './wire/api-error.js'
import { refusalOf } from './wire/caller.js'
import { parseQuery } from './wire/query.js'
import { verifySignature, type Credentials, type SignatureScope } from './wire/signature.js'
import { answerInstanceConnect, instanceConnectPrefix } from './wire/instance-connect-protocol.js'
import { answerSsm, type JsonAnswer } from './wire/ssm-protocol.js'
import { answerSts, assumeByWebIdentity, cutStsSecrets, isWebIdentity, renderStsError } from './sts/sts-protocol.js'
import { secretOf, sessionOf, type Session } from './sts/temporary-credentials.js'
import { ec2, queryServices } from './services/services.js'
import type { Cloud } from './world/cloud.js'
import type { World } from './world/world.js'

/** What `/_evenkeel/…` does. Returns undefined for a path that there is not. */
export type ControlHandler = (method: string, path: string, body: string) => Control | undefined

export interface Control {
  readonly status: number
  readonly body: unknown
}

export interface ServerOptions {
  readonly cloud: Cloud
  readonly throttle: Throttle
  readonly credentials: Credentials
  readonly authority: Authority
  readonly log: RequestLog
  readonly control: ControlHandler
  readonly reportBug: (what: string, error: unknown) => void
}

/** More than any request of the API needs: user data of 16 KiB, a thousand ids. */
const bodyMaximumBytes = 4 * 2 ** 20

/** The HTTP server of the endpoint; it does not listen yet. */
export function createEndpointServer(options: ServerOptions): Server {
  const server = createServer({ noDelay: true, keepAlive: true, keepAliveTimeout: 60_000 }, (request, response) => {
    handle(options, request, response).catch((error: unknown) => {
      options.reportBug(`${request.method} ${request.url}`, error)
      if (!response.headersSent) response.writeHead(500)
      response.end()
    })
  })
  return server
}

/** Listens on loopback at `port`; resolves to the port, which the system chose when it was 0. */
export function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', () => {
      server.removeListener('error', reject)
      resolve((server.address() as AddressInfo).port)
    })
  })
}

async function handle(options: ServerOptions, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await readBody(request)
  const url = request.url ?? '/'
  const refusal = refusalOf(request.headers)
  if (refusal !== undefined) return send(response, 403, 'text/plain', `${refusal}\n`)
  if (body === undefined) return send(response, 413, 'text/plain', 'too large\n')
  if (url === '/checkip') return send(response, 200, 'text/plain', `${operatorAddress}\n`)
  if (url.startsWith('/_evenkeel/')) return answerControl(options, request, response, url, body.toString())
  const target = request.headers['x-amz-target']
  if (typeof target === 'string') return answerJson(options, request, response, target, body)
  return answerQuery(options, request, response, body)
}

function readBody(request: IncomingMessage): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let length = 0
    request.on('data', (chunk: Buffer) => {
      length += chunk.length
      if (length <= bodyMaximumBytes) chunks.push(chunk)
    })
    request.on('end', () => resolve(length > bodyMaximumBytes ? undefined : Buffer.concat(chunks)))
    // Who breaks off gets no answer, and nobody has to know.
    request.on('error', () => resolve(undefined))
  })
}

function answerControl(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  url: string,
  body: string,
): void {
  const answer = options.control(request.method ?? 'GET', url, body) ?? {
    status: 404,
    body: { error: `no such path: ${url}` },
  }
  send(response, answer.status, 'application/json', `${JSON.stringify(answer.body)}\n`)
}

async function answerQuery(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  body: Buffer,
): Promise<void> {
  const { cloud, log } = options
  const requestId = randomUUID()
  const startedAtMs = cloud.clock.now()
  // Which of the services with the Query protocol is meant stands in the scope of the signature, right or wrong.
  const scoped = isUnsignedSts(request, body) ? 'sts' : scopedService(request)
  const service = queryServices.get(scoped) ?? ec2
  let action = ''
  let region = ''
  let pairs: ReadonlyMap<string, string> = new Map()
  const note = (status: number, extra: { readonly errorCode?: string; readonly responseLost?: boolean }) =>
    log.add({
      time: new Date(startedAtMs).toISOString(),
      service: scoped === 'sts' ? scoped : service.name,
      region,
      action,
      mutating: scoped !== 'sts' && service.actions.get(action)?.effect === 'writes',
      parameters: scoped === 'sts' ? cutStsSecrets(pairs) : cutSecrets(action, pairs),
      status,
      ...extra,
      requestId,
      durationMs: Math.round(cloud.clock.now() - startedAtMs),
    })
  try {
    if (isUnsignedSts(request, body)) {
      pairs = parseQuery(body.toString())
      action = pairs.get('Action') ?? ''
      const { authority, credentials } = options
      const account = { accountId: cloud.accountId, authority, credentials, nowMs: systemClock.now() }
      send(response, 200, 'text/xml', assumeByWebIdentity(account, pairs, requestId), requestId)
      return note(200, {})
    }
    const { scope, authority, session } = verify(options, request, body)
    region = scope.region
    pairs = service.readPairs(readPairs(request, body))
    action = pairs.get('Action') ?? ''
    if (scope.service === 'sts') {
      const { credentials } = options
      const account = { accountId: cloud.accountId, authority, credentials, nowMs: systemClock.now() }
      const caller = { userId: session?.userId ?? userIdOf(credentials), region, session }
      send(response, 200, 'text/xml', answerSts(account, caller, pairs, requestId), requestId)
      return note(200, {})
    }
    if (scope.service !== service.name) throw wrongScope(`service '${scope.service}'`)
    const { body: answer, responseLost } = await dispatch(
      service,
      cloud,
      options.throttle,
      authority,
      worldOf(cloud, scope),
      pairs,
    )
    if (responseLost) {
      note(200, { responseLost })
      request.socket.destroy()
      return
    }
    const text = service.renderResponse(action, pairs.get('Version'), requestId, answer)
    send(response, 200, 'text/xml;charset=UTF-8', text, requestId)
    note(200, {})
  } catch (error) {
    const known = error instanceof ApiError ? error : new ApiError('InternalError', 'An internal error has occurred')
    if (!(error instanceof ApiError) && !cloud.background.stopped) options.reportBug(`${action} failed`, error)
    const isForSts = scoped === 'sts'
    const status = isForSts ? known.httpStatus : service.statusOf(known)
    const text = isForSts ? renderStsError(known, requestId) : service.renderError(known, requestId)
    send(response, status, 'text/xml;charset=UTF-8', text, requestId)
    note(status, { errorCode: known.code })
  }
}

/** The one request that nobody signs: whoever makes it has no key yet. */
function isUnsignedSts({ method, headers }: IncomingMessage, body: Buffer): boolean {
  return method === 'POST' && headers.authorization === undefined && isWebIdentity(body.toString())
}

/** `elasticloadbalancing`; empty where there is no signature of this form. */
function scopedService({ headers }: IncomingMessage): string {
  return /\/([a-z0-9-]+)\/aws4_request\b/.exec(headers.authorization ?? '')?.[1] ?? ''
}

/** A user's id has the form of a key's (IAM User Guide, "IAM identifiers"): the same for the same key. */
function userIdOf({ accessKeyId }: Credentials): string {
  return accessKeyId.replace(/^AKIA/, 'AIDA')
}

function readPairs(request: IncomingMessage, body: Buffer): ReadonlyMap<string, string> {
  if (request.method === 'POST') return parseQuery(body.toString())
  if (request.method !== 'GET')
    throw new ApiError('InvalidQueryParameter', `The method ${request.method} is not allowed`, 405)
  const url = request.url ?? ''
  const question = url.indexOf('?')
  return parseQuery(question < 0 ? '' : url.slice(question + 1))
}

/** Who has signed a request, and for what. */
interface Signed {
  readonly scope: SignatureScope
  readonly authority: Authority
  /** Undefined: the sandbox's own key. */
  readonly session: Session | undefined
}

/** A signature's time is the client's, which goes by the machine's clock, whatever the sandbox's shows; so does the end of a session. */
function verify({ credentials, authority }: ServerOptions, request: IncomingMessage, body: Buffer): Signed {
  const { method = 'POST', url = '/', headers } = request
  const nowMs = systemClock.now()
  const [, keyId = ''] = /Credential=([^/,\s]+)/.exec(headers.authorization ?? '') ?? []
  const token = headers['x-amz-security-token']
  const session = keyId.startsWith('ASIA') ? sessionOf(keyId, [token].flat()[0], credentials, nowMs) : undefined
  const signing = session ? { accessKeyId: keyId, secretAccessKey: secretOf(keyId, credentials) } : credentials
  const scope = verifySignature({ method, url, headers, body }, signing, nowMs)
  return { scope, session, authority: session ? authority.forSession(session) : authority }
}

function worldOf(cloud: Cloud, { region }: SignatureScope): World {
  const found = findRegion(region)
  if (!found) throw wrongScope(`region '${region}'; it has ${regions.map(({ name }) => name).join(', ')}`)
  return cloud.world(found)
}

/** A region that is not enabled answers AuthFailure on EC2 as well. */
function wrongScope(what: string): ApiError {
  return new ApiError(
    'AuthFailure',
    `AWS was not able to validate the provided access credentials. The evenkeel sandbox has no ${what}`,
  )
}

async function answerJson(
  options: ServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
  target: string,
  body: Buffer,
): Promise<void> {
  const { cloud, log } = options
  const requestId = randomUUID()
  const startedAtMs = cloud.clock.now()
  const isForInstances = target.startsWith(instanceConnectPrefix)
  const service = isForInstances ? 'ec2-instance-connect' : 'ssm'
  let region = defaultRegion
  let answer: JsonAnswer
  try {
    const { scope, authority } = verify(options, request, body)
    region = scope.region
    if (scope.service !== service) throw wrongScope(`service '${scope.service}'`)
    const world = worldOf(cloud, scope)
    answer = isForInstances
      ? await answerInstanceConnect(world, authority, target, body.toString(), requestId)
      : answerSsm(world, authority, target, body.toString())
  } catch (error) {
    const code = error instanceof ApiError ? error.code : 'InternalServerError'
    if (!(error instanceof ApiError)) options.reportBug(target, error)
    // The JSON protocol has names of its own for a bad key and an expired signature.
    const name = {
      AuthFailure: 'UnrecognizedClientException',
      SignatureDoesNotMatch: 'InvalidSignatureException',
      RequestExpired: 'InvalidSignatureException',
    }[code]
    answer = {
      status: error instanceof ApiError ? 400 : 500,
      body: { __type: name ?? code, message: messageOf(error) },
      errorCode: name ?? code,
    }
  }
  send(response, answer.status, 'application/x-amz-json-1.1', JSON.stringify(answer.body), requestId)
  log.add({
    time: new Date(startedAtMs).toISOString(),
    service,
    region,
    action: target.replace(/^[^.]*\./, ''),
    mutating: false,
    parameters: {},
    status: answer.status,
    ...(answer.errorCode === undefined ? {} : { errorCode: answer.errorCode }),
    requestId,
    durationMs: Math.round(cloud.clock.now() - startedAtMs),
  })
}

function send(response: ServerResponse, status: number, type: string, text: string, requestId?: string): void {
  const headers: Record<string, string | number> = { 'content-type': type, 'content-length': Buffer.byteLength(text) }
  if (requestId !== undefined) headers['x-amzn-requestid'] = requestId
  response.writeHead(status, headers)
  response.end(text)
}
