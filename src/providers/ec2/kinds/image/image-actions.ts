import {
  CopyImageCommand,
  CreateImageCommand,
  DeregisterImageCommand,
  DescribeImageAttributeCommand,
  ModifyImageAttributeCommand,
  RegisterImageCommand,
} from '@aws-sdk/client-ec2'
import { makesTwice, reads, removes, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about images that the stack makes. */
export const imageActions = {
  DescribeImageAttribute: { command: DescribeImageAttributeCommand, ...reads },
  CreateImage: { command: CreateImageCommand, ...makesTwice },
  RegisterImage: { command: RegisterImageCommand, ...makesTwice },
  // With a ClientToken.
  CopyImage: { command: CopyImageCommand, ...writes },
  ModifyImageAttribute: { command: ModifyImageAttributeCommand, ...writes },
  DeregisterImage: { command: DeregisterImageCommand, ...removes },
} as const satisfies ActionTable
