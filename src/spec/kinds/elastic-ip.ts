import { parseAddress, type Address } from '../../model/address.js'
import { elasticIpOf } from '../../model/kinds/elastic-ip.js'
import type { Context } from '../context.js'
import type { SpecKind } from './spec-kind.js'

/** Fixed public addresses: one for each server of an entry with `elasticIp: true`, called as that server is. */
export const elasticIp: SpecKind<'elasticIp'> = {
  word: 'elastic address',
  entries: ({ servers }) => new Map([...servers].filter(([, entry]) => entry?.elasticIp === true)),
  pathOf: (name) => ['servers', name, 'elasticIp'],
  // A file names it by its server: `${server.web.elasticIp}`.
  attributes: [],
  isGenerated: false,
  isAwaited: false,
  templates: {},
  // A flag can be wrong in its shape alone.
  check: () => {},
  specs: (context, specsOf) =>
    specsOf('server').flatMap(({ address, tags }) =>
      isAsked(context, address) ? [{ address: elasticIpOf(address), server: address, tags }] : [],
    ),
}

function isAsked({ servers }: Context, server: Address): boolean {
  return servers.get(parseAddress(server)?.name ?? '')?.elasticIp === true
}
