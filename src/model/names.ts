import { displayName, type Address, type Batch } from './address.js'

/** A resource's `Name` tag, for people: `music-staging/web[0]`. */
export function nameTag(stack: string, address: Address | Batch): string {
  return `${stack}/${displayName(address)}`
}

/**
 * The name of a key pair or security group in EC2, unique in an account and region (groups: in a VPC). Names in a stack
 * file have no dots, so two stacks never share one; the prefix keeps it from starting with `sg-`, which EC2 refuses.
 */
function ec2Name(stack: string, address: Address): string {
  return `evenkeel.${stack}.${displayName(address)}`
}

/** The same where others have names already: one that was renamed in the file keeps its name in EC2, and may have this one. */
export function freeEc2Name(stack: string, address: Address, taken: ReadonlySet<string>): string {
  const name = ec2Name(stack, address)
  if (!taken.has(name)) return name
  for (let number = 2; ; number += 1) if (!taken.has(`${name}.${number}`)) return `${name}.${number}`
}
