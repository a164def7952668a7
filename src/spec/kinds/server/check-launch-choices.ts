import { reportAt } from '../../context.js'
import type { Context } from '../../context.js'
import type { Path } from '../../problem.js'
import { findNamed } from '../../references/declared-names.js'
import type { ServerShape } from '../../shape/stack-shape.generated.js'
import { checkExisting, existingOf } from '../existing.js'
import { checkSubnetName } from '../network/subnet-names.js'
import { checkZone } from '../check-zone.js'

type ServerChoices = Pick<ServerShape, 'image' | 'zone' | 'subnet' | 'keyPair' | 'securityGroups'>

/** Reports mistakes in what every launch has to choose, also that of an archive's temporary server. */
export function checkLaunchChoices(context: Context, path: Path, server: ServerChoices): void {
  checkImage(context, path, server)
  checkPlace(context, path, server)
  checkNames(context, path, server)
}

const imageForms = 'an image is { owner, name }, { ssm } or an id'

export function checkImage(context: Context, path: Path, { image }: Pick<ServerChoices, 'image'>): void {
  if (typeof image === 'string' && image.startsWith('image.')) {
    findNamed(context, 'image', image, reportAt(context, [...path, 'image']))
  }
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
  checkSubnetName(context, [...path, 'subnet'], server.subnet)
  if (!('zone' in server && 'subnet' in server)) return
  const message = '`subnet` cannot stand beside `zone`: a subnet lies in one zone'
  reportAt(
    context,
    [...path, 'subnet'],
    'key',
  )({ code: 'SPEC_CONFLICTING_KEYS', message, hint: 'leave one of them out' })
}

function checkNames(context: Context, path: Path, server: ServerChoices): void {
  const { keyPair } = server
  if (typeof keyPair === 'object') checkExisting(context, [...path, 'keyPair'], keyPair, ['name', 'tag'])
  else if (keyPair !== undefined && !existingOf(context, 'keyPair', keyPair))
    findNamed(context, 'keyPair', keyPair, reportAt(context, [...path, 'keyPair']))
  checkChosenGroups(context, path, server)
}

/** Reports what among the groups that something is to wear names none. */
export function checkChosenGroups(
  context: Context,
  path: Path,
  { securityGroups = [] }: Pick<ServerChoices, 'securityGroups'>,
): void {
  for (const [index, group] of securityGroups.entries()) {
    if (typeof group !== 'string' || existingOf(context, 'securityGroup', group)) continue
    findNamed(context, 'securityGroup', group, reportAt(context, [...path, 'securityGroups', index]))
  }
}
