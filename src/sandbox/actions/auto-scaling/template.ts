import { launchOf } from '../../scaling/launch.js'
import type { ScalingGroup, TemplateChoice } from '../../model/auto-scaling/records.js'
import { ApiError } from '../../wire/api-error.js'
import { string, structure } from '../../wire/shape.js'
import type { World } from '../../world/world.js'
import { findTemplate, mergeLaunchTemplate } from '../launch/named-template.js'
import { checkLaunch } from '../launch/run-instances.js'
import { invalid } from './found.js'

export const templateMembers = structure({ LaunchTemplateId: string, LaunchTemplateName: string, Version: string })

export interface TemplateRequest {
  readonly LaunchTemplateId?: string | undefined
  readonly LaunchTemplateName?: string | undefined
  readonly Version?: string | undefined
}

/** The launch template that a call names; what EC2 would not launch of it is refused in EC2's words. */
export function readTemplate(
  world: World,
  request: TemplateRequest,
  group: Pick<ScalingGroup, 'tags' | 'zones' | 'subnetIds'>,
): TemplateChoice {
  if ((request.LaunchTemplateId === undefined) === (request.LaunchTemplateName === undefined)) {
    throw invalid('Valid requests must contain either launchTemplateId or LaunchTemplateName')
  }
  try {
    const { id } = findTemplate(world, request)
    const choice = { templateId: id, version: request.Version ?? '$Default' }
    const [subnetId] = group.subnetIds
    const place = { zone: group.zones[0] ?? '', subnetId }
    checkLaunch(world, mergeLaunchTemplate(world, launchOf(world, group, choice, place)).parameters)
    return choice
  } catch (error) {
    if (error instanceof ApiError && !scarce.test(error.code)) {
      throw invalid(`You must use a valid fully-formed launch template. ${error.message}`)
    }
    if (!(error instanceof ApiError)) throw error
    const { id } = findTemplate(world, request)
    return { templateId: id, version: request.Version ?? '$Default' }
  }
}

/** What may be otherwise when it launches. */
const scarce = /^Insufficient|LimitExceeded$/

export function renderTemplate(world: World, { templateId, version }: TemplateChoice) {
  const template = world.launchTemplates.get(templateId)
  return { LaunchTemplateId: templateId, LaunchTemplateName: template?.name, Version: version }
}
