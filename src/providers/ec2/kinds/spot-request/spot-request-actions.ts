import { CancelSpotInstanceRequestsCommand, DescribeSpotInstanceRequestsCommand } from '@aws-sdk/client-ec2'
import { reads, removes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about spot requests. They are made by RunInstances. */
export const spotRequestActions = {
  DescribeSpotInstanceRequests: { command: DescribeSpotInstanceRequestsCommand, ...reads },
  CancelSpotInstanceRequests: { command: CancelSpotInstanceRequestsCommand, ...removes },
} as const satisfies ActionTable
