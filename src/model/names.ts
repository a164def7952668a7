import { displayName, type Address, type Batch } from './address.js'

/** A resource's `Name` tag, for people: `music-staging/web[0]`. */
export function nameTag(stack: string, address: Address | Batch): string {
  return `${stack}/${displayName(address)}`
}

/**
 * The name of a key pair or security group in EC2, unique in an account and region (groups: in a VPC). Names in a stack
 * file have no dots, so two stacks never share one; the prefix keeps it from starting with `sg-`, which EC2 refuses.
 */
export function ec2Name(stack: string, address: Address): string {
  return `evenkeel.${stack}.${displayName(address)}`
}
