import { addressOf, namePattern } from '../../model/address.js'
import type { Address } from '../../model/address.js'
import type { ResourceKind } from '../../model/kinds/kinds.js'
import type { Context } from '../context.js'
import { didYouMean } from '../nearest.js'
import { isUnreadable } from '../problem.js'
import { generatedName } from '../../model/kinds/kinds.js'
import type { TextProblem } from '../problem.js'
import { parseWrittenEndpoint } from '../kinds/sync-rule/written-endpoint.js'

/** A server that the file declares; `index` is undefined without a count. */
export interface ServerReference {
  readonly name: string
  readonly index: number | undefined
}

type ReportText = (problem: TextProblem) => void

const kindWords: Readonly<Record<ResourceKind, string>> = {
  keyPair: 'key pair',
  securityGroup: 'security group',
  server: 'server',
  volume: 'volume',
  sync: 'sync rule',
  archive: 'archive',
}

/** The section that holds entries of a kind, in a context. */
function entriesOfKind(context: Context, kind: ResourceKind): ReadonlyMap<string, object | undefined> {
  const sections: Record<ResourceKind, keyof Context> = {
    keyPair: 'keyPairs',
    securityGroup: 'securityGroups',
    server: 'servers',
    volume: 'volumes',
    sync: 'syncs',
    archive: 'archives',
  }
  return context[sections[kind]] as ReadonlyMap<string, object | undefined>
}

/** The server called `web`, `web[0]`, `server.web` or `server.web[0]`; a mistake is reported and gives undefined. */
export function findServer(context: Context, text: string, report: ReportText): ServerReference | undefined {
  const found = findCounted(context, text.replace(/^server\./, ''), report)
  if (!found) return undefined
  if (found.count !== undefined && found.index === undefined) {
    const which =
      found.count === 0
        ? 'none'
        : found.count === 1
          ? `${found.name}[0]`
          : `${found.name}[0] to ${found.name}[${found.count - 1}]`
    report({
      code: 'SPEC_BAD_INDEX',
      message: `\`${found.name}\` has count ${found.count}, so a server must be chosen: ${which}`,
      hint: found.count === 0 ? undefined : `write \`${text}[0]\``,
      within: text,
    })
    return undefined
  }
  return { name: found.name, index: found.index }
}

/** All the servers that an entry stands for: each of its count, or the one that the index chooses. */
function findServers(context: Context, text: string, report: ReportText): readonly ServerReference[] {
  const found = findCounted(context, text.replace(/^server\./, ''), report)
  if (!found) return []
  if (found.index !== undefined || found.count === undefined) return [{ name: found.name, index: found.index }]
  return Array.from({ length: found.count }, (_, index) => ({ name: found.name, index }))
}

/** The servers of `web[*]`, in order; none where it has no count, which was told. */
export function serversOfCount(context: Context, text: string): readonly Address[] {
  const name = text.replace(/^server\./, '')
  const count = context.servers.get(name)?.count ?? 0
  return Array.from({ length: count }, (_, index) => addressIfNamed('server', name, index) ?? []).flat()
}

/** Reports a `web[*]` of which there is none, or that has no count; tells whether it can be used. */
export function isCounted(context: Context, text: string, report: ReportText): boolean {
  const name = text.replace(/^server\./, '')
  if (!isDeclared(context, 'server', name, report)) return false
  const entry = context.servers.get(name)
  if (!entry || isUnreadable(entry, 'count') || entry.count !== undefined) return true
  const message = `\`${name}\` has no count, so it has no index`
  report({ code: 'SPEC_BAD_INDEX', message, hint: `write \`${name}\``, within: `${text}[*]` })
  return false
}

interface Counted extends ServerReference {
  readonly count: number | undefined
}

function findCounted(context: Context, text: string, report: ReportText): Counted | undefined {
  const bracket = text.indexOf('[')
  const name = bracket < 0 ? text : text.slice(0, bracket)
  if (!isDeclared(context, 'server', name, report)) return undefined
  const entry = context.servers.get(name)
  if (!entry || isUnreadable(entry, 'count')) return { name, index: undefined, count: undefined }
  const { count } = entry
  if (bracket < 0) return { name, index: undefined, count }
  const index = /^\[(\d{1,5})\]$/.exec(text.slice(bracket))?.[1]
  const mistake = indexMistake(name, index, count)
  if (mistake) {
    report({ code: 'SPEC_BAD_INDEX', ...mistake, within: text })
    return undefined
  }
  return { name, index: Number(index), count }
}

function indexMistake(name: string, index: string | undefined, count: number | undefined) {
  if (count === undefined) return { message: `\`${name}\` has no count, so it has no index`, hint: `write \`${name}\`` }
  if (index === undefined) return { message: 'an index is a number in brackets', hint: `write \`${name}[0]\`` }
  if (Number(index) < count) return undefined
  const hint = count === 0 ? undefined : `the last one is \`${name}[${count - 1}]\``
  return { message: `there is no \`${name}[${index}]\`: \`${name}\` has count ${count}`, hint }
}

/** Kinds of which evenkeel adds an entry by itself where one is needed. */
const generatedKinds: readonly ResourceKind[] = ['keyPair', 'securityGroup']

/** Whether the file declares the name; `generated` names count as declared. A mistake is reported. */
export function isDeclared(context: Context, kind: ResourceKind, name: string, report: ReportText): boolean {
  const entries = entriesOfKind(context, kind)
  if (entries.has(name) || (name === generatedName && generatedKinds.includes(kind))) return true
  const hint = didYouMean(name, entries.keys()) ?? knownNames(kind, [...entries.keys()])
  report({
    code: 'SPEC_UNKNOWN_REFERENCE',
    message: `no ${kindWords[kind]} is called \`${name}\``,
    hint,
    within: name === '' ? undefined : name,
  })
  return false
}

function knownNames(kind: ResourceKind, names: readonly string[]): string {
  if (names.length === 0) return `the file declares no ${kindWords[kind]}`
  return names.length > 6
    ? `known: ${names.slice(0, 6).join(', ')} and ${names.length - 6} more`
    : `known: ${names.join(', ')}`
}

/** The name in `web` or `securityGroup.web`; a mistake is reported and gives undefined. */
export function findNamed(
  context: Context,
  kind: 'keyPair' | 'securityGroup' | 'volume',
  text: string,
  report: ReportText,
): string | undefined {
  const prefix = `${kind}.`
  const name = text.startsWith(prefix) ? text.slice(prefix.length) : text
  return isDeclared(context, kind, name, report) ? name : undefined
}

const orderedKinds = ['server', 'volume', 'sync'] as const

/** The addresses that a member of `dependsOn` stands for: every server of a count unless one is chosen. */
export function findDependencies(context: Context, text: string, report: ReportText): readonly Address[] {
  const kind = orderedKinds.find((candidate) => text.startsWith(`${candidate}.`))
  if (!kind) {
    report({
      code: 'SPEC_UNKNOWN_REFERENCE',
      message: `${JSON.stringify(text)} names no entry`,
      hint: dependencyHint(context, text),
    })
    return []
  }
  const name = text.slice(kind.length + 1)
  if (kind === 'server') return findServers(context, name, report).flatMap((server) => serverAddress(server) ?? [])
  if (!isDeclared(context, kind, name, report)) return []
  return kind === 'sync' ? syncAddresses(context, name) : [addressIfNamed(kind, name) ?? []].flat()
}

/** A rule for `web[*]` is one for each server. */
function syncAddresses(context: Context, name: string): readonly Address[] {
  const to = context.syncs.get(name)?.to
  const written = to === undefined ? undefined : parseWrittenEndpoint(to)
  if (written?.kind !== 'servers') return [addressIfNamed('sync', name) ?? []].flat()
  return serversOfCount(context, written.server).flatMap((_, index) => addressIfNamed('sync', name, index) ?? [])
}

function dependencyHint(context: Context, text: string): string {
  const all = orderedKinds.flatMap((kind) => [...entriesOfKind(context, kind).keys()].map((name) => `${kind}.${name}`))
  const same = all.find((address) => address.endsWith(`.${text.replace(/\[.*$/, '')}`))
  if (same) return `did you mean \`${same}\`?`
  return didYouMean(text, all) ?? 'write server.<name>, volume.<name> or sync.<name>'
}

/** The address of a server that findServer found; undefined where its name is none, which was told. */
export function serverAddress(reference: ServerReference): Address | undefined {
  return addressIfNamed('server', reference.name, reference.index)
}

/** An address, or undefined where a declared name is not one that names can be, which was told where it is declared. */
export function addressIfNamed(kind: ResourceKind, name: string, index?: number): Address | undefined {
  return namePattern.test(name) ? addressOf(kind, name, index) : undefined
}
