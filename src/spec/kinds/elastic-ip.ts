import { parseAddress, type Address } from '../../model/address.js'
import { elasticIpOf } from '../../model/kinds/elastic-ip.js'
import type { Context } from '../context.js'
import type { ServerShape } from '../shape/stack-shape.generated.js'
import type { SpecKind } from './spec-kind.js'

/** Fixed public addresses: one for each server of an entry that has `elasticIp`, called as that server is. */
export const elasticIp: SpecKind<'elasticIp'> = {
  word: 'elastic address',
  entries: ({ servers }) => new Map([...servers].filter(([, entry]) => hasElasticIp(entry))),
  pathOf: (name) => ['servers', name, 'elasticIp'],
  // A file names it by its server: `${server.web.elasticIp}`.
  attributes: [],
  isGenerated: false,
  isAwaited: false,
  templates: {},
  // What is said of it can be wrong in its shape alone.
  check: () => {},
  specs: (context, specsOf) =>
    specsOf('server').flatMap(({ address, tags }) => {
      const entry = entryOf(context, address)
      if (!hasElasticIp(entry)) return []
      const protect = typeof entry?.elasticIp === 'object' && entry.elasticIp.protect === true
      return [{ address: elasticIpOf(address), server: address, ...(protect && { protect }), tags }]
    }),
}

/** Whether an entry of a server asks for one: `true`, or what is said of it. */
export function hasElasticIp(entry: ServerShape | undefined): boolean {
  return entry?.elasticIp !== undefined && entry.elasticIp !== false
}

function entryOf({ servers }: Context, server: Address): ServerShape | undefined {
  return servers.get(parseAddress(server)?.name ?? '')
}
