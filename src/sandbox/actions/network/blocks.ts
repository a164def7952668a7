import { canonicalIpv4 } from '../../model/ip-ranges.js'
import { invalidValue } from '../../wire/api-error.js'

/** A block in canonical form: EC2 makes `10.0.0.0/16` of `10.0.1.0/16` by itself. */
export function readBlock(text: string): string {
  const cidr = canonicalIpv4(text)
  if (cidr === undefined)
    throw invalidValue(`Value (${text}) for parameter cidrBlock is invalid. This is not a valid CIDR block.`)
  return cidr
}
