import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeLaunchTemplatesCommand,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2'
import { ends, reads, removes, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about launch templates. */
export const launchTemplateActions = {
  DescribeLaunchTemplates: { command: DescribeLaunchTemplatesCommand, ...reads },
  DescribeLaunchTemplateVersions: { command: DescribeLaunchTemplateVersionsCommand, ...reads },
  CreateLaunchTemplate: { command: CreateLaunchTemplateCommand, ...writes },
  // A version of the ledger takes the place of what somebody else may have written there since.
  CreateLaunchTemplateVersion: { command: CreateLaunchTemplateVersionCommand, ...ends },
  DeleteLaunchTemplate: { command: DeleteLaunchTemplateCommand, ...removes },
  DeleteLaunchTemplateVersions: { command: DeleteLaunchTemplateVersionsCommand, ...removes },
  ModifyLaunchTemplate: { command: ModifyLaunchTemplateCommand, ...writes },
} as const satisfies ActionTable
