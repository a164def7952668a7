import type { Address } from '../../model/address.js'
import type { Context } from '../context.js'
import { piecesOf } from '../variables/interpolation.js'
import { addressIfNamed, findServer, isDeclared, serverAddress } from './names.js'
import { didYouMean } from '../nearest.js'
import { variableNamed } from '../variables/substitute.js'
import type { TextProblem } from '../problem.js'
import { referenceProperties } from '../../model/template.js'
import type { Reference, ReferenceProperty, Template } from '../../model/template.js'

const referencePattern = /^(\w+)\.([^.[\]]+)(\[[^\]]*\])?\.(\w+)$/

/** What can be told of each kind of thing. */
const propertiesOf = {
  server: referenceProperties,
  volume: ['id'],
  securityGroup: ['id'],
} as const satisfies Record<string, readonly ReferenceProperty[]>

/**
 * A text with its variables replaced and its references resolved. Mistakes are reported, and leave their piece out.
 * Neighbouring texts are joined, so that equal texts give equal templates.
 */
export function parseTemplate(context: Context, text: string, report: (problem: TextProblem) => void): Template {
  const parts: (string | Reference)[] = []
  for (const piece of piecesOf(text)) {
    const value = piece.kind === 'text' ? { value: piece.text } : variableNamed(piece, context.variables, report)
    if (value !== 'not a variable') {
      if (value.value !== undefined) append(parts, String(value.value))
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

function append(parts: (string | Reference)[], text: string): void {
  const last = parts.at(-1)
  if (typeof last === 'string') parts[parts.length - 1] = last + text
  else parts.push(text)
}

function parseReference(
  context: Context,
  expression: string,
  report: (problem: TextProblem) => void,
): Reference | undefined {
  const [, kind = '', name = '', index = '', property = ''] = referencePattern.exec(expression) ?? []
  if (!Object.hasOwn(propertiesOf, kind)) {
    report({
      code: 'SPEC_BAD_REFERENCE',
      message: `\${${expression}} is no reference: expected \${var.name} or such as \${server.boot.privateIp}`,
      hint: 'write $${ for a literal ${, as a shell has it',
    })
    return undefined
  }
  const address = addressNamed(context, kind as keyof typeof propertiesOf, name, index, report)
  if (!address) return undefined
  const properties: readonly string[] = propertiesOf[kind as keyof typeof propertiesOf]
  if (!properties.includes(property)) {
    const hint = didYouMean(property, properties) ?? `known of a ${kind}: ${properties.join(', ')}`
    report({ code: 'SPEC_BAD_REFERENCE', message: `a ${kind} has no property \`${property}\``, hint })
    return undefined
  }
  if (property === 'elasticIp') {
    report({ code: 'SPEC_NOT_YET', message: 'elastic addresses are not supported yet', hint: 'use publicIp' })
    return undefined
  }
  return { address, property: property as ReferenceProperty }
}

function addressNamed(
  context: Context,
  kind: keyof typeof propertiesOf,
  name: string,
  index: string,
  report: (problem: TextProblem) => void,
): Address | undefined {
  if (kind === 'server') {
    const server = findServer(context, `${name}${index}`, report)
    return server && serverAddress(server)
  }
  if (index !== '') {
    report({ code: 'SPEC_BAD_REFERENCE', message: `a ${kind} has no index`, hint: `write ${kind}.${name}` })
    return undefined
  }
  return isDeclared(context, kind, name, report) ? addressIfNamed(kind, name) : undefined
}
