import type { Address } from '../../model/address.js'
import type { ResourceKind } from '../../model/kinds/kinds.js'
import type { Context } from '../context.js'
import type { TextReport } from '../problem.js'
import type { Count } from './declaration.js'
import { addressIfNamed, isDeclared, withoutKind } from './declared-names.js'

/** One of what an entry stands for; `index` is undefined without a count. */
export interface Member {
  readonly name: string
  readonly index: number | undefined
}

/** The one called `web`, `web[0]`, `server.web` or `server.web[0]`; a mistake is reported and gives undefined. */
export function findMember(context: Context, kind: ResourceKind, text: string, report: TextReport): Member | undefined {
  const found = findCounted(context, kind, withoutKind(kind, text), report)
  if (!found) return undefined
  const { name, index, count } = found
  if (typeof count !== 'number' || index !== undefined) return { name, index }
  const { word } = context.declarations[kind]
  const which = count === 0 ? 'none' : count === 1 ? `${name}[0]` : `${name}[0] to ${name}[${count - 1}]`
  report({
    code: 'SPEC_BAD_INDEX',
    message: `\`${name}\` has count ${count}, so a ${word} must be chosen: ${which}`,
    hint: count === 0 ? undefined : `write \`${text}[0]\``,
    within: text,
  })
  return undefined
}

/** All that an entry stands for: each of its count, or the one that the index chooses. */
export function findMembers(context: Context, kind: ResourceKind, text: string, report: TextReport): readonly Member[] {
  const found = findCounted(context, kind, withoutKind(kind, text), report)
  if (!found) return []
  const { name, index, count } = found
  if (index !== undefined || typeof count !== 'number') return [{ name, index }]
  return Array.from({ length: count }, (_, each) => ({ name, index: each }))
}

/** The address of a member that was found; undefined where its name is none, which was told. */
export function memberAddress(kind: ResourceKind, { name, index }: Member): Address | undefined {
  return addressIfNamed(kind, name, index)
}

interface Counted extends Member {
  readonly count: Count
}

function findCounted(context: Context, kind: ResourceKind, text: string, report: TextReport): Counted | undefined {
  const bracket = text.indexOf('[')
  const name = bracket < 0 ? text : text.slice(0, bracket)
  if (!isDeclared(context, kind, name, report)) return undefined
  const count = context.declarations[kind].countOf?.(context, name)
  if (bracket < 0 || count === 'unreadable') return { name, index: undefined, count }
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
