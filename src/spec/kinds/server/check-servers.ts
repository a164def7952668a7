import { reportAt } from '../../context.js'
import type { Context } from '../../context.js'
import { findDependencies, findNamed } from '../../references/names.js'
import { isUnreadable } from '../../problem.js'
import type { Path } from '../../problem.js'
import { parseTemplate } from '../../references/templates.js'
import type { ServerShape } from '../../shape/stack-shape.generated.js'
import { utf8Length, volumeTypeRules } from '../../../model/volume-rules.js'
import { checkZone } from '../../checks/check-zone.js'

/** EC2 takes 16 KiB of user data, before it is encoded (EC2 User Guide, "Run commands when you launch an instance"). */
const userDataBytesMax = 16 * 1024

export function checkServers(context: Context): void {
  for (const [name, server] of context.servers) {
    if (!server) continue
    const path = ['servers', name]
    checkServerChoices(context, path, server)
    checkRootVolume(context, path, server)
    checkDependencies(context, [...path, 'dependsOn'], server.dependsOn)
    checkTemplates(context, path, server)
    if (server.elasticIp) {
      const message = 'elastic addresses are not supported yet'
      reportAt(context, [...path, 'elasticIp'])({ code: 'SPEC_NOT_YET', message, hint: 'leave `elasticIp` out' })
    }
  }
}

type ServerChoices = Pick<ServerShape, 'image' | 'zone' | 'subnet' | 'keyPair' | 'securityGroups'>

/** Reports mistakes in what every launch has to choose, also that of an archive's temporary server. */
export function checkServerChoices(context: Context, path: Path, server: ServerChoices): void {
  checkImage(context, path, server)
  checkPlace(context, path, server)
  checkNames(context, path, server)
}

const imageForms = 'an image is { owner, name }, { ssm } or an id'

function checkImage(context: Context, path: Path, { image }: ServerChoices): void {
  if (typeof image !== 'object') return
  if ('ssm' in image) {
    const other = (['owner', 'name', 'architecture'] as const).find((key) => key in image)
    if (other === undefined) return
    const message = `\`${other}\` cannot stand beside \`ssm\`, which names one image`
    reportAt(context, [...path, 'image', other], 'key')({ code: 'SPEC_CONFLICTING_KEYS', message, hint: imageForms })
    return
  }
  for (const key of ['owner', 'name'] as const) {
    if (key in image) continue
    const message = `\`${key}\` is missing in the image`
    reportAt(context, [...path, 'image', key], 'key')({ code: 'SPEC_MISSING_KEY', message, hint: imageForms })
    return
  }
}

function checkPlace(context: Context, path: Path, server: ServerChoices): void {
  checkZone(context, [...path, 'zone'], server.zone)
  if (!('zone' in server && 'subnet' in server)) return
  const message = '`subnet` cannot stand beside `zone`: a subnet lies in one zone'
  reportAt(
    context,
    [...path, 'subnet'],
    'key',
  )({ code: 'SPEC_CONFLICTING_KEYS', message, hint: 'leave one of them out' })
}

function checkRootVolume(context: Context, path: Path, { rootVolume }: ServerShape): void {
  if (!rootVolume?.type) return
  const rules = volumeTypeRules[rootVolume.type]
  if (!rules.isBootable) {
    const message = `a server cannot boot from a volume of type ${rootVolume.type}`
    reportAt(context, [...path, 'rootVolume', 'type'])({ code: 'SPEC_VOLUME_TYPE', message })
    return
  }
  if (rules.iops?.isRequired) {
    const message = `a root volume of type ${rootVolume.type} needs iops, which cannot be given for root volumes yet`
    reportAt(context, [...path, 'rootVolume', 'type'])({ code: 'SPEC_NOT_YET', message, hint: 'use gp3' })
    return
  }
  const [minimum, maximum] = rules.sizeGiB
  if (rootVolume.size === undefined || (rootVolume.size >= minimum && rootVolume.size <= maximum)) return
  const message = `a volume of type ${rootVolume.type} has ${minimum} to ${maximum} GiB, not ${rootVolume.size}`
  reportAt(context, [...path, 'rootVolume', 'size'])({ code: 'SPEC_VOLUME_TYPE', message })
}

function checkNames(context: Context, path: Path, server: ServerChoices): void {
  if (server.keyPair !== undefined) {
    findNamed(context, 'keyPair', server.keyPair, reportAt(context, [...path, 'keyPair']))
  }
  for (const [index, group] of (server.securityGroups ?? []).entries()) {
    if (group === undefined) continue
    findNamed(context, 'securityGroup', group, reportAt(context, [...path, 'securityGroups', index]))
  }
}

/** Reports members of `dependsOn` that name nothing. */
export function checkDependencies(
  context: Context,
  path: Path,
  dependencies: readonly (string | undefined)[] | undefined,
): void {
  for (const [index, dependency] of (dependencies ?? []).entries()) {
    if (dependency !== undefined) findDependencies(context, dependency, reportAt(context, [...path, index]))
  }
}

function checkTemplates(context: Context, path: Path, server: ServerShape): void {
  for (const [index, command] of (server.setup ?? []).entries()) {
    if (command !== undefined) parseTemplate(context, command, reportAt(context, [...path, 'setup', index]))
  }
  if (server.userData === undefined || isUnreadable(server, 'userData')) return
  const { parts } = parseTemplate(context, server.userData, reportAt(context, [...path, 'userData']))
  const bytes = parts.reduce((sum, part) => sum + (typeof part === 'string' ? utf8Length(part) : 0), 0)
  if (bytes <= userDataBytesMax) return
  const message = `user data has ${bytes} bytes; EC2 takes ${userDataBytesMax}`
  const hint = 'move the rest into a file that a sync rule copies, or into setup'
  reportAt(context, [...path, 'userData'], 'key')({ code: 'SPEC_USER_DATA_TOO_LONG', message, hint })
}
