import { networkPrefix } from './regions.js'

/** An Elastic IP address. */
export interface Address {
  readonly id: string
  readonly sequence: number
  /** Which public address it is (world/public-numbers.ts). */
  readonly publicNumber: string
  readonly associationId: string | undefined
  readonly instanceId: string | undefined
  /** The interface beside the first one of an instance, attached or not, that has it; absent: none. */
  readonly networkInterfaceId?: string | undefined
  /** The NAT gateway that has it; absent: none. */
  readonly natGatewayId?: string
}

/** A record as the journal has it. Those of 0.1.0 hold the address itself, whose last two bytes are the number's. */
export function upgradeAddress(
  record: Address | (Omit<Address, 'publicNumber'> & { readonly publicIp: string }),
): Address {
  if ('publicNumber' in record) return record
  const { publicIp, ...address } = record
  return { ...address, publicNumber: publicIp.replace(/^\d+\.\d+/, networkPrefix) }
}
