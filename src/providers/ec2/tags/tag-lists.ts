import type { Tag } from '@aws-sdk/client-ec2'
import type { Tags } from '../../../model/tags.js'

/** Whatever EC2 shows with its tags. */
export interface TaggedItem {
  readonly Tags?: readonly Tag[] | undefined
  /** Of an instance: which it is of those that one call launched, from 0. */
  readonly AmiLaunchIndex?: number | undefined
}

/** Tags as a record; EC2 keeps each key once. */
export function tagsOf(tags: readonly Tag[] | undefined): Tags {
  const record: Record<string, string> = {}
  for (const { Key, Value } of tags ?? []) if (Key !== undefined) record[Key] = Value ?? ''
  return record
}

/** A record as the list that EC2 takes, in the record's order. */
export function tagListOf(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }))
}
