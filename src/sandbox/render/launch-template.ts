import type { LaunchTemplate, LaunchTemplateVersion } from '../model/launch-template.js'
import type { Xml, XmlRecord } from '../wire/xml.js'
import type { World } from '../world/world.js'
import { renderTags } from './tags.js'

function createdBy(accountId: string): string {
  return `arn:aws:iam::${accountId}:root`
}

export function renderTemplate(world: World, template: LaunchTemplate): XmlRecord {
  return {
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    createTime: new Date(template.createdAtMs),
    createdBy: createdBy(world.accountId),
    defaultVersionNumber: template.defaultVersion,
    latestVersionNumber: template.latestVersion,
    tagSet: renderTags(world.tags.get(template.id)),
  }
}

export function renderVersion(
  { accountId }: Pick<World, 'accountId'>,
  template: LaunchTemplate,
  version: LaunchTemplateVersion,
): XmlRecord {
  return {
    launchTemplateId: template.id,
    launchTemplateName: template.name,
    versionNumber: version.version,
    versionDescription: version.description,
    createTime: new Date(version.createdAtMs),
    createdBy: createdBy(accountId),
    defaultVersion: template.defaultVersion === version.version,
    launchTemplateData: toAnswer(version.data),
  }
}

/** Lists of a request whose name in the answer is not the request's with `Set` behind it. */
const listNames: Readonly<Record<string, string>> = {
  SecurityGroupId: 'securityGroupIdSet',
  SecurityGroup: 'securityGroupSet',
}
/** Inside a network interface. */
const interfaceListNames: Readonly<Record<string, string>> = { SecurityGroupId: 'groupSet' }

/** Data as it was sent -> as it is answered: names begin in lower case, lists end in `Set`. */
function toAnswer(data: XmlRecord, names: Readonly<Record<string, string>> = listNames): XmlRecord {
  const result: Record<string, Xml> = {}
  for (const [name, value] of Object.entries(data)) {
    const lower = (name[0] ?? '').toLowerCase() + name.slice(1)
    if (Array.isArray(value)) {
      const inner = name === 'NetworkInterface' ? interfaceListNames : listNames
      const items = (value as readonly Xml[]).map((item) => (isRecord(item) ? toAnswer(item, inner) : item))
      result[names[name] ?? `${lower}Set`] = items
    } else result[lower] = isRecord(value) ? toAnswer(value) : value
  }
  return result
}

function isRecord(value: Xml): value is XmlRecord {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
}
