import { checkId, notFound, resourceKinds } from '../../model/ids.js'
import { versionId, type LaunchTemplate, type LaunchTemplateVersion } from '../../model/launch-template.js'
import type { Tags } from '../../model/tags.js'
import { ApiError, invalidCombination, missingParameter } from '../../wire/api-error.js'
import type { TagSpecification } from '../../wire/shape.js'
import { isVisible } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import type { RunInstancesParameters } from './members.js'

interface TemplateReference {
  readonly LaunchTemplateId?: string | undefined
  readonly LaunchTemplateName?: string | undefined
}

/** The template that a call names by id or by name, never both. */
export function findTemplate(
  world: World,
  { LaunchTemplateId: id, LaunchTemplateName: name }: TemplateReference,
): LaunchTemplate {
  if (id !== undefined && name !== undefined) {
    throw invalidCombination('The parameters launchTemplateId and launchTemplateName may not be specified together')
  }
  if (id !== undefined) {
    checkId(resourceKinds.launchTemplate, id)
    const template = world.launchTemplates.get(id)
    if (!template || !isVisible(world, id, 'mutate')) throw notFound(resourceKinds.launchTemplate, [id])
    return template
  }
  if (name === undefined) throw missingParameter('LaunchTemplateId')
  const [template] = world.launchTemplates.withKey(name)
  if (!template || !isVisible(world, template.id, 'mutate')) throw templateNameNotFound(name)
  return template
}

export function templateNameNotFound(name: string): ApiError {
  return new ApiError(
    'InvalidLaunchTemplateName.NotFoundException',
    `The specified launch template, with template name ${name}, does not exist.`,
  )
}

/** A version by number, `$Default` or `$Latest`. */
export function findVersion(world: World, template: LaunchTemplate, text: string | undefined): LaunchTemplateVersion {
  const wanted = resolveVersion(world, template, text ?? '$Default')
  const version = wanted === undefined ? undefined : world.launchTemplateVersions.get(versionId(template.id, wanted))
  if (version) return version
  throw new ApiError(
    'InvalidLaunchTemplateId.VersionNotFound',
    `Could not find the specified version ${text} for the launch template with ID ${template.id}.`,
  )
}

function resolveVersion(world: World, template: LaunchTemplate, text: string): number | undefined {
  if (text === '$Default') return template.defaultVersion
  if (text === '$Latest') return world.launchTemplateVersions.withKey(template.id).at(-1)?.version
  return /^[1-9][0-9]{0,8}$/.test(text) ? Number(text) : undefined
}

/** The parameters of a call with those of its launch template under them, and the tags that EC2 adds for the template. */
export function mergeLaunchTemplate(
  world: World,
  given: RunInstancesParameters,
): { readonly parameters: RunInstancesParameters; readonly templateTags: Tags } {
  if (!given.LaunchTemplate) return { parameters: given, templateTags: {} }
  const template = findTemplate(world, given.LaunchTemplate)
  const version = findVersion(world, template, given.LaunchTemplate.Version)
  const data = version.data as unknown as Partial<RunInstancesParameters>
  const tagSpecifications = mergeSpecifications(data.TagSpecification, given.TagSpecification)
  const parameters = { ...data, ...given, TagSpecification: tagSpecifications }
  const templateTags = {
    'aws:ec2launchtemplate:id': template.id,
    'aws:ec2launchtemplate:version': String(version.version),
  }
  return { parameters, templateTags }
}

function mergeSpecifications(
  under: readonly TagSpecification[] | undefined,
  over: readonly TagSpecification[] | undefined,
): readonly TagSpecification[] {
  const kept = (under ?? []).filter((one) => !over?.some((other) => other.ResourceType === one.ResourceType))
  const merged = (over ?? []).map((one) => {
    const beneath = under?.find((other) => other.ResourceType === one.ResourceType)?.Tag ?? []
    const keys = new Set((one.Tag ?? []).map((tag) => tag.Key))
    return { ...one, Tag: [...(one.Tag ?? []), ...beneath.filter((tag) => !keys.has(tag.Key))] }
  })
  return [...kept, ...merged]
}
