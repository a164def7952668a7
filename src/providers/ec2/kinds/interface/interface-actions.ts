import {
  AssignPrivateIpAddressesCommand,
  AttachNetworkInterfaceCommand,
  CreateNetworkInterfaceCommand,
  DeleteNetworkInterfaceCommand,
  DetachNetworkInterfaceCommand,
  ModifyNetworkInterfaceAttributeCommand,
  UnassignPrivateIpAddressesCommand,
} from '@aws-sdk/client-ec2'
import { removes, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about network interfaces, beside the one that describes them (kinds/network). CreateNetworkInterface takes a token. */
export const interfaceActions = {
  AssignPrivateIpAddresses: { command: AssignPrivateIpAddressesCommand, ...writes },
  AttachNetworkInterface: { command: AttachNetworkInterfaceCommand, ...writes },
  CreateNetworkInterface: { command: CreateNetworkInterfaceCommand, ...writes },
  DeleteNetworkInterface: { command: DeleteNetworkInterfaceCommand, ...removes },
  DetachNetworkInterface: { command: DetachNetworkInterfaceCommand, ...removes },
  ModifyNetworkInterfaceAttribute: { command: ModifyNetworkInterfaceAttributeCommand, ...writes },
  UnassignPrivateIpAddresses: { command: UnassignPrivateIpAddressesCommand, ...removes },
} as const satisfies ActionTable
