import type { Instance } from '@aws-sdk/client-ec2'
import { assert } from '../../../../core/assert.js'
import { digestOfText } from '../../../../core/digest.js'
import { beginWait } from '../../../../core/wait-sink.js'
import type { LaunchRequest } from '../../../../executor/ports.js'
import { hasAwsCode, isOfClass } from '../../errors/provider-errors.js'
import type { Ec2Api } from '../../wire/api.js'
import { tokenOf, tokensMax } from '../../wire/tokens.js'
import { isEnding, readInstances } from './read-instances.js'

/** One of the ways in which a server may be launched; each is an operation of its own to EC2. */
export interface Candidate {
  readonly request: LaunchRequest
  readonly once: string
}

/** What is asked for first, then its alternatives: a token with other parameters would be refused (IdempotentParameterMismatch). */
export function candidatesOf({ alternatives = [], ...request }: LaunchRequest, once: string): readonly Candidate[] {
  const others = alternatives.map(({ type, zone }) => ({
    request: { ...request, type, zone },
    once: digestOfText(`${once} as ${type} in ${zone ?? ''}`, 40),
  }))
  return [{ request, once }, ...others]
}

/** Whether EC2 has no room for it, and another candidate may do: quotas of spot instances are for families of types each. */
export function hasNoRoom(error: unknown): boolean {
  return isOfClass(error, 'capacity') || hasAwsCode(error, 'MaxSpotInstanceCountExceeded')
}

/** What comes of the first candidate for which EC2 has room; the last one's refusal where it has none for any. */
export async function firstWithRoom<Result>(
  api: Ec2Api,
  candidates: readonly Candidate[],
  launch: (candidate: Candidate) => Promise<Result>,
): Promise<Result> {
  const [first, ...others] = candidates
  assert(first !== undefined, 'a launch without a candidate')
  try {
    return await launch(first)
  } catch (error) {
    if (others.length === 0 || !hasNoRoom(error)) throw error
    const { type, zone } = first.request
    beginWait(
      api.settings.clock,
      `an alternative, as EC2 has no room for ${type}${zone === undefined ? '' : ` in ${zone}`}`,
    )()
    return firstWithRoom(api, others, launch)
  }
}

/**
 * What an earlier attempt launched as one of several candidates, perhaps a run that was killed: where EC2 has room for an earlier
 * candidate by now, its token would launch a second server beside it.
 */
export async function launchedAsAny(api: Ec2Api, candidates: readonly Candidate[]): Promise<readonly Instance[]> {
  if (candidates.length < 2) return []
  const Values = candidates.flatMap(({ once }) => Array.from({ length: tokensMax }, (_, burnt) => tokenOf(once, burnt)))
  const found = (await readInstances(api, [{ Name: 'client-token', Values }])).filter((one) => !isEnding(one))
  return found.filter(({ ClientToken }) => ClientToken === found[0]?.ClientToken)
}
