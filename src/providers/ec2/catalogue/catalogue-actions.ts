import { DescribeRegionsCommand } from '@aws-sdk/client-ec2'
import { reads, type ActionTable } from '../wire/action-facts.js'

/** Beside the lookups, which the catalogue is read with, too. */
export const catalogueActions = {
  DescribeRegions: { command: DescribeRegionsCommand, ...reads },
} as const satisfies ActionTable
