import {
  DescribeInstancesCommand,
  GetConsoleOutputCommand,
  ModifyInstanceAttributeCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { ends, launches, reads, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about instances. */
export const serverActions = {
  DescribeInstances: { command: DescribeInstancesCommand, ...reads },
  GetConsoleOutput: { command: GetConsoleOutputCommand, ...reads },
  ModifyInstanceAttribute: { command: ModifyInstanceAttributeCommand, ...writes },
  RunInstances: { command: RunInstancesCommand, ...launches },
  StartInstances: { command: StartInstancesCommand, ...launches },
  StopInstances: { command: StopInstancesCommand, ...ends },
  TerminateInstances: { command: TerminateInstancesCommand, ...ends },
} as const satisfies ActionTable
