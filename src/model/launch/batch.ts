import { assert } from '../../core/assert.js'
import { addressOf, parseAddress, type Address, type Batch } from '../address.js'

/**
 * Chosen: a call launches all or nothing, so that a larger one fails more often for want of room (EC2 API, RunInstances: "use
 * smaller batches"); with EC2's pace of two such calls a second, a thousand servers are asked for within eight seconds.
 */
export const batchMembersMax = 50

const batchPattern = /^server\.([a-z][a-z0-9-]{0,39})\[(\d{1,5})-(\d{1,5})\]$/

/** Which servers a batch has: those of a count from the first index to the last one. */
export interface BatchParts {
  readonly name: string
  readonly first: number
  readonly last: number
}

/** The batch of two or more servers of one count, whose indices follow each other. */
export function batchOf(addresses: readonly Address[]): Batch {
  const [first, last] = [addresses[0], addresses.at(-1)].map((address) => address && parseAddress(address))
  assert(first?.index !== undefined && last?.index !== undefined, 'a batch of servers without a count')
  assert(last.index - first.index === addresses.length - 1 && addresses.length > 1, 'a batch with a gap, or of one')
  return `server.${first.name}[${first.index}-${last.index}]` as Batch
}

/** What a text says; undefined where it is no batch. */
export function parseBatch(text: string | undefined): BatchParts | undefined {
  const [, name, first, last] = batchPattern.exec(text ?? '') ?? []
  if (name === undefined || Number(first) >= Number(last)) return undefined
  return { name, first: Number(first), last: Number(last) }
}

/** How many servers a batch has. */
export function batchSize({ first, last }: BatchParts): number {
  return last - first + 1
}

/** The address of the n-th instance that its call launched, as EC2 counts them (AmiLaunchIndex, from 0); undefined beyond the last. */
export function memberOf(batch: BatchParts, launchIndex: number): Address | undefined {
  const { name, first } = batch
  return launchIndex < batchSize(batch) ? addressOf('server', name, first + launchIndex) : undefined
}
