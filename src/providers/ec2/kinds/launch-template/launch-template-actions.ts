import {
  CreateLaunchTemplateCommand,
  CreateLaunchTemplateVersionCommand,
  DeleteLaunchTemplateCommand,
  DeleteLaunchTemplateVersionsCommand,
  DescribeLaunchTemplateVersionsCommand,
  DescribeLaunchTemplatesCommand,
  ModifyLaunchTemplateCommand,
} from '@aws-sdk/client-ec2'
import { reads, writes, type ActionTable } from '../../wire/action-facts.js'

/** The calls about launch templates. */
export const launchTemplateActions = {
  DescribeLaunchTemplates: { command: DescribeLaunchTemplatesCommand, ...reads },
  DescribeLaunchTemplateVersions: { command: DescribeLaunchTemplateVersionsCommand, ...reads },
  CreateLaunchTemplate: { command: CreateLaunchTemplateCommand, ...writes },
  CreateLaunchTemplateVersion: { command: CreateLaunchTemplateVersionCommand, ...writes },
  DeleteLaunchTemplate: { command: DeleteLaunchTemplateCommand, ...writes },
  DeleteLaunchTemplateVersions: { command: DeleteLaunchTemplateVersionsCommand, ...writes },
  ModifyLaunchTemplate: { command: ModifyLaunchTemplateCommand, ...writes },
} as const satisfies ActionTable
