import {
  DescribeInstancesCommand,
  DescribeInstanceStatusCommand,
  GetConsoleOutputCommand,
  ModifyInstanceAttributeCommand,
  RebootInstancesCommand,
  RunInstancesCommand,
  StartInstancesCommand,
  StopInstancesCommand,
  TerminateInstancesCommand,
} from '@aws-sdk/client-ec2'
import { ends, launches, reads, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about instances. */
export const serverActions = {
  DescribeInstanceStatus: { command: DescribeInstanceStatusCommand, ...reads },
  DescribeInstances: { command: DescribeInstancesCommand, ...reads },
  GetConsoleOutput: { command: GetConsoleOutputCommand, ...reads },
  ModifyInstanceAttribute: { command: ModifyInstanceAttributeCommand, ...writes },
  RebootInstances: { command: RebootInstancesCommand, ...writes },
  RunInstances: { command: RunInstancesCommand, ...launches },
  StartInstances: { command: StartInstancesCommand, ...launches },
  StopInstances: { command: StopInstancesCommand, ...ends },
  TerminateInstances: { command: TerminateInstancesCommand, ...ends },
} as const satisfies ActionTable
