import type { ApiError } from './api-error.js'
import { escapeText, renderMembers, type XmlRecord } from './xml.js'

/** Codes of EC2 for what is wrong with a request -> those of the other services with the Query protocol. */
const codes: Readonly<Record<string, string>> = {
  AuthFailure: 'InvalidClientTokenId',
  InvalidParameterCombination: 'ValidationError',
  InvalidParameterValue: 'ValidationError',
  MissingAction: 'MissingAction',
  MissingParameter: 'ValidationError',
  NoSuchVersion: 'InvalidAction',
  RequestExpired: 'RequestExpired',
  RequestLimitExceeded: 'Throttling',
  UnauthorizedOperation: 'AccessDenied',
  UnknownParameter: 'ValidationError',
}

/** The whole body of a successful answer of AWS's Query protocol, of which EC2 speaks a dialect of its own. */
export function renderQueryResponse(namespace: string, action: string, requestId: string, body: XmlRecord): string {
  const result = renderMembers(body, 'member')
  return `<${action}Response xmlns="${namespace}"><${action}Result>${result}</${action}Result><ResponseMetadata><RequestId>${requestId}</RequestId></ResponseMetadata></${action}Response>`
}

/** The whole body of an error answer. */
export function renderQueryError(
  namespace: string,
  { code, message, httpStatus }: ApiError,
  requestId: string,
): string {
  const type = httpStatus >= 500 ? 'Receiver' : 'Sender'
  return `<ErrorResponse xmlns="${namespace}"><Error><Type>${type}</Type><Code>${codes[code] ?? code}</Code><Message>${escapeText(message)}</Message></Error><RequestId>${requestId}</RequestId></ErrorResponse>`
}

/** The parameters with lists written as EC2 writes them: `Subnets.member.1` becomes `Subnets.1`. */
export function withoutMembers(pairs: ReadonlyMap<string, string>): ReadonlyMap<string, string> {
  return new Map([...pairs].map(([key, value]) => [key.replaceAll(/\.member(?=\.\d)/g, ''), value]))
}

/** The status that goes with a code: those for a wrong request are 400 but for authorization, and 503 becomes a 400 for throttling. */
export function queryStatusOf({ code, httpStatus }: ApiError): number {
  if (code === 'RequestLimitExceeded') return 400
  return code === 'AuthFailure' ? 403 : httpStatus
}
