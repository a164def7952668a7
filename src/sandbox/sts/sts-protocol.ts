import { digestOfText } from '../../core/digest.js'
import { messageOf } from '../../core/errors.js'
import { decodeFailure, type Authority } from '../authorization/authority.js'
import { readPolicy } from '../authorization/parse-policy.js'
import { ApiError } from '../wire/api-error.js'
import type { Credentials } from '../wire/signature.js'
import { escapeText } from '../wire/xml.js'
import { isCodeOf } from './one-time-code.js'
import type { MfaDevice, Role } from './roles.js'
import { issueCredentials, type Session } from './temporary-credentials.js'
import { subjectOf } from './web-identity.js'

/** The one version of the STS API (AWS STS API reference). */
const apiVersion = '2011-06-15'
const namespace = `https://sts.amazonaws.com/doc/${apiVersion}/`

/** The account that is asked, by somebody who may do what `authority` says. */
interface Account {
  readonly accountId: string
  readonly authority: Authority
  readonly credentials: Credentials
  readonly nowMs: number
}

/** Who asks, as STS tells it. */
interface Caller {
  readonly userId: string
  readonly region: string
  /** Undefined: with the sandbox's own key. */
  readonly session: Session | undefined
}

type Pairs = ReadonlyMap<string, string>

/**
 * The body of STS's answer: who asks, what an encoded refusal says, and credentials for a while. Throws ApiError in the words of
 * the Query protocol.
 */
export function answerSts(account: Account, caller: Caller, pairs: Pairs, requestId: string): string {
  const action = pairs.get('Action') ?? ''
  const version = pairs.get('Version')
  const { authority, accountId } = account
  if (version !== undefined && version !== apiVersion)
    throw new ApiError('InvalidAction', `Could not find operation ${action} for version ${version}`)
  // No permission is needed, and no policy can take it away (AWS STS API reference).
  if (action === 'GetCallerIdentity')
    return answer(action, { Arn: authority.userArn, UserId: caller.userId, Account: accountId }, requestId)
  const run = actions[action]
  if (run) return answer(action, run(account, caller, pairs), requestId)
  throw new ApiError(
    'InvalidAction',
    `The evenkeel sandbox supports GetCallerIdentity, AssumeRoleWithWebIdentity and ${Object.keys(actions).join(', ')} of STS, not ${action}.`,
  )
}

const actions: Readonly<Record<string, (account: Account, caller: Caller, pairs: Pairs) => Members>> = {
  AssumeRole: assumeRole,
  DecodeAuthorizationMessage: ({ authority }, { region }, pairs) => {
    allow(authority, 'sts:DecodeAuthorizationMessage', '*', region)
    const decoded = decodeFailure(pairs.get('EncodedMessage') ?? '')
    if (decoded === undefined) throw new ApiError('InvalidAuthorizationMessageException', 'Message is not valid')
    return { DecodedMessage: decoded }
  },
  GetFederationToken: getFederationToken,
  GetSessionToken: getSessionToken,
}

/** A role that there is not is refused as one that does not trust the caller: AWS says the same of both. */
function assumeRole(account: Account, { region, session }: Caller, pairs: Pairs): Members {
  const { authority, nowMs } = account
  const { arn, name, sessionName } = roleAsked(pairs)
  const refused = new ApiError(
    'AccessDenied',
    `User: ${authority.userArn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    403,
  )
  const role = authority.role(name)
  if (!role || arn !== roleArn(account, name)) throw refused
  allow(authority, 'sts:AssumeRole', arn, region)
  if (role.externalId !== undefined && pairs.get('ExternalId') !== role.externalId) throw refused
  if (role.mfa !== undefined) checkCode(role.mfa, pairs, authority, nowMs)
  // "Role chaining limits your session to a maximum of one hour." (AWS STS API reference, AssumeRole)
  const secondsMax = session === undefined ? role.sessionSecondsMax : Math.min(role.sessionSecondsMax, 3_600)
  return assumed(account, role, sessionName, secondsOf(pairs, { min: 900, max: secondsMax, initial: 3_600 }), pairs)
}

/** Without any signature: the token that an issuer signed is what shows who asks. */
export function assumeByWebIdentity(account: Account, pairs: Pairs, requestId: string): string {
  const { arn, name, sessionName } = roleAsked(pairs)
  const role = account.authority.role(name)
  if (!role?.webIdentity || arn !== roleArn(account, name))
    throw new ApiError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403)
  const subject = subjectOf(pairs.get('WebIdentityToken') ?? '', role.webIdentity, account.nowMs)
  const seconds = secondsOf(pairs, { min: 900, max: role.sessionSecondsMax, initial: 3_600 })
  const { issuer, audience } = role.webIdentity
  const members = { SubjectFromWebIdentityToken: subject, Audience: audience, Provider: issuer }
  return answer(
    'AssumeRoleWithWebIdentity',
    { ...assumed(account, role, sessionName, seconds, pairs), ...members },
    requestId,
  )
}

export function isWebIdentity(body: string): boolean {
  return /(?:^|&)Action=AssumeRoleWithWebIdentity(?:&|$)/.test(body)
}

/** Of the user, for whoever must show a code before they may do something; with no other permissions. */
function getSessionToken(account: Account, { session, userId }: Caller, pairs: Pairs): Members {
  if (session) throw new ApiError('AccessDenied', 'Cannot call GetSessionToken with session credentials', 403)
  const seconds = secondsOf(pairs, { min: 900, max: 129_600, initial: 43_200 })
  return { Credentials: issued(account, { seconds, arn: account.authority.userArn, userId, policies: [] }) }
}

/** "If you do not pass a policy, then the resulting federated user session has no permissions." (AWS STS API reference) */
function getFederationToken(account: Account, { session, region }: Caller, pairs: Pairs): Members {
  const { accountId, authority } = account
  if (session) throw new ApiError('AccessDenied', 'Cannot call GetFederationToken with session credentials', 403)
  const name = pairs.get('Name') ?? ''
  if (!/^[\w+=,.@-]{2,32}$/.test(name)) throw invalid(name === '' ? undefined : name, 'name')
  const arn = `arn:aws:sts::${accountId}:federated-user/${name}`
  allow(authority, 'sts:GetFederationToken', arn, region)
  const seconds = secondsOf(pairs, { min: 900, max: 129_600, initial: 43_200 })
  const own = sessionPolicies(pairs)
  const policies = own.length > 0 ? own : [{ Version: '2012-10-17', Statement: [] }]
  const FederatedUser = { Arn: arn, FederatedUserId: `${accountId}:${name}` }
  return {
    Credentials: issued(account, { seconds, arn, userId: FederatedUser.FederatedUserId, policies }),
    FederatedUser,
  }
}

function assumed(account: Account, role: Role, sessionName: string, seconds: number, pairs: Pairs): Members {
  const arn = `arn:aws:sts::${account.accountId}:assumed-role/${role.name}/${sessionName}`
  const userId = `AROA${digestOfText(role.name, 17).toUpperCase()}:${sessionName}`
  const policies = sessionPolicies(pairs)
  return {
    Credentials: issued(account, { seconds, arn, userId, role: role.name, policies }),
    AssumedRoleUser: { Arn: arn, AssumedRoleId: userId },
  }
}

function issued(
  { credentials, nowMs }: Account,
  { seconds, ...session }: Omit<Session, 'accessKeyId' | 'expiresAtMs'> & { readonly seconds: number },
): Members {
  const expiresAtMs = nowMs + seconds * 1000
  const made = issueCredentials({ ...session, expiresAtMs }, credentials)
  return {
    AccessKeyId: made.accessKeyId,
    SecretAccessKey: made.secretAccessKey,
    SessionToken: made.sessionToken,
    Expiration: `${new Date(expiresAtMs).toISOString().slice(0, 19)}Z`,
  }
}

/** `Policy`, as JSON; managed policies there are none. */
function sessionPolicies(pairs: Pairs): readonly unknown[] {
  if ([...pairs.keys()].some((name) => name.startsWith('PolicyArns.')))
    throw new ApiError('InvalidParameterValue', 'The evenkeel sandbox has no managed policies.')
  const text = pairs.get('Policy')
  if (text === undefined) return []
  try {
    const policy: unknown = JSON.parse(text)
    readPolicy(policy)
    return [policy]
  } catch (error) {
    throw new ApiError('MalformedPolicyDocument', messageOf(error))
  }
}

function roleAsked(pairs: Pairs) {
  const arn = pairs.get('RoleArn')
  const sessionName = pairs.get('RoleSessionName')
  if (!arn) throw invalid(undefined, 'roleArn')
  if (!sessionName) throw invalid(undefined, 'roleSessionName')
  const [, name = ''] = /^arn:aws:iam::\d{12}:role\/(.+)$/.exec(arn) ?? []
  if (name === '') throw new ApiError('ValidationError', `${arn} is invalid`)
  if (!/^[\w+=,.@-]{2,64}$/.test(sessionName)) throw invalid(sessionName, 'roleSessionName')
  return { arn, name, sessionName }
}

function roleArn({ accountId }: Account, name: string): string {
  return `arn:aws:iam::${accountId}:role/${name}`
}

function checkCode({ serial, secret }: MfaDevice, pairs: Pairs, { userArn }: Authority, nowMs: number): void {
  const [given, code] = [pairs.get('SerialNumber'), pairs.get('TokenCode')]
  if (given === serial && code !== undefined && isCodeOf(secret, code, nowMs)) return
  const message =
    given === undefined || code === undefined
      ? `User: ${userArn} is not authorized to perform: sts:AssumeRole`
      : 'MultiFactorAuthentication failed with invalid MFA one time pass code. '
  throw new ApiError('AccessDenied', message, 403)
}

function secondsOf(
  pairs: Pairs,
  { min, max, initial }: { readonly min: number; readonly max: number; readonly initial: number },
): number {
  const text = pairs.get('DurationSeconds')
  if (text === undefined) return Math.min(initial, max)
  const seconds = Number(text)
  if (Number.isInteger(seconds) && seconds >= min && seconds <= max) return seconds
  throw seconds > max
    ? new ApiError('ValidationError', 'The requested DurationSeconds exceeds the MaxSessionDuration set for this role.')
    : invalid(text, 'durationSeconds')
}

function allow(authority: Authority, action: string, resource: string, region: string): void {
  const refusal = authority.refusalOf(action, [resource], region)
  if (refusal !== undefined) throw new ApiError('AccessDenied', refusal, 403)
}

function invalid(value: string | undefined, member: string): ApiError {
  const why = value === undefined ? 'Member must not be null' : 'Member must satisfy its pattern or range'
  const shown = value === undefined ? 'null' : `'${value}'`
  return new ApiError(
    'ValidationError',
    `1 validation error detected: Value ${shown} at '${member}' failed to satisfy constraint: ${why}`,
  )
}

/** What a log may show of a request: no code and no token. */
export function cutStsSecrets(pairs: Pairs): Record<string, string> {
  const secrets = new Set(['Action', 'Version', 'TokenCode', 'WebIdentityToken'])
  return Object.fromEntries([...pairs].filter(([name]) => !secrets.has(name)))
}

interface Members {
  readonly [name: string]: string | Members
}

function answer(action: string, result: Members, requestId: string): string {
  return `<${action}Response xmlns="${namespace}"><${action}Result>${xmlOf(result)}</${action}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
}

function xmlOf(members: Members): string {
  return Object.entries(members)
    .map(([name, value]) => `<${name}>${typeof value === 'string' ? escapeText(value) : xmlOf(value)}</${name}>`)
    .join('')
}

/** Codes of EC2 for a request that is not rightly signed -> those of STS and the other Query services. */
const codes: Readonly<Record<string, string>> = {
  AuthFailure: 'InvalidClientTokenId',
  MissingAuthenticationToken: 'MissingAuthenticationToken',
  RequestExpired: 'ExpiredToken',
}

/** An error as STS answers it. */
export function renderStsError({ code, message }: ApiError, requestId: string): string {
  return `<ErrorResponse xmlns="${namespace}"><Error><Type>Sender</Type><Code>${codes[code] ?? code}</Code><Message>${escapeText(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`
}
