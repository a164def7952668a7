import { isUnreadable, type TextReport } from '../../problem.js'
import { ignore } from '../../problem.js'
import type { Context } from '../../context.js'
import { findMember, type Member } from '../../references/counted-members.js'
import type { Count } from '../../references/declaration.js'
import { withoutKind } from '../../references/declared-names.js'
import { findServer, isCounted, membersOfCount } from '../../references/find-server.js'
import type { Sections } from '../../sections.js'
import type { VolumeShape } from '../../shape/stack-shape.generated.js'

/** One of the volumes that an entry stands for. */
export interface VolumeMember extends Member {
  /** `data`, or `data[0]`: what the address ends with. */
  readonly label: string
  /** Undefined: on none, or on one that the file does not have, which was told. */
  readonly server: Member | undefined
}

/** The name in `web[*]` or `server.web[*]`: the entry has a volume for each member of that server. Undefined: it is one volume. */
export function memberServer({ server }: Pick<VolumeShape, 'server'>): string | undefined {
  return server?.endsWith('[*]') ? withoutKind('server', server.slice(0, -3)) : undefined
}

/** How many volumes an entry stands for: as many as its server has members; undefined: one, without an index. */
export function countOfVolume({ volumes, servers }: Sections, name: string): Count {
  const entry = volumes.get(name)
  if (!entry || isUnreadable(entry, 'server')) return 'unreadable'
  const counted = memberServer(entry)
  if (counted === undefined) return undefined
  const server = servers.get(counted)
  return server && !isUnreadable(server, 'count') ? (server.count ?? 'unreadable') : 'unreadable'
}

/** The volumes that an entry stands for, in order; what is wrong with its server is reported. */
export function volumeMembers(
  context: Context,
  name: string,
  entry: VolumeShape,
  report: TextReport = ignore,
): readonly VolumeMember[] {
  const counted = memberServer(entry)
  if (counted === undefined) {
    const server = entry.server === undefined ? undefined : findServer(context, entry.server, report)
    return [{ name, index: undefined, label: name, server }]
  }
  if (!isCounted(context, 'server', counted, report)) return []
  return membersOfCount(context, counted).map((server) => ({
    name,
    index: server.index,
    label: `${name}[${server.index}]`,
    server,
  }))
}

/** The volume called `music` or `data[0]`, with its server; undefined where there is none, which is told elsewhere. */
export function volumeCalled(
  context: Context,
  text: string,
): { readonly member: VolumeMember; readonly entry: VolumeShape } | undefined {
  const found = findMember(context, 'volume', text, ignore)
  const entry = found && context.volumes.get(found.name)
  if (!found || !entry) return undefined
  const member = volumeMembers(context, found.name, entry).find(({ index }) => index === found.index)
  return member && { member, entry }
}
