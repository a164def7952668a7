import type { ResourceKind } from '../../model/kinds/kinds.js'
import type { OutputSpec } from '../../model/outputs/stack-output.js'
import type { Template } from '../../model/template.js'
import { reportAt, type Context } from '../context.js'
import { ignore, type TextReport } from '../problem.js'
import { findMembers } from '../references/counted-members.js'
import { parseTemplate } from '../references/templates.js'

/** Reports every mistake of meaning in `outputs`. */
export function checkOutputs(context: Context): void {
  for (const [name, value] of Object.entries(context.stack.outputs ?? {})) {
    const path = ['outputs', name]
    if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) textOf(context, item, reportAt(context, [...path, index]))
    } else valueOf(context, value as Scalar, reportAt(context, path))
  }
}

/** What `outputs` without a mistake says, by name. */
export function outputsOf(context: Context): readonly OutputSpec[] {
  const entries = Object.entries(context.stack.outputs ?? {}).toSorted(([left], [right]) => (left < right ? -1 : 1))
  return entries.map(([name, value]) => ({
    name,
    value: Array.isArray(value)
      ? value.map((item) => textOf(context, item, ignore))
      : valueOf(context, value as Scalar, ignore),
  }))
}

type Scalar = string | number | boolean | undefined

function textOf(context: Context, text: Scalar, report: TextReport): Template {
  return parseTemplate(context, String(text ?? ''), report)
}

/** `${server.web[*].publicIp}` and nothing else: what each member of a count says, as a list. */
const ofEach = /^\$\{\s*(\w+)\.([^.[\]]+)\[\*\]\.(\w+)\s*\}$/

function valueOf(context: Context, text: Scalar, report: TextReport): OutputSpec['value'] {
  const [source, kind = '', name = '', property = ''] = ofEach.exec(String(text ?? '')) ?? []
  if (source === undefined || !isCounted(context, kind)) return textOf(context, text, report)
  const told = (problem: Parameters<TextReport>[0]) => report({ ...problem, within: source })
  const members = findMembers(context, kind, name, told)
  if (members.length === 1 && members[0]?.index === undefined) {
    const message = `\`${name}\` has no count, so there is no list of its members`
    told({ code: 'SPEC_BAD_INDEX', message, hint: `write \${${kind}.${name}.${property}}` })
    return []
  }
  // What is wrong with one is wrong with all.
  return members.map(({ index }, at) =>
    textOf(context, `\${${kind}.${name}[${index}].${property}}`, at === 0 ? told : ignore),
  )
}

function isCounted({ declarations }: Context, kind: string): kind is ResourceKind {
  return Object.hasOwn(declarations, kind) && declarations[kind as ResourceKind].countOf !== undefined
}
