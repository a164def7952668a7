import type { Diff } from '../../model/change.js'
import type { IngressRuleSpec } from '../../model/kinds/security-group.js'

/**
 * The items of `ingress` as they are written, without those that are closed now, and with those that somebody opened. `rules` are
 * what the items mean, in the same order; the diffs' texts are those of reports: `tcp 22 from 10.0.0.0/8`.
 */
export function rulesWith(
  written: unknown,
  rules: readonly IngressRuleSpec[],
  diffs: readonly Diff[],
): { readonly items: readonly unknown[] } | { readonly why: string } {
  const closed = new Set(diffs.flatMap(({ after }) => (typeof after === 'string' ? [comparable(after)] : [])))
  const opened = diffs.flatMap(({ before }) => (typeof before === 'string' ? [itemOf(before)] : []))
  const strange = opened.flatMap((item) => (typeof item === 'string' ? [item] : []))
  if (strange.length > 0) return { why: `the file has no word for ${strange.join(', ')}` }
  const items = Array.isArray(written) ? (written as readonly unknown[]) : []
  return { items: [...items.filter((_, index) => !isClosed(rules[index], closed)), ...opened] }
}

function isClosed(rule: IngressRuleSpec | undefined, closed: ReadonlySet<string>): boolean {
  return rule !== undefined && closed.has(textOf(rule))
}

/** Wherever the operator is now. */
function comparable(text: string): string {
  return text.replace(/ from \S+ \(my-ip\)$/, ' from my-ip')
}

function textOf({ protocol, fromPort, toPort, from }: IngressRuleSpec): string {
  const hasPorts = protocol === 'tcp' || protocol === 'udp'
  const ports = !hasPorts ? '' : fromPort === toPort ? ` ${fromPort}` : ` ${fromPort}-${toPort}`
  const source = from.kind === 'cidr' ? from.cidr : from.kind === 'my-ip' ? 'my-ip' : from.address
  return `${protocol}${ports} from ${source}`
}

/** The item that says what a report's text says; the text where the file cannot. */
function itemOf(text: string): object | string {
  const [, protocol = '', first, last = first, from = ''] =
    /^(\S+?)(?: (\d+)(?:-(\d+))?)? from (\S+)(?: \(my-ip\))?$/.exec(text) ?? []
  if (!/^(?:tcp|udp|icmp|all)$/.test(protocol) || /^(?:sg|pl)-/.test(from) || from === '') return text
  if (protocol === 'all') return { port: 'all', from }
  if (protocol === 'icmp') return { protocol, from }
  const port = first === last ? Number(first) : `${first}-${last}`
  return protocol === 'tcp' ? { port, from } : { port, protocol, from }
}
