import { UsageError } from '../../core/errors.js'
import { parseAddress, type Address } from '../../model/address.js'
import type { StackSpec } from '../../model/stack-spec.js'
import { addressesNamed } from './named-addresses.js'

/** The images of the file that patterns name (`--rebuild`). Throws a UsageError for what is none. */
export function rebuiltByName(patterns: readonly string[] = [], spec: StackSpec): readonly Address[] {
  if (patterns.length === 0) return []
  const other = patterns.find((pattern) => parseAddress(pattern)?.kind !== 'image' && !pattern.startsWith('image.'))
  if (other !== undefined) {
    throw new UsageError('USAGE', `${other} is no image`, { hint: 'write --rebuild image.<name>' })
  }
  return addressesNamed(
    patterns,
    spec.images.map(({ address }) => address),
    `in the stack file of ${spec.stack}`,
  )
}
