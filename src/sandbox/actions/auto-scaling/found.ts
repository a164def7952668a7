import type { ScalingGroup, ScalingMember } from '../../model/auto-scaling/records.js'
import { ApiError } from '../../wire/api-error.js'
import type { World } from '../../world/world.js'

export function invalid(message: string): ApiError {
  return new ApiError('ValidationError', message)
}

export function findGroup(world: World, name: string): ScalingGroup {
  const group = groupNamed(world, name)
  if (group) return group
  throw invalid(`AutoScalingGroup name not found - AutoScalingGroup '${name}' not found`)
}

export function groupNamed(world: World, name: string): ScalingGroup | undefined {
  return world.scalingGroups.withKey(name)[0]
}

/** The members that a call names, each of this group. */
export function findMembers(world: World, group: ScalingGroup, ids: readonly string[]): readonly ScalingMember[] {
  return ids.map((id) => {
    const member = world.scalingMembers.get(id)
    if (member?.groupId === group.id) return member
    throw invalid(`The instance ${id} is not part of Auto Scaling group ${group.name}.`)
  })
}

export function findMember(world: World, id: string): ScalingMember {
  const member = world.scalingMembers.get(id)
  if (member) return member
  throw invalid(`Instance Id not found - No managed instance found for instance ID: ${id}`)
}

interface PageRequest {
  readonly MaxRecords?: number | undefined
  readonly NextToken?: string | undefined
}

/** One page, by the token that the last one ended with; what a token is made of is nobody's business. */
export function pageOf<T>(
  items: readonly T[],
  { MaxRecords, NextToken }: PageRequest,
  { usual, most }: { readonly usual: number; readonly most: number },
): { readonly items: readonly T[]; readonly NextToken: string | undefined } {
  if (MaxRecords !== undefined && (MaxRecords < 1 || MaxRecords > most)) {
    throw invalid(`1 validation error detected: Value '${MaxRecords}' at 'maxRecords' failed to satisfy constraint`)
  }
  const start = NextToken === undefined ? 0 : Number(Buffer.from(NextToken, 'base64url').toString())
  if (!Number.isInteger(start)) throw new ApiError('InvalidNextToken', `The token '${NextToken}' is invalid.`)
  const end = start + (MaxRecords ?? usual)
  const isMore = end < items.length
  return {
    items: items.slice(start, end),
    NextToken: isMore ? Buffer.from(String(end)).toString('base64url') : undefined,
  }
}
