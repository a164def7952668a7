import {
  DescribeInstancesCommand,
  GetConsoleOutputCommand,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { launches, reads, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about instances. */
export const serverActions = {
  DescribeInstances: { command: DescribeInstancesCommand, ...reads },
  GetConsoleOutput: { command: GetConsoleOutputCommand, ...reads },
  ModifyInstanceAttribute: { command: ModifyInstanceAttributeCommand, ...writes },
  RunInstances: { command: RunInstancesCommand, ...launches },
  StartInstances: { command: StartInstancesCommand, ...launches },
  StopInstances: { command: StopInstancesCommand, ...writes },
  TerminateInstances: { command: TerminateInstancesCommand, ...writes },
} as const satisfies ActionTable
