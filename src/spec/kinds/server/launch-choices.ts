import { required } from '../../../core/assert.js'
import { digestOfText } from '../../../core/digest.js'
import { addressOf, type Address } from '../../../model/address.js'
import { generatedName } from '../../../model/kinds/kinds.js'
import type { ServerSpec } from '../../../model/kinds/server.js'
import { existingKey, type ExistingSelector } from '../../../model/launch/existing.js'
import type { ImageSelector } from '../../../model/launch/image.js'
import type { SubnetSelector } from '../../../model/launch/subnet.js'
import type { Context } from '../../context.js'
import { existingOf, tagWritten } from '../existing.js'
import { ignore } from '../../problem.js'
import { findNamed } from '../../references/declared-names.js'
import { isNetworkSubnet } from '../network/subnet-names.js'
import type { GroupChoiceShape, ImageShape, ServerShape, SubnetShape } from '../../shape/stack-shape.generated.js'

type Written = Pick<ServerShape, 'image' | 'type' | 'zone' | 'subnet' | 'keyPair' | 'securityGroups' | 'user'>
type Groups = Pick<ServerSpec, 'securityGroups' | 'existingGroups'>
type Choices = Pick<
  ServerSpec,
  'image' | 'type' | 'zone' | 'subnet' | 'keyPair' | 'existingKeyPair' | 'securityGroups' | 'existingGroups' | 'user'
>

/** What every launch has to choose, that of an archive's temporary server too. */
export function launchChoices(context: Context, entry: Written): Choices {
  return {
    image: imageOf(required(entry.image, 'image')),
    type: required(entry.type, 'type'),
    zone: entry.zone,
    subnet: entry.subnet === undefined ? undefined : subnetOf(context, entry.subnet),
    ...keyPairOf(context, entry),
    ...groupsOf(context, entry),
    user: entry.user,
  }
}

function keyPairOf(context: Context, { keyPair }: Written): Pick<Choices, 'keyPair' | 'existingKeyPair'> {
  const existingKeyPair = keyPair === undefined ? undefined : existingOf(context, 'keyPair', keyPair)
  if (existingKeyPair) return { keyPair: existingKeyPairAddress(existingKeyPair), existingKeyPair }
  if (typeof keyPair === 'string')
    return { keyPair: addressOf('keyPair', required(findNamed(context, 'keyPair', keyPair, ignore), 'key pair')) }
  const [only, ...others] = context.keyPairs.keys()
  return { keyPair: addressOf('keyPair', only !== undefined && others.length === 0 ? only : generatedName) }
}

/** What a pair that no entry stands for is called, so that what is known of a server's keys has a name. */
function existingKeyPairAddress(selector: ExistingSelector): Address {
  return addressOf(
    'keyPair',
    selector.kind === 'id' ? selector.id : `existing-${digestOfText(existingKey(selector), 12)}`,
  )
}

function groupsOf(context: Context, { securityGroups }: Written): Groups {
  if (securityGroups === undefined) return { securityGroups: [addressOf('securityGroup', generatedName)] }
  return chosenGroups(context, securityGroups)
}

/** Those of the file by address, and those that are there already, each once. */
export function chosenGroups(context: Context, securityGroups: readonly (GroupChoiceShape | undefined)[]): Groups {
  const names = new Set<string>()
  const existing = new Map<string, ExistingSelector>()
  for (const written of securityGroups) {
    const selector = existingOf(context, 'securityGroup', written ?? '')
    if (selector) existing.set(existingKey(selector), selector)
    else if (typeof written === 'string') names.add(findNamed(context, 'securityGroup', written, ignore) ?? '')
  }
  return {
    securityGroups: [...names].toSorted().map((name) => addressOf('securityGroup', name)),
    ...(existing.size > 0 && {
      existingGroups: [...existing].toSorted(([left], [right]) => (left < right ? -1 : 1)).map(([, one]) => one),
    }),
  }
}

export function imageOf(image: ImageShape): ImageSelector {
  if (typeof image === 'string') {
    return image.startsWith('image.') ? { kind: 'built', image: image as Address } : { kind: 'id', id: image }
  }
  if (image.ssm !== undefined) return { kind: 'ssm', parameter: image.ssm }
  return {
    kind: 'name',
    owner: required(image.owner, 'owner'),
    name: required(image.name, 'name'),
    architecture: image.architecture ?? 'x86_64',
  }
}

export function subnetOf(context: Context, subnet: SubnetShape): SubnetSelector {
  if (isNetworkSubnet(subnet)) {
    const name = required(findNamed(context, 'network', subnet, ignore), 'subnet')
    return { kind: 'network', address: addressOf('network', name) }
  }
  if (typeof subnet === 'string') return { kind: 'id', id: subnet }
  return { kind: 'tag', ...tagWritten(required(subnet.tag, 'tag')) }
}
