import type { Address } from '../../model/address.js'
import type { ResourceKind } from '../../model/kinds/kinds.js'
import type { Context } from '../context.js'
import type { TextReport } from '../problem.js'
import { findMember, memberAddress, type Member } from './counted-members.js'
import { isDeclared, withoutKind } from './declared-names.js'

/** The server called `web`, `web[0]`, `server.web` or `server.web[0]`; a mistake is reported and gives undefined. */
export function findServer(context: Context, text: string, report: TextReport): Member | undefined {
  return findMember(context, 'server', text, report)
}

/** The address of a server that findServer found; undefined where its name is none, which was told. */
export function serverAddress(server: Member): Address | undefined {
  return memberAddress('server', server)
}

/** The servers of `web[*]`, in order; none where it has no count, which was told. */
export function membersOfCount(context: Context, text: string): readonly Member[] {
  const name = withoutKind('server', text)
  return Array.from({ length: context.servers.get(name)?.count ?? 0 }, (_, index) => ({ name, index }))
}

/** Reports a `web[*]` of which there is none, or that has no count; tells whether it can be used. */
export function isCounted(context: Context, kind: ResourceKind, text: string, report: TextReport): boolean {
  const name = withoutKind(kind, text)
  if (!isDeclared(context, kind, name, report)) return false
  if (context.declarations[kind].countOf?.(context, name) !== undefined) return true
  const message = `\`${name}\` has no count, so it has no index`
  report({ code: 'SPEC_BAD_INDEX', message, hint: `write \`${name}\``, within: `${text}[*]` })
  return false
}
