import type { Address } from '../../model/address.js'
import type { ResourceKind } from '../../model/kinds/kinds.js'
import type { Context } from '../context.js'
import { piecesOf } from '../variables/interpolation.js'
import { findMember, memberAddress } from './counted-members.js'
import { addressIfNamed, isDeclared } from './declared-names.js'
import { didYouMean } from '../nearest.js'
import { variableNamed } from '../variables/substitute.js'
import { isSecret } from '../variables/variables.js'
import { ignore } from '../problem.js'
import type { TextReport } from '../problem.js'
import type { Reference, Secret, Template } from '../../model/template.js'

const referencePattern = /^(\w+)\.([^.[\]]+)(\[[^\]]*\])?\.(\w+)$/
/** `network.lab.a.id`, `interface.web.storage[0].privateIp` */
const partPattern = /^(network|interface)\.([^.[\]]+\.[^.[\]]+)(\[[^\]]*\])?\.(\w+)$/

/**
 * A text with its variables replaced and its references resolved. Mistakes are reported, and leave their piece out.
 * Neighbouring texts are joined, so that equal texts give equal templates.
 */
export function parseTemplate(context: Context, text: string, report: TextReport): Template {
  const parts: Part[] = []
  for (const piece of piecesOf(text)) {
    const value = piece.kind === 'text' ? { value: piece.text } : variableNamed(piece, context.variables, report)
    if (value !== 'not a variable') {
      if (isSecret(value.value)) parts.push(value.value)
      else if (value.value !== undefined) append(parts, String(value.value))
      continue
    }
    if (piece.kind !== 'expression') continue
    const reference = parseReference(context, piece.expression ?? '', (problem) =>
      report({ ...problem, within: piece.source }),
    )
    if (reference) parts.push(reference)
  }
  return { parts: parts.length === 0 ? [''] : parts }
}

/** The template that a text without a mistake stands for. */
export function templateOf(context: Context, text: string): Template {
  return parseTemplate(context, text, ignore)
}

type Part = string | Reference | Secret

function append(parts: Part[], text: string): void {
  const last = parts.at(-1)
  if (typeof last === 'string') parts[parts.length - 1] = last + text
  else parts.push(text)
}

function parseReference(context: Context, expression: string, report: TextReport): Reference | undefined {
  const [, kind = '', name = '', index = '', property = ''] =
    referencePattern.exec(expression) ?? partPattern.exec(expression) ?? []
  if (!isReferable(context, kind)) {
    report({
      code: 'SPEC_BAD_REFERENCE',
      message: `\${${expression}} is no reference: expected \${var.name} or such as \${server.boot.privateIp}`,
      hint: 'write $${ for a literal ${, as a shell has it',
    })
    return undefined
  }
  const address = addressNamed(context, kind, name, index, report)
  if (!address) return undefined
  const { attributes } = context.declarations[kind]
  const attribute = attributes.find((candidate) => candidate === property)
  if (attribute === undefined) {
    const hint = () => didYouMean(property, attributes) ?? `known of a ${kind}: ${attributes.join(', ')}`
    report({ code: 'SPEC_BAD_REFERENCE', message: `a ${kind} has no property \`${property}\``, hint })
    return undefined
  }
  const lack = context.declarations[kind].lackOf?.(context, name, attribute)
  if (lack) {
    report({ code: 'SPEC_BAD_REFERENCE', ...lack })
    return undefined
  }
  return { address, property: attribute }
}

function isReferable({ declarations }: Context, kind: string): kind is ResourceKind {
  return Object.hasOwn(declarations, kind) && declarations[kind as ResourceKind].attributes.length > 0
}

function addressNamed(
  context: Context,
  kind: ResourceKind,
  name: string,
  index: string,
  report: TextReport,
): Address | undefined {
  if (context.declarations[kind].countOf) {
    const member = findMember(context, kind, `${name}${index}`, report)
    return member && memberAddress(kind, member)
  }
  if (index !== '') {
    report({ code: 'SPEC_BAD_REFERENCE', message: `a ${kind} has no index`, hint: `write ${kind}.${name}` })
    return undefined
  }
  return isDeclared(context, kind, name, report) ? addressIfNamed(kind, name) : undefined
}
