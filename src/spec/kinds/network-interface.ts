import { required } from '../../core/assert.js'
import { parseAddress } from '../../model/address.js'
import { interfaceOf, type InterfaceSpec } from '../../model/kinds/network-interface.js'
import type { ServerSpec } from '../../model/kinds/server.js'
import type { Context } from '../context.js'
import { isUnreadable } from '../problem.js'
import type { Entries, Sections } from '../sections.js'
import type { InterfaceShape } from '../shape/stack-shape.generated.js'
import { checkChosenGroups } from './server/check-launch-choices.js'
import { chosenGroups, subnetOf } from './server/launch-choices.js'
import { checkSubnetName } from './network/subnet-names.js'
import { checkAddressPlaces } from './server/address-places.js'
import { addressesOf, checkAddresses } from './server/private-addresses.js'
import type { SpecKind } from './spec-kind.js'

/** Network interfaces beside those that servers are launched with: called within their server, as `web.storage`. */
export const networkInterface: SpecKind<'interface'> = {
  word: 'network interface',
  entries: namedEntries,
  pathOf: (name) => {
    const [server = '', own = ''] = name.split('.')
    return ['servers', server, 'interfaces', own]
  },
  countOf: ({ servers }, name) => {
    const entry = servers.get(name.split('.')[0] ?? '')
    return !entry || isUnreadable(entry, 'count') ? 'unreadable' : entry.count
  },
  attributes: ['id', 'privateIp'],
  isGenerated: false,
  isAwaited: false,
  templates: {},
  check: checkInterfaces,
  specs: (context, specsOf) =>
    specsOf('server')
      .flatMap((server) =>
        Object.entries(context.servers.get(parseAddress(server.address)?.name ?? '')?.interfaces ?? {}).map(
          ([name, entry]) => interfaceSpec(context, server, name, required(entry, 'an interface')),
        ),
      )
      .toSorted((left, right) => (left.address < right.address ? -1 : 1)),
}

function namedEntries({ servers }: Sections): Entries<object> {
  const named = new Map<string, object | undefined>()
  for (const [server, entry] of servers) {
    for (const [name, one] of Object.entries(entry?.interfaces ?? {})) named.set(`${server}.${name}`, one ?? undefined)
  }
  return named
}

function checkInterfaces(context: Context): void {
  checkAddressPlaces(context)
  for (const [server, entry] of context.servers) {
    const counted = entry && 'count' in entry ? { count: entry.count } : undefined
    for (const [name, one] of Object.entries(entry?.interfaces ?? {})) {
      if (!one) continue
      const path = ['servers', server, 'interfaces', name]
      checkSubnetName(context, [...path, 'subnet'], one.subnet)
      checkChosenGroups(context, path, one)
      checkAddresses(context, path, one, counted)
    }
  }
}

function interfaceSpec(context: Context, server: ServerSpec, name: string, entry: InterfaceShape): InterfaceSpec {
  const {
    privateIp,
    secondaryPrivateIps = [],
    sourceDestCheck = true,
  } = addressesOf(entry, parseAddress(server.address)?.index)
  const { securityGroups, existingGroups } =
    entry.securityGroups === undefined ? server : chosenGroups(context, entry.securityGroups)
  return {
    address: interfaceOf(server.address, name),
    server: server.address,
    subnet: subnetOf(context, required(entry.subnet, 'subnet')),
    securityGroups,
    ...(existingGroups && { existingGroups }),
    privateIp,
    secondaryPrivateIps,
    sourceDestCheck,
    tags: server.tags,
  }
}
