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
  throw new ApiError(
    'InvalidAction',
    `The evenkeel sandbox supports GetCallerIdentity and DecodeAuthorizationMessage of STS, not ${action}.`,
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
