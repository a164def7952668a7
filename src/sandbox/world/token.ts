import { digestOf } from '../../core/digest.js'
import { ApiError } from '../wire/api-error.js'
import type { World } from './world.js'

/** Tokens are ASCII and at most 64 characters long; 128 for launch templates. */
export interface TokenUse {
  readonly action: string
  readonly token: string | undefined
  /** RunInstances with a zone: the same token in another zone is another request. */
  readonly scope?: string
  /** What must be equal when the token comes again. */
  readonly parameters: object
  readonly lengthMaximum?: number
}

/**
 * The ids that an earlier request with this token made, or undefined for a new one. Throws IdempotentParameterMismatch
 * when the parameters differ.
 */
export function findByToken(world: World, use: TokenUse): readonly string[] | undefined {
  if (use.token === undefined || use.token === '') return undefined
  const { token, lengthMaximum = 64 } = use
  // oxlint-disable-next-line no-control-regex -- "ASCII" is what the reference says
  if (token.length > lengthMaximum || !/^[\x00-\x7f]*$/.test(token)) {
    throw new ApiError(
      'InvalidParameterValue',
      `Client token must be ASCII and no longer than ${lengthMaximum} characters`,
    )
  }
  const record = world.tokens.get(tokenId(use))
  if (!record) return undefined
  if (record.digest !== digestOfUse(use)) {
    throw new ApiError(
      'IdempotentParameterMismatch',
      'Arguments on this idempotent request are inconsistent with arguments used in previous request(s).',
    )
  }
  return record.resourceIds
}

/** Notes what a request with a token made. The caller commits. */
export function rememberToken(world: World, use: TokenUse, resourceIds: readonly string[]): void {
  if (use.token === undefined || use.token === '') return
  world.tokens.put({
    id: tokenId(use),
    sequence: world.nextSequence(),
    digest: digestOfUse(use),
    usedAtMs: world.now(),
    resourceIds,
  })
}

function tokenId({ action, scope = '', token }: TokenUse): string {
  return [action, scope, token].join(' ')
}

function digestOfUse({ parameters }: TokenUse): string {
  return digestOf({ ...parameters, ClientToken: undefined, Action: undefined, Version: undefined }, 32)
}
