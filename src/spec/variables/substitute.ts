import { mayInterpolate, piecesOf } from './interpolation.js'
import { didYouMean } from '../nearest.js'
import type { Path, Report, TextReport } from '../problem.js'
import type { Secret } from '../../model/template.js'
import { isSecret, type Scalar, type Variables } from './variables.js'

/** The keys of an entry, `rolling.health` for one inside, whose texts take references: a text, or a list of texts. */
export type TemplateKeys = Readonly<Record<string, 'text' | 'list'>>

/** By section of the stack file; `all`: each entry is a text, or a list of texts, that takes them. */
export type Templates = Readonly<Record<string, TemplateKeys | 'all'>>

/** Whether `${server.boot.privateIp}` may stand at a path; there, variables are replaced with the references, not before. */
function isTemplate(templates: Templates, [section = '', , ...keys]: Path): boolean {
  const ofSection = Object.hasOwn(templates, section) ? templates[section] : undefined
  if (!ofSection || ofSection === 'all') return ofSection === 'all'
  return Object.entries(ofSection).some(([key, form]) => (form === 'text' ? keys : keys.slice(0, -1)).join('.') === key)
}

/**
 * Replaces variables and undoes escapes in every text below `root`, in place, but in templates and in `variables` itself.
 * A text that is wholly one variable takes the variable's type. What cannot be replaced becomes undefined.
 */
export function substitute(root: unknown, templates: Templates, variables: Variables, report: Report): void {
  walk(root, [], new Set(), (text, path) => {
    if (isTemplate(templates, path)) return text
    if (path[0] === 'variables') return text
    return interpolate(text, templates, variables, (problem) => report({ ...problem, path, at: 'value' }))
  })
}

function walk(
  container: unknown,
  path: (string | number)[],
  seen: Set<object>,
  replace: (text: string, path: Path) => Scalar | undefined,
): void {
  if (typeof container !== 'object' || container === null || seen.has(container)) return
  seen.add(container)
  const members = container as Record<string | number, unknown>
  for (const key of Array.isArray(container) ? container.keys() : Object.keys(container)) {
    const member = members[key]
    if (typeof member === 'string' ? !mayInterpolate(member) : typeof member !== 'object') continue
    path.push(key)
    if (typeof member === 'string') members[key] = replace(member, [...path])
    else walk(member, path, seen, replace)
    path.pop()
  }
}

function interpolate(text: string, templates: Templates, variables: Variables, report: TextReport): Scalar | undefined {
  const pieces = piecesOf(text)
  const values = pieces.map((piece) => {
    if (piece.kind === 'text') return piece.text
    const value = variableNamed(piece, variables, report)
    if (value === 'not a variable') {
      report({
        code: 'SPEC_BAD_REFERENCE',
        message: `${piece.source} cannot stand here: only ${keysIn(templates)} take references`,
        within: piece.source,
        hint: 'use ${var.name} for a variable, or write $${ for a literal ${',
      })
      return undefined
    }
    if (isSecret(value.value)) {
      report({
        code: 'SPEC_SENSITIVE_PLACE',
        message: `the variable \`${value.value.secret}\` is sensitive, and what stands here can be read by others`,
        within: piece.source,
        hint: `a sensitive value may stand in ${keysIn(templates)}`,
      })
      return undefined
    }
    return value.value
  })
  if (values.includes(undefined)) return undefined
  return values.length === 1 ? values[0] : values.join('')
}

function keysIn(templates: Templates): string {
  const keys = Object.entries(templates).flatMap(([section, ofSection]) =>
    ofSection === 'all' ? section : Object.keys(ofSection),
  )
  return `${keys.slice(0, -1).join(', ')} and ${keys.at(-1)}`
}

/** The value of `${var.name}`; undefined in it when it has none, which was told. */
export function variableNamed(
  piece: { readonly source: string; readonly expression: string | undefined },
  variables: Variables,
  report: TextReport,
): { readonly value: Scalar | Secret | undefined } | 'not a variable' {
  if (piece.expression === undefined) {
    const hint = 'close it with }, or write $${ for a literal ${'
    report({ code: 'SPEC_BAD_REFERENCE', message: 'this ${ is never closed', within: piece.source, hint })
    return { value: undefined }
  }
  const name = /^var\.(.*)$/.exec(piece.expression)?.[1]
  if (name === undefined) return 'not a variable'
  if (!variables.has(name)) {
    report({
      code: 'SPEC_UNKNOWN_VARIABLE',
      message: `no variable \`${name}\` is declared`,
      within: piece.source,
      hint: () => didYouMean(name, variables.keys()) ?? 'declare it under `variables`',
    })
  }
  return { value: variables.get(name) }
}
