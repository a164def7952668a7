import {
  AssignPrivateIpAddressesCommand,
  ModifyNetworkInterfaceAttributeCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2'
import { removes, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about network interfaces, beside the one that describes them (kinds/network). */
export const interfaceActions = {
  AssignPrivateIpAddresses: { command: AssignPrivateIpAddressesCommand, ...writes },
  ModifyNetworkInterfaceAttribute: { command: ModifyNetworkInterfaceAttributeCommand, ...writes },
  UnassignPrivateIpAddresses: { command: UnassignPrivateIpAddressesCommand, ...removes },
} as const satisfies ActionTable
