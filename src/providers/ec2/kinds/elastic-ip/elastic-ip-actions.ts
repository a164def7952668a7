import {
  AllocateAddressCommand,
  AssociateAddressCommand,
  DescribeAddressesCommand,
  DisassociateAddressCommand,
  ReleaseAddressCommand,
} from '@aws-sdk/client-ec2'
import { makesTwice, reads, removes, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about elastic addresses. */
export const elasticIpActions = {
  DescribeAddresses: { command: DescribeAddressesCommand, ...reads },
  AllocateAddress: { command: AllocateAddressCommand, ...makesTwice },
  AssociateAddress: { command: AssociateAddressCommand, ...writes },
  DisassociateAddress: { command: DisassociateAddressCommand, ...removes },
  ReleaseAddress: { command: ReleaseAddressCommand, ...removes },
} as const satisfies ActionTable
