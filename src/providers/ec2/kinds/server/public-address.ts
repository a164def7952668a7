import type { Instance } from '@aws-sdk/client-ec2'
import { textOf } from '../../wire/text-of.js'

/** Whom EC2 names as the owner of an address that it only lends (EC2 API, InstanceNetworkInterfaceAssociation). */
const lender = 'amazon'

/** The public address of an instance where that is an elastic one, whoever owns it. */
export function elasticIpOn({ NetworkInterfaces, PublicIpAddress }: Instance): string | undefined {
  const publicIp = textOf(PublicIpAddress)
  if (publicIp === undefined) return undefined
  const associations = (NetworkInterfaces ?? []).map(({ Association }) => Association)
  const own = associations.find((association) => association?.PublicIp === publicIp)
  return own?.IpOwnerId === undefined || own.IpOwnerId === lender ? undefined : publicIp
}
