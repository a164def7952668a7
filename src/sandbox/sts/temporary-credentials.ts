import { createHmac, randomBytes, timingSafeEqual } from 'node:crypto'
import { ApiError } from '../wire/api-error.js'
import type { Credentials } from '../wire/signature.js'

/** Who temporary credentials make of whoever holds them; stands in the session token, sealed. */
export interface Session {
  readonly accessKeyId: string
  readonly expiresAtMs: number
  readonly arn: string
  readonly userId: string
  /** The role that was taken on; undefined: what the user may is asked instead. */
  readonly role?: string
  /** IAM policies, as parsed JSON: each must allow, too. */
  readonly policies: readonly unknown[]
}

export interface TemporaryCredentials extends Credentials {
  readonly sessionToken: string
}

/** Credentials that sign as any others, until they expire. The token carries all that there is to know of them: nothing is kept. */
export function issueCredentials(session: Omit<Session, 'accessKeyId'>, own: Credentials): TemporaryCredentials {
  const accessKeyId = `ASIA${[...randomBytes(16)].map((byte) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'[byte % 32]).join('')}`
  const text = Buffer.from(JSON.stringify({ ...session, accessKeyId } satisfies Session)).toString('base64url')
  return { accessKeyId, secretAccessKey: secretOf(accessKeyId, own), sessionToken: `${text}.${sealOf(text, own)}` }
}

/** The session that a token stands for. Throws AuthFailure for one that is none of ours or another key's, RequestExpired for an old one. */
export function sessionOf(accessKeyId: string, token: string | undefined, own: Credentials, nowMs: number): Session {
  const [text = '', seal = ''] = (token ?? '').split('.')
  const expected = Buffer.from(sealOf(text, own))
  const given = Buffer.from(seal)
  if (given.length !== expected.length || !timingSafeEqual(given, expected)) throw notOurs()
  const session = JSON.parse(Buffer.from(text, 'base64url').toString()) as Session
  if (session.accessKeyId !== accessKeyId) throw notOurs()
  if (session.expiresAtMs <= nowMs) throw new ApiError('RequestExpired', 'Request has expired.')
  return session
}

export function secretOf(accessKeyId: string, { secretAccessKey }: Credentials): string {
  return createHmac('sha256', secretAccessKey).update(`key ${accessKeyId}`).digest('base64').slice(0, 40)
}

function sealOf(text: string, { secretAccessKey }: Credentials): string {
  return createHmac('sha256', secretAccessKey).update(`token ${text}`).digest('base64url')
}

function notOurs(): ApiError {
  return new ApiError('AuthFailure', 'AWS was not able to validate the provided access credentials')
}
