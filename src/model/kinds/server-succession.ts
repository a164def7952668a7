import type { LiveServer } from './server.js'
import { tagKeys } from '../tags.js'

/**
 * Instances of one address, each of which takes the place of the next: the youngest first. Undefined where they are not
 * linked so by their tags, which is a conflict. One alone is a succession of one.
 */
export function successionOf<Server extends Linked>(servers: readonly Server[]): readonly Server[] | undefined {
  const byId = new Map(servers.map((server) => [server.id, server]))
  const superseded = new Set(servers.map(predecessorOf))
  const heads = servers.filter(({ id }) => !superseded.has(id))
  const ordered: Server[] = []
  for (let next = heads.length === 1 ? heads[0] : undefined; next && !ordered.includes(next);) {
    ordered.push(next)
    next = byId.get(predecessorOf(next) ?? '')
  }
  return ordered.length === servers.length ? ordered : undefined
}

/** What tells it. */
type Linked = Pick<LiveServer, 'id' | 'tags'>

/** The id of the instance whose place a server takes or took. */
export function predecessorOf({ tags }: Pick<Linked, 'tags'>): string | undefined {
  return tags[tagKeys.supersedes]
}
