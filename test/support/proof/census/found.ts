import type { Tag } from '@aws-sdk/client-ec2'

/** One thing of the account that is neither gone nor there from the start. */
export interface Found {
  readonly id: string
  /** What it is, without anything that differs from run to run: two worlds that say the same are alike. */
  readonly says: string
  /** The stack's address; undefined for what nobody can tell the owner of. */
  readonly address: string | undefined
  /** Of a snapshot: the volume that it is of. */
  readonly volumeId?: string | undefined
}

/** What is said of a thing with these tags. */
export function foundOf(
  id: string | undefined,
  tags: readonly Tag[] | undefined,
  kind: string,
  ...words: readonly unknown[]
): Found {
  const address = addressOf(tags)
  const role = tagOf(tags, 'evenkeel:role')
  const says = [kind, address ?? 'of nobody', ...(role === undefined ? [] : [role]), ...words].join(' ')
  return { id: id ?? '?', says, address }
}

export function addressOf(tags: readonly Tag[] | undefined): string | undefined {
  const stack = tagOf(tags, 'evenkeel:stack')
  const address = tagOf(tags, 'evenkeel:address')
  return stack === undefined || address === undefined ? undefined : `${stack}/${address}`
}

export function tagOf(tags: readonly Tag[] | undefined, key: string): string | undefined {
  return tags?.find(({ Key }) => Key === key)?.Value
}
