import { addressOf, parseAddress } from '../../model/address.js'
import type { Address } from '../../model/address.js'
import { generatedName, type ResourceKind } from '../../model/kinds/kinds.js'
import type { Context } from '../context.js'
import { didYouMean } from '../nearest.js'
import type { TextReport } from '../problem.js'

/** Whether the file declares the name; `generated` names count as declared. A mistake is reported. */
export function isDeclared(context: Context, kind: ResourceKind, name: string, report: TextReport): boolean {
  const entries = context.declared[kind]
  const { word, isGenerated } = context.declarations[kind]
  if (entries.has(name) || (name === generatedName && isGenerated)) return true
  const isScaled = kind === 'server' && context.declared.scalingGroup.has(name)
  const hint = () =>
    isScaled ? membersHint(name) : (didYouMean(name, entries.keys()) ?? knownNames(word, [...entries.keys()]))
  report({
    code: 'SPEC_UNKNOWN_REFERENCE',
    message: `no ${word} is called \`${name}\``,
    hint,
    within: name === '' ? undefined : name,
  })
  return false
}

/** Members of a scaling group come and go by themselves. */
function membersHint(name: string): string {
  return `scalingGroup.${name} is a scaling group: nothing is attached to its members, copied to them or run on them; let their userData fetch it`
}

function knownNames(word: string, names: readonly string[]): string {
  if (names.length === 0) return `the file declares no ${word}`
  return names.length > 6
    ? `known: ${names.slice(0, 6).join(', ')} and ${names.length - 6} more`
    : `known: ${names.join(', ')}`
}

/** The name in `web` or `securityGroup.web`; a mistake is reported and gives undefined. */
export function findNamed(context: Context, kind: ResourceKind, text: string, report: TextReport): string | undefined {
  const name = withoutKind(kind, text)
  return isDeclared(context, kind, name, report) ? name : undefined
}

/** `server.web[0]` -> `web[0]`. */
export function withoutKind(kind: ResourceKind, text: string): string {
  return text.startsWith(`${kind}.`) ? text.slice(kind.length + 1) : text
}

/** An address, or undefined where a declared name is not one that names can be, which was told where it is declared. */
export function addressIfNamed(kind: ResourceKind, name: string, index?: number): Address | undefined {
  return parseAddress(`${kind}.${name}`) ? addressOf(kind, name, index) : undefined
}
