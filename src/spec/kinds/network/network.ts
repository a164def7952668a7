import { addressOf } from '../../../model/address.js'
import type { NetworkSpec } from '../../../model/kinds/network.js'
import { inOrder, tagsOf } from '../entries.js'
import type { SpecKind } from '../spec-kind.js'
import type { Entries, Sections } from '../../sections.js'
import { checkNetworks } from './check-networks.js'
import { partsOf } from './network-parts.js'

/** Networks and their subnets, which are named as `lab` and `lab.a`; what else they are made of follows from them. */
export const network: SpecKind<'network'> = {
  word: 'network or subnet',
  entries: namedEntries,
  pathOf: (name) => {
    const [whole = '', subnet] = name.split('.')
    return subnet === undefined ? ['networks', whole] : ['networks', whole, 'subnets', subnet]
  },
  attributes: ['id'],
  isGenerated: false,
  isAwaited: false,
  templates: {},
  check: checkNetworks,
  specs: (context) =>
    inOrder(context.networks)
      .flatMap(([name, entry]): readonly NetworkSpec[] =>
        partsOf(context, addressOf('network', name), entry, tagsOf(context, entry.tags)),
      )
      .toSorted((left, right) => (left.address < right.address ? -1 : 1)),
}

function namedEntries({ networks }: Sections): Entries<object> {
  const named = new Map<string, object | undefined>()
  for (const [name, entry] of networks) {
    named.set(name, entry)
    for (const subnet of Object.keys(entry?.subnets ?? {})) {
      named.set(`${name}.${subnet}`, entry?.subnets?.[subnet] ?? undefined)
    }
  }
  return named
}
