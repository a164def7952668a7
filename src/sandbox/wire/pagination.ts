import { createHmac } from 'node:crypto'
import { ApiError, invalidCombination, invalidValue } from './api-error.js'

/** How an action pages. Sources: ranges of `MaxResults` in the EC2 API reference. */
export interface PageRule {
  /** The answer's list, as error texts name it. */
  readonly set: string
  readonly minimum: number
  readonly maximum: number
  /** Above the maximum: an error, or as many as the maximum allows. */
  readonly aboveMaximum: 'error' | 'cut'
}

export interface PageRequest {
  readonly MaxResults?: number | undefined
  readonly NextToken?: string | undefined
}

export interface Page<T> {
  readonly items: readonly T[]
  /** Empty when there is no further page; EC2 renders that as `<nextToken/>`. */
  readonly nextToken: string
}

/**
 * Cuts one page out of `items`, which are in the order of their sequence numbers. `fingerprint` ties a token to the
 * action and its filters: with other parameters it is an InvalidNextToken. `empty` gives a page without items and with
 * a token, which EC2 documents as possible.
 */
export function paginate<T extends { readonly sequence: number }>(
  items: readonly T[],
  request: PageRequest,
  rule: PageRule,
  options: { readonly fingerprint: string; readonly withIds: boolean; readonly empty: boolean },
): Page<T> {
  const { MaxResults: size, NextToken: token } = request
  if (size !== undefined) {
    if (options.withIds) {
      throw invalidCombination(`The parameter ${rule.set} cannot be used with the parameter maxResults`)
    }
    if (size < rule.minimum) {
      throw invalidValue(
        `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value greater than ${rule.minimum}.`,
      )
    }
    if (size > rule.maximum && rule.aboveMaximum === 'error') {
      throw invalidValue(
        `Value ( ${size} ) for parameter maxResults is invalid. Expecting a value less than or equal to ${rule.maximum}.`,
      )
    }
  }
  const after = token === undefined || token === '' ? undefined : readToken(token, options.fingerprint)
  const start = after === undefined ? 0 : firstAfter(items, after)
  if (size === undefined) return { items: start === 0 ? items : items.slice(start), nextToken: '' }
  if (options.empty && start < items.length) {
    return { items: [], nextToken: writeToken(after ?? Number.MIN_SAFE_INTEGER, options.fingerprint) }
  }
  const page = items.slice(start, start + Math.min(size, rule.maximum))
  const last = page.at(-1)
  const more = start + page.length < items.length
  return { items: page, nextToken: more && last ? writeToken(last.sequence, options.fingerprint) : '' }
}

function firstAfter(items: readonly { readonly sequence: number }[], sequence: number): number {
  let low = 0
  let high = items.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((items[middle]?.sequence ?? 0) > sequence) high = middle
    else low = middle + 1
  }
  return low
}

function writeToken(sequence: number, fingerprint: string): string {
  return Buffer.from(`${sequence}.${seal(sequence, fingerprint)}`).toString('base64url')
}

function readToken(token: string, fingerprint: string): number {
  const match = /^(-?\d+)\.([0-9a-f]+)$/.exec(Buffer.from(token, 'base64url').toString())
  const sequence = Number(match?.[1])
  if (!match || match[2] !== seal(sequence, fingerprint)) {
    throw new ApiError('InvalidNextToken', `The token '${token}' is invalid`)
  }
  return sequence
}

function seal(sequence: number, fingerprint: string): string {
  return createHmac('sha256', 'evenkeel sandbox page').update(`${sequence} ${fingerprint}`).digest('hex').slice(0, 16)
}
