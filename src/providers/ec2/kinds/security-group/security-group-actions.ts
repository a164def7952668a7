import {
  AuthorizeSecurityGroupEgressCommand,
  AuthorizeSecurityGroupIngressCommand,
  CreateSecurityGroupCommand,
  DeleteSecurityGroupCommand,
  DescribeSecurityGroupsCommand,
  RevokeSecurityGroupEgressCommand,
  RevokeSecurityGroupIngressCommand,
} from '@aws-sdk/client-ec2'
import { reads, removes, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about security groups. */
export const securityGroupActions = {
  DescribeSecurityGroups: { command: DescribeSecurityGroupsCommand, ...reads },
  AuthorizeSecurityGroupEgress: { command: AuthorizeSecurityGroupEgressCommand, ...writes },
  AuthorizeSecurityGroupIngress: { command: AuthorizeSecurityGroupIngressCommand, ...writes },
  CreateSecurityGroup: { command: CreateSecurityGroupCommand, ...writes },
  DeleteSecurityGroup: { command: DeleteSecurityGroupCommand, ...removes },
  RevokeSecurityGroupEgress: { command: RevokeSecurityGroupEgressCommand, ...writes },
  RevokeSecurityGroupIngress: { command: RevokeSecurityGroupIngressCommand, ...writes },
} as const satisfies ActionTable
