import { checkId, newId, notFound, resourceKinds } from '../../model/ids.js'
import { versionId, type LaunchTemplate, type LaunchTemplateVersion } from '../../model/launch-template.js'
import { quotas } from '../../model/quotas.js'
import { readTagSpecifications } from '../../model/tags.js'
import { renderTemplate, renderVersion } from '../../render/launch-template.js'
import { ApiError, invalidCombination, invalidValue } from '../../wire/api-error.js'
import { filterList, list, paging, required, string, structure, tagSpecifications } from '../../wire/shape.js'
import type { XmlRecord } from '../../wire/xml.js'
import { findByToken, rememberToken } from '../../world/token.js'
import { noteCreation } from '../../world/visibility.js'
import type { World } from '../../world/world.js'
import { defineAction } from '../action.js'
import { describeRecords, pageRules } from '../describe.js'
import { launchMembers } from './members.js'
import { findTemplate, findVersion, templateNameNotFound } from './named-template.js'

const templateData = structure(launchMembers)
const tokenLength = 128
/** 3 to 128 characters of these (EC2 API reference, CreateLaunchTemplate). */
const namePattern = /^[a-zA-Z0-9().\-/_]{3,128}$/

export const createLaunchTemplate = defineAction({
  name: 'CreateLaunchTemplate',
  effect: 'writes',
  members: {
    ClientToken: string,
    LaunchTemplateName: required(string),
    VersionDescription: string,
    LaunchTemplateData: required(templateData),
    TagSpecification: tagSpecifications,
  },
  run: (parameters, world) => {
    const { LaunchTemplateName: name, LaunchTemplateData: data, VersionDescription: description } = parameters
    const token = {
      action: 'CreateLaunchTemplate',
      token: parameters.ClientToken,
      parameters,
      lengthMaximum: tokenLength,
    }
    const [earlier] = findByToken(world, token) ?? []
    const existing = earlier === undefined ? undefined : world.launchTemplates.get(earlier)
    if (existing) return { launchTemplate: renderTemplate(world, existing) }
    if (!namePattern.test(name)) {
      throw new ApiError(
        'InvalidLaunchTemplateName.MalformedException',
        'A launch template name must be between 3 and 128 characters and may contain letters, numbers and the following characters: ( ) . - / _',
      )
    }
    const tags = readTagSpecifications(parameters.TagSpecification, ['launch-template'])
    if (world.launchTemplates.withKey(name).length > 0) {
      throw new ApiError('InvalidLaunchTemplateName.AlreadyExistsException', 'Launch template name already in use.')
    }
    if (world.launchTemplates.size >= quotas.launchTemplates) {
      throw new ApiError('MaxTemplateLimitExceeded', 'The maximum number of launch templates has been reached.')
    }
    checkDescription(description)
    const template = world.launchTemplates.put({
      id: newId('lt'),
      sequence: world.nextSequence(),
      name,
      createdAtMs: world.now(),
      defaultVersion: 1,
      latestVersion: 1,
    })
    putVersion(world, template, 1, description, data)
    world.tags.put(template.id, tags['launch-template'])
    noteCreation(world, template.id)
    rememberToken(world, token, [template.id])
    return { launchTemplate: renderTemplate(world, template) }
  },
})

function checkDescription(description: string | undefined): void {
  if (description !== undefined && description.length > 255)
    throw invalidValue('Version descriptions are at most 255 characters long')
}

function putVersion(
  world: World,
  template: LaunchTemplate,
  version: number,
  description: string | undefined,
  data: XmlRecord,
): LaunchTemplateVersion {
  return world.launchTemplateVersions.put({
    id: versionId(template.id, version),
    sequence: world.nextSequence(),
    templateId: template.id,
    version,
    description,
    createdAtMs: world.now(),
    data,
  })
}

const reference = { LaunchTemplateId: string, LaunchTemplateName: string } as const

export const createLaunchTemplateVersion = defineAction({
  name: 'CreateLaunchTemplateVersion',
  effect: 'writes',
  members: {
    ...reference,
    ClientToken: string,
    SourceVersion: string,
    VersionDescription: string,
    LaunchTemplateData: required(templateData),
  },
  run: (parameters, world) => {
    const template = findTemplate(world, parameters)
    const token = {
      action: 'CreateLaunchTemplateVersion',
      token: parameters.ClientToken,
      parameters,
      lengthMaximum: tokenLength,
    }
    const [earlier] = findByToken(world, token) ?? []
    const existing = earlier === undefined ? undefined : world.launchTemplateVersions.get(earlier)
    if (existing) return { launchTemplateVersion: renderVersion(world, template, existing) }
    checkDescription(parameters.VersionDescription)
    if (world.launchTemplateVersions.withKey(template.id).length >= quotas.launchTemplateVersions) {
      throw new ApiError(
        'MaxTemplateVersionLimitExceeded',
        'The maximum number of versions of this launch template has been reached.',
      )
    }
    const source =
      parameters.SourceVersion === undefined ? {} : findVersion(world, template, parameters.SourceVersion).data
    const number = template.latestVersion + 1
    const version = putVersion(world, template, number, parameters.VersionDescription, {
      ...source,
      ...(parameters.LaunchTemplateData as XmlRecord),
    })
    world.launchTemplates.put({ ...template, latestVersion: number })
    rememberToken(world, token, [version.id])
    return { launchTemplateVersion: renderVersion(world, template, version) }
  },
})

export const deleteLaunchTemplate = defineAction({
  name: 'DeleteLaunchTemplate',
  effect: 'writes',
  members: reference,
  run: (parameters, world) => {
    const template = findTemplate(world, parameters)
    const answer = { launchTemplate: renderTemplate(world, template) }
    for (const version of world.launchTemplateVersions.withKey(template.id))
      world.launchTemplateVersions.delete(version.id)
    world.launchTemplates.delete(template.id)
    world.tags.delete(template.id)
    return answer
  },
})

export const deleteLaunchTemplateVersions = defineAction({
  name: 'DeleteLaunchTemplateVersions',
  effect: 'writes',
  members: { ...reference, LaunchTemplateVersion: required(list(string)) },
  run: (parameters, world) => {
    const template = findTemplate(world, parameters)
    const deleted: XmlRecord[] = []
    const refused: XmlRecord[] = []
    for (const text of parameters.LaunchTemplateVersion) {
      const version = world.launchTemplateVersions.get(versionId(template.id, Number(text)))
      const row = { launchTemplateId: template.id, launchTemplateName: template.name, versionNumber: Number(text) || 0 }
      if (!version)
        refused.push({
          ...row,
          responseError: { code: 'launchTemplateVersionDoesNotExist', message: `The version ${text} does not exist.` },
        })
      else if (version.version === template.defaultVersion) {
        refused.push({
          ...row,
          responseError: {
            code: 'operationNotPermitted',
            message: 'The default version of a launch template cannot be deleted.',
          },
        })
      } else {
        world.launchTemplateVersions.delete(version.id)
        deleted.push(row)
      }
    }
    return {
      successfullyDeletedLaunchTemplateVersionSet: deleted,
      unsuccessfullyDeletedLaunchTemplateVersionSet: refused,
    }
  },
})

export const modifyLaunchTemplate = defineAction({
  name: 'ModifyLaunchTemplate',
  effect: 'writes',
  members: { ...reference, ClientToken: string, SetDefaultVersion: string },
  run: (parameters, world) => {
    const template = findTemplate(world, parameters)
    if (parameters.SetDefaultVersion === undefined) return { launchTemplate: renderTemplate(world, template) }
    const { version } = findVersion(world, template, parameters.SetDefaultVersion)
    return {
      launchTemplate: renderTemplate(world, world.launchTemplates.put({ ...template, defaultVersion: version })),
    }
  },
})

export const describeLaunchTemplates = defineAction({
  name: 'DescribeLaunchTemplates',
  effect: 'reads',
  members: { LaunchTemplateId: list(string), LaunchTemplateName: list(string), Filter: filterList, ...paging },
  run: (parameters, world) => {
    const names = parameters.LaunchTemplateName ?? []
    const byName = names.map((name) => {
      const [template] = world.launchTemplates.withKey(name)
      if (!template) throw templateNameNotFound(name)
      return template.id
    })
    const page = describeRecords(world, {
      action: 'DescribeLaunchTemplates',
      kind: resourceKinds.launchTemplate,
      source: world.launchTemplates,
      ids: names.length > 0 ? [...(parameters.LaunchTemplateId ?? []), ...byName] : parameters.LaunchTemplateId,
      request: parameters,
      filters: {
        'create-time': ({ createdAtMs }) => new Date(createdAtMs).toISOString(),
        'launch-template-name': ({ name }) => name,
      },
      page: pageRules.launchTemplates,
    })
    return { launchTemplates: page.items.map((template) => renderTemplate(world, template)), nextToken: page.nextToken }
  },
})

export const describeLaunchTemplateVersions = defineAction({
  name: 'DescribeLaunchTemplateVersions',
  effect: 'reads',
  members: {
    ...reference,
    LaunchTemplateVersion: list(string),
    MinVersion: string,
    MaxVersion: string,
    Filter: filterList,
    ...paging,
  },
  run: (parameters, world) => {
    const { LaunchTemplateVersion: wanted = [], MinVersion, MaxVersion } = parameters
    if (wanted.length > 0 && (MinVersion !== undefined || MaxVersion !== undefined)) {
      throw invalidCombination('Versions and minVersion or maxVersion may not be specified together')
    }
    const versions = versionsFor(world, parameters).filter(
      ({ version }) => version >= Number(MinVersion ?? 1) && version <= Number(MaxVersion ?? Infinity),
    )
    const templateOf = (version: LaunchTemplateVersion) => world.launchTemplates.get(version.templateId)
    const page = describeRecords<LaunchTemplateVersion>(world, {
      action: 'DescribeLaunchTemplateVersions',
      kind: resourceKinds.launchTemplate,
      source: { get: (id) => versions.find((version) => version.id === id), values: () => versions },
      ids: undefined,
      request: parameters,
      filters: {
        'create-time': ({ createdAtMs }) => new Date(createdAtMs).toISOString(),
        'image-id': ({ data }) => data['ImageId'] as string | undefined,
        'instance-type': ({ data }) => data['InstanceType'] as string | undefined,
        'is-default-version': (version) => templateOf(version)?.defaultVersion === version.version,
      },
      page: pageRules.launchTemplateVersions,
    })
    const launchTemplateVersionSet = page.items.map((version) => {
      const template = templateOf(version)
      return template && renderVersion(world, template, version)
    })
    return { launchTemplateVersionSet, nextToken: page.nextToken }
  },
})

/** The versions of one template, or `$Latest` and `$Default` of all. */
function versionsFor(
  world: World,
  parameters: {
    readonly LaunchTemplateId?: string | undefined
    readonly LaunchTemplateName?: string | undefined
    readonly LaunchTemplateVersion?: readonly string[] | undefined
  },
): readonly LaunchTemplateVersion[] {
  const { LaunchTemplateId, LaunchTemplateName, LaunchTemplateVersion: wanted = [] } = parameters
  if (LaunchTemplateId !== undefined) checkExists(world, LaunchTemplateId)
  if (LaunchTemplateId !== undefined || LaunchTemplateName !== undefined) {
    const template = findTemplate(world, { LaunchTemplateId, LaunchTemplateName })
    if (wanted.length === 0) return world.launchTemplateVersions.withKey(template.id)
    return unique(wanted.map((text) => findVersion(world, template, text)))
  }
  const aliases = wanted.filter((text) => text === '$Latest' || text === '$Default')
  if (aliases.length === 0 || aliases.length < wanted.length) {
    throw new ApiError(
      'MissingParameter',
      'When no launch template ID or launch template name is given, only the versions $Latest and $Default can be described',
    )
  }
  return unique(
    world.launchTemplates.values().flatMap((template) => aliases.map((text) => findVersion(world, template, text))),
  )
}

function checkExists(world: World, id: string): void {
  checkId(resourceKinds.launchTemplate, id)
  if (!world.launchTemplates.get(id)) throw notFound(resourceKinds.launchTemplate, [id])
}

function unique(versions: readonly LaunchTemplateVersion[]): readonly LaunchTemplateVersion[] {
  return [...new Map(versions.map((version) => [version.id, version])).values()].sort(
    (left, right) => left.sequence - right.sequence,
  )
}
