import { reportAt } from '../../context.js'
import type { Context } from '../../context.js'
import { checkDependencies } from '../../references/dependencies.js'
import { findWay } from './find-way.js'
import { isUnreadable } from '../../problem.js'
import type { Path } from '../../problem.js'
import { parseTemplate } from '../../references/templates.js'
import type { ServerShape } from '../../shape/stack-shape.generated.js'
import { utf8Length, volumeTypeRules } from '../../../model/inside/volume-rules.js'
import { checkIgnored } from '../ignore-changes.js'
import { checkAlternatives } from './server-alternatives.js'
import { checkOptions } from './server-options.js'
import { checkLaunchChoices } from './check-launch-choices.js'
import { checkRolling } from './rolling.js'

/** EC2 takes 16 KiB of user data, before it is encoded (EC2 User Guide, "Run commands when you launch an instance"). */
const userDataBytesMax = 16 * 1024

/** The longest that a reference stands for: the id of a volume. */
const referenceBytes = 'vol-0123456789abcdef0'.length

/** Reports what is wrong with each server. */
export function checkServers(context: Context): void {
  for (const [name, server] of context.servers) {
    if (!server) continue
    const path = ['servers', name]
    checkLaunchChoices(context, path, server)
    checkAdoption(context, path, server)
    checkRootVolume(context, path, server)
    checkDependencies(context, [...path, 'dependsOn'], server.dependsOn)
    if (server.via !== undefined) findWay(context, server.via, reportAt(context, [...path, 'via']))
    checkTemplates(context, path, server)
    checkOptions(context, path, server)
    checkRolling(context, path, server)
    checkAlternatives(context, path, name, server)
    checkIgnored(context, 'server', path, server)
  }
}

function checkAdoption(context: Context, path: Path, server: ServerShape): void {
  if (!('instanceId' in server) || !('count' in server)) return
  const message = '`count` cannot stand beside `instanceId`: an id names one instance'
  const hint = 'write an entry for each instance'
  reportAt(context, [...path, 'instanceId'], 'key')({ code: 'SPEC_CONFLICTING_KEYS', message, hint })
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

function checkTemplates(context: Context, path: Path, server: ServerShape): void {
  for (const [index, command] of (server.setup ?? []).entries()) {
    if (command !== undefined) parseTemplate(context, command, reportAt(context, [...path, 'setup', index]))
  }
  checkUserData(context, path, server)
}

/** Whether references in it can be known, and EC2 takes so much. */
export function checkUserData(context: Context, path: Path, server: Pick<ServerShape, 'userData'>): void {
  if (server.userData === undefined || isUnreadable(server, 'userData')) return
  const { parts } = parseTemplate(context, server.userData, reportAt(context, [...path, 'userData']))
  const bytes = parts.reduce((sum, part) => sum + (typeof part === 'string' ? utf8Length(part) : referenceBytes), 0)
  if (bytes <= userDataBytesMax) return
  const message = `user data has ${bytes} bytes; EC2 takes ${userDataBytesMax}`
  const hint = 'move the rest into a file that a sync rule copies, or into setup'
  reportAt(context, [...path, 'userData'], 'key')({ code: 'SPEC_USER_DATA_TOO_LONG', message, hint })
}
