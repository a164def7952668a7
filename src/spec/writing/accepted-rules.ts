import type { Diff } from '../../model/change.js'
import { peerText, peerWords, type RuleSide, type SidedRule } from '../../model/kinds/security-group.js'

/**
 * The items of `ingress` or `egress` as they are written, without those that are closed now, and with those that somebody opened. `rules` are
 * what the items mean, in the same order; the diffs' texts are those of reports: `tcp 22 from 10.0.0.0/8`, `tcp 443 to 0.0.0.0/0`.
 */
export function rulesWith(
  side: RuleSide,
  rules: readonly SidedRule[],
  written: unknown,
  diffs: readonly Diff[],
): { readonly items: readonly unknown[] } | { readonly why: string } {
  const word = peerWords[side]
  const closed = new Set(diffs.flatMap(({ after }) => (typeof after === 'string' ? [comparable(after, word)] : [])))
  const opened = diffs.flatMap(({ before }) => (typeof before === 'string' ? [itemOf(before, word)] : []))
  const strange = opened.flatMap((item) => (typeof item === 'string' ? [item] : []))
  if (strange.length > 0) return { why: `the file has no word for ${strange.join(', ')}` }
  const items = Array.isArray(written) ? (written as readonly unknown[]) : []
  return { items: [...items.filter((_, index) => !isClosed(rules[index], closed)), ...opened] }
}

function isClosed(rule: SidedRule | undefined, closed: ReadonlySet<string>): boolean {
  return rule !== undefined && closed.has(textOf(rule))
}

/** Wherever the operator is now. */
function comparable(text: string, word: PeerWord): string {
  return text.replace(new RegExp(` ${word} \\S+ \\(my-ip\\)$`), ` ${word} my-ip`)
}

function textOf({ side, protocol, fromPort, toPort, peer }: SidedRule): string {
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  const ports = !hasPorts ? '' : fromPort === toPort ? ` ${fromPort}` : ` ${fromPort}-${toPort}`
  return `${protocol}${ports} ${peerWords[side]} ${peerText(peer)}`
}

/** The item that says what a report's text says; the text where the file cannot. */
function itemOf(text: string, word: PeerWord): object | string {
  const [, protocol = '', first, last = first, peer = ''] =
    new RegExp(`^(\\S+?)(?: (\\d+)(?:-(\\d+))?)? ${word} (\\S+)(?: \\(my-ip\\))?$`).exec(text) ?? []
  if (!/^(?:tcp|udp|icmp|all)$/.test(protocol) || peer.startsWith('pl-') || peer === '') return text
  const end = { [word]: peer }
  if (protocol === 'all') return { port: 'all', ...end }
  if (protocol === 'icmp') return { protocol, ...end }
  const port = first === last ? Number(first) : `${first}-${last}`
  return protocol === 'tcp' ? { port, ...end } : { port, protocol, ...end }
}

type PeerWord = (typeof peerWords)[RuleSide]
