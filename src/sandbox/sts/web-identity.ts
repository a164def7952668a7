import { createPublicKey, verify } from 'node:crypto'
import { fits } from '../authorization/wildcard.js'
import { ApiError } from '../wire/api-error.js'
import type { TrustedIssuer } from './roles.js'

/** Hashes of the signatures of JSON Web Tokens that AWS takes (RFC 7518; IAM User Guide, "OIDC federation"). */
const algorithms: Readonly<Record<string, { readonly dsaEncoding?: 'ieee-p1363' }>> = {
  RS256: {},
  ES256: { dsaEncoding: 'ieee-p1363' },
}

interface Claims {
  readonly iss?: string
  readonly aud?: string | readonly string[]
  readonly sub?: string
  readonly exp?: number
}

/** The subject of a web identity token (RFC 7519) that the issuer has signed for this audience. Throws what STS answers of another. */
export function subjectOf(token: string, trusted: TrustedIssuer, nowMs: number): string {
  const [head = '', body = '', signature = ''] = token.split('.')
  const header = read(head) as { readonly alg?: string }
  const { iss, aud, sub = '', exp = 0 } = read(body) as Claims
  const algorithm = algorithms[header.alg ?? '']
  if (!algorithm) throw invalid('The token is signed with an algorithm that is not supported')
  const key = { key: createPublicKey(trusted.publicKey), ...algorithm }
  const isSigned = verify('sha256', Buffer.from(`${head}.${body}`), key, Buffer.from(signature, 'base64url'))
  if (!isSigned || iss !== trusted.issuer) throw invalid("Couldn't verify the signature of the token")
  if (exp * 1000 <= nowMs) {
    throw new ApiError('ExpiredTokenException', `Token expired: current date/time must be before ${exp}`)
  }
  if (![aud].flat().includes(trusted.audience)) throw invalid('Incorrect token audience')
  if (!fits(trusted.subject, sub)) {
    throw new ApiError('AccessDenied', 'Not authorized to perform sts:AssumeRoleWithWebIdentity', 403)
  }
  return sub
}

function read(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString()) as unknown
  } catch {
    throw invalid('The ID Token provided is not a valid JWT')
  }
}

function invalid(message: string): ApiError {
  return new ApiError('InvalidIdentityToken', message)
}
