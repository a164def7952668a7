import { readPolicy } from '../authorization/parse-policy.js'
import type { Policy } from '../authorization/policy.js'

/** A role of the account, as the sandbox was told; who may take it on, and what it may do. */
export interface Role {
  readonly name: string
  /** Undefined: everything. */
  readonly policy: Policy | undefined
  /** Whoever takes it on must say this. */
  readonly externalId: string | undefined
  /** Whoever takes it on must show a code of this device. */
  readonly mfa: MfaDevice | undefined
  /** Whom else it trusts: holders of tokens that this issuer signed. */
  readonly webIdentity: TrustedIssuer | undefined
  readonly sessionSecondsMax: number
}

export interface MfaDevice {
  readonly serial: string
  /** In base32, as an authenticator takes it (RFC 6238). */
  readonly secret: string
}

export interface TrustedIssuer {
  readonly issuer: string
  readonly audience: string
  /** With `*`, as the claim `sub` must be. */
  readonly subject: string
  /** In PEM. */
  readonly publicKey: string
}

/** The roles by name that `{ "deploy": { "policy": …, "mfa": … } }` says; throws a TypeError that says what is wrong. */
export function readRoles(value: unknown): ReadonlyMap<string, Role> {
  return new Map(Object.entries(recordOf(value, 'roles')).map(([name, role]) => [name, readRole(name, role)]))
}

const members = ['policy', 'externalId', 'mfa', 'webIdentity', 'sessionSecondsMax']

/** IAM API reference, CreateRole: an hour unless told, twelve at most. */
const sessionSecondsDefault = 3_600

function readRole(name: string, value: unknown): Role {
  if (!/^[\w+=,.@-]{1,64}$/.test(name)) throw new TypeError(`${JSON.stringify(name)} is no name of a role`)
  const role = recordOf(value, `the role ${name}`)
  const unknown = Object.keys(role).find((member) => !members.includes(member))
  if (unknown !== undefined)
    throw new TypeError(`the role ${name} has no '${unknown}'; there are ${members.join(', ')}`)
  const { policy, externalId, mfa, webIdentity, sessionSecondsMax = sessionSecondsDefault } = role
  return {
    name,
    policy: policy === undefined ? undefined : readPolicy(policy),
    externalId: externalId === undefined ? undefined : textOf(externalId, 'externalId'),
    mfa: mfa === undefined ? undefined : textsOf(mfa, 'mfa', ['serial', 'secret']),
    webIdentity:
      webIdentity === undefined
        ? undefined
        : textsOf(webIdentity, 'webIdentity', ['issuer', 'audience', 'subject', 'publicKey']),
    sessionSecondsMax: Number(sessionSecondsMax),
  }
}

function recordOf(value: unknown, what: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new TypeError(`${what} must be an object`)
}

function textOf(value: unknown, name: string): string {
  if (typeof value === 'string' && value !== '') return value
  throw new TypeError(`'${name}' is a text`)
}

function textsOf<const Name extends string>(
  value: unknown,
  what: string,
  names: readonly Name[],
): Record<Name, string> {
  const record = recordOf(value, what)
  return Object.fromEntries(names.map((name) => [name, textOf(record[name], `${what}.${name}`)])) as Record<
    Name,
    string
  >
}
