import { required } from '../../../core/assert.js'
import { addressOf } from '../../../model/address.js'
import { generatedName } from '../../../model/kinds/kinds.js'
import type { ServerSpec } from '../../../model/kinds/server.js'
import type { ImageSelector } from '../../../model/launch/image.js'
import type { SubnetSelector } from '../../../model/launch/subnet.js'
import type { Context } from '../../context.js'
import { ignore } from '../../problem.js'
import { findNamed } from '../../references/declared-names.js'
import type { ImageShape, ServerShape, SubnetShape } from '../../shape/stack-shape.generated.js'

type Written = Pick<ServerShape, 'image' | 'type' | 'zone' | 'subnet' | 'keyPair' | 'securityGroups' | 'user'>
type Choices = Pick<ServerSpec, 'image' | 'type' | 'zone' | 'subnet' | 'keyPair' | 'securityGroups' | 'user'>

/** What every launch has to choose, that of an archive's temporary server too. */
export function launchChoices(context: Context, entry: Written): Choices {
  return {
    image: imageOf(required(entry.image, 'image')),
    type: required(entry.type, 'type'),
    zone: entry.zone,
    subnet: entry.subnet === undefined ? undefined : subnetOf(entry.subnet),
    keyPair: addressOf('keyPair', keyPairNameOf(context, entry)),
    securityGroups: groupNamesOf(context, entry).map((group) => addressOf('securityGroup', group)),
    user: entry.user,
  }
}

function keyPairNameOf(context: Context, entry: Written): string {
  if (entry.keyPair !== undefined) return required(findNamed(context, 'keyPair', entry.keyPair, ignore), 'key pair')
  const [only, ...others] = context.keyPairs.keys()
  return only !== undefined && others.length === 0 ? only : generatedName
}

function groupNamesOf(context: Context, entry: Written): string[] {
  if (entry.securityGroups === undefined) return [generatedName]
  const names = entry.securityGroups.map((group) => findNamed(context, 'securityGroup', group ?? '', ignore) ?? '')
  return [...new Set(names)].toSorted()
}

function imageOf(image: ImageShape): ImageSelector {
  if (typeof image === 'string') return { kind: 'id', id: image }
  if (image.ssm !== undefined) return { kind: 'ssm', parameter: image.ssm }
  return {
    kind: 'name',
    owner: required(image.owner, 'owner'),
    name: required(image.name, 'name'),
    architecture: image.architecture ?? 'x86_64',
  }
}

function subnetOf(subnet: SubnetShape): SubnetSelector {
  if (typeof subnet === 'string') return { kind: 'id', id: subnet }
  const tag = required(subnet.tag, 'tag')
  if (typeof tag === 'string') {
    const equals = tag.indexOf('=')
    return { kind: 'tag', key: tag.slice(0, equals), value: tag.slice(equals + 1) }
  }
  const [[key, value] = ['', '']] = Object.entries(tag)
  return { kind: 'tag', key, value: required(value, 'value') }
}
