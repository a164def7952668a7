import { decodeFailure, type Authority } from '../authorization/authority.js'
import { ApiError } from './api-error.js'
import { escapeText } from './xml.js'

/** The one version of the STS API (AWS STS API reference). */
const apiVersion = '2011-06-15'
const namespace = `https://sts.amazonaws.com/doc/${apiVersion}/`

/** Who asks, as STS tells it. */
export interface Caller {
  readonly accountId: string
  readonly userId: string
  readonly region: string
}

/**
 * The body of STS's answer. It knows who asks and reads an encoded refusal of the sandbox; it makes no other credentials,
 * since the sandbox has one key. Throws ApiError in the words of the Query protocol.
 */
export function answerSts(
  authority: Authority,
  caller: Caller,
  pairs: ReadonlyMap<string, string>,
  requestId: string,
): string {
  const action = pairs.get('Action') ?? ''
  const version = pairs.get('Version')
  if (version !== undefined && version !== apiVersion)
    throw new ApiError('InvalidAction', `Could not find operation ${action} for version ${version}`)
  if (action === 'GetCallerIdentity') {
    // No permission is needed, and no policy can take it away (AWS STS API reference).
    const { userArn } = authority
    return answer(action, { Arn: userArn, UserId: caller.userId, Account: caller.accountId }, requestId)
  }
  if (action === 'DecodeAuthorizationMessage') {
    const refusal = authority.refusalOf('sts:DecodeAuthorizationMessage', ['*'], caller.region)
    if (refusal !== undefined) throw new ApiError('AccessDenied', refusal, 403)
    const decoded = decodeFailure(pairs.get('EncodedMessage') ?? '')
    if (decoded === undefined) throw new ApiError('InvalidAuthorizationMessageException', 'Message is not valid')
    return answer(action, { DecodedMessage: decoded }, requestId)
  }
  if (action === 'AssumeRole') throw notAssumable(authority, pairs)
  throw new ApiError(
    'InvalidAction',
    `The evenkeel sandbox supports AssumeRole, GetCallerIdentity and DecodeAuthorizationMessage of STS, not ${action}.`,
  )
}

/** The account has no roles; AWS says of one that there is not what it says of one that does not trust the caller. */
function notAssumable({ userArn }: Authority, pairs: ReadonlyMap<string, string>): ApiError {
  for (const name of ['RoleArn', 'RoleSessionName']) {
    if (pairs.get(name)) continue
    const member = `${name[0]?.toLowerCase()}${name.slice(1)}`
    return new ApiError(
      'ValidationError',
      `1 validation error detected: Value null at '${member}' failed to satisfy constraint: Member must not be null`,
    )
  }
  const arn = pairs.get('RoleArn') ?? ''
  if (!/^arn:aws:iam::\d{12}:role\/.+$/.test(arn)) return new ApiError('ValidationError', `${arn} is invalid`)
  return new ApiError(
    'AccessDenied',
    `User: ${userArn} is not authorized to perform: sts:AssumeRole on resource: ${arn}`,
    403,
  )
}

function answer(action: string, result: Readonly<Record<string, string>>, requestId: string): string {
  const members = Object.entries(result).map(([name, value]) => `<${name}>${escapeText(value)}</${name}>`)
  return `<${action}Response xmlns="${namespace}"><${action}Result>${members.join('')}</${action}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
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
