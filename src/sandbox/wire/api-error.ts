/** An answer with an error code, as EC2 gives it: the code without a `Client.` or `Server.` prefix, a message, an HTTP status. */
export class ApiError extends Error {
  readonly code: string
  readonly httpStatus: number

  constructor(code: string, message: string, httpStatus = httpStatusOf(code)) {
    super(message)
    this.name = 'ApiError'
    this.code = code
    this.httpStatus = httpStatus
  }
}

/** Codes whose status is not 400. Source: EC2 API reference, error codes; statuses seen in third-party logs. */
const httpStatusByCode: Readonly<Record<string, number>> = {
  AuthFailure: 401,
  UnauthorizedOperation: 403,
  SignatureDoesNotMatch: 403,
  MissingAuthenticationToken: 403,
  DryRunOperation: 412,
  InsufficientInstanceCapacity: 500,
  InsufficientVolumeCapacity: 500,
  InsufficientAddressCapacity: 500,
  InternalError: 500,
  InternalFailure: 500,
  RequestLimitExceeded: 503,
  ServiceUnavailable: 503,
  Unavailable: 503,
}

function httpStatusOf(code: string): number {
  return httpStatusByCode[code] ?? 400
}

/** `InvalidParameterValue` with a free text. */
export function invalidValue(message: string): ApiError {
  return new ApiError('InvalidParameterValue', message)
}

/** `InvalidParameterCombination` with a free text. */
export function invalidCombination(message: string): ApiError {
  return new ApiError('InvalidParameterCombination', message)
}

export function missingParameter(name: string): ApiError {
  return new ApiError('MissingParameter', `The request must contain the parameter ${name}`)
}

/** What EC2 can do and the sandbox cannot; `what` is named so that nobody looks for the mistake elsewhere. */
export function unsupported(what: string): ApiError {
  return new ApiError('UnsupportedOperation', `The evenkeel sandbox does not support ${what}.`)
}
