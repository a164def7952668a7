import {
  DescribeAvailabilityZonesCommand,
  DescribeImagesCommand,
  DescribeInstanceTypeOfferingsCommand,
  DescribeInstanceTypesCommand,
  DescribeSubnetsCommand,
  GetEbsEncryptionByDefaultCommand,
} from '@aws-sdk/client-ec2'
import { reads, type ActionTable } from '../wire/action-facts.js'

/** What a stack refers to and does not own is looked up with these. */
export const lookupActions = {
  DescribeAvailabilityZones: { command: DescribeAvailabilityZonesCommand, ...reads },
  DescribeImages: { command: DescribeImagesCommand, ...reads },
  DescribeInstanceTypeOfferings: { command: DescribeInstanceTypeOfferingsCommand, ...reads },
  DescribeInstanceTypes: { command: DescribeInstanceTypesCommand, ...reads },
  DescribeSubnets: { command: DescribeSubnetsCommand, ...reads },
  GetEbsEncryptionByDefault: { command: GetEbsEncryptionByDefaultCommand, ...reads },
} as const satisfies ActionTable
