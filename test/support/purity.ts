import { parseAst } from 'rolldown/parseAst'
import { isNode, lineOf, walk, type Node } from './syntax.js'

/**
 * What the pure layers (spec, model, planner) may take out of the air: the language alone. Whatever else a runtime has by
 * name is refused, known or not: a clock, randomness, the environment, the network, timers, other code.
 */
const languageGlobals: ReadonlySet<string> = new Set(
  `undefined NaN Infinity Object Array Map Set WeakMap WeakSet String Number Boolean Symbol BigInt Math JSON Date RegExp
  Error TypeError RangeError SyntaxError AggregateError Uint8Array Uint32Array Int32Array Float64Array TextEncoder TextDecoder parseInt parseFloat isNaN isFinite
  encodeURIComponent decodeURIComponent encodeURI decodeURI structuredClone`.split(/\s+/),
)

/** The names that lint refuses by a list, since it has no rule that allows: what could be meant by accident or on purpose. */
export const refusedGlobals: readonly string[] =
  `globalThis global self window process navigator require module Reflect Proxy
  performance Intl Temporal crypto eval Function WebAssembly FinalizationRegistry WeakRef localStorage
  fetch Request Response WebSocket EventSource XMLHttpRequest BroadcastChannel MessageChannel Worker
  setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask
  Promise AbortSignal AbortController Atomics SharedArrayBuffer`.split(/\s+/)

/** Members that read the clock, a random number, the machine's locale or time zone, or make code of text. */
const refusedMembers: readonly { readonly object?: string; readonly property: string }[] = [
  { object: 'Math', property: 'random' },
  { object: 'Date', property: 'now' },
  ...`constructor __proto__ getBuiltinModule randomUUID getRandomValues
    localeCompare toLocaleString toLocaleDateString toLocaleTimeString toLocaleUpperCase toLocaleLowerCase
    getTimezoneOffset getFullYear getMonth getDate getDay getHours getMinutes`
    .split(/\s+/)
    .map((property) => ({ property })),
]

/** The rules of .oxlintrc.json for a pure layer, beside its imports. */
export const pureLintRules = {
  'evenkeel/no-hidden-input': 'error',
  'oxc/no-async-await': 'error',
  'no-restricted-globals': [
    'error',
    ...refusedGlobals.map((name) => ({ name, message: 'a pure layer takes its input as arguments' })),
  ],
  'no-restricted-properties': [
    'error',
    ...refusedMembers.map((member) => ({ ...member, message: 'a pure layer takes its input as arguments' })),
  ],
} as const

/** What a module's text does that a pure function cannot do, `line: what`; empty for a pure one. */
export function impuritiesOf(text: string): readonly string[] {
  const program = parseAst(text, { lang: 'ts' }) as unknown as Node
  const declared = declaredNames(program)
  const found: string[] = []
  walk(program, (node, parents) => {
    const what = impurityOf(node, parents.at(-1), declared)
    if (what !== undefined) found.push(`${lineOf(text, node)}: ${what}`)
  })
  return found
}

function impurityOf(node: Node, parent: Node | undefined, declared: ReadonlySet<string>): string | undefined {
  if (node['async'] === true) return 'async'
  switch (node.type) {
    case 'AwaitExpression':
      return 'await'
    case 'ForOfStatement':
      return node['await'] === true ? 'await' : undefined
    case 'ImportExpression':
      return 'import()'
    case 'MetaProperty':
      return nameOf(node['meta']) === 'import' ? 'import.meta' : undefined
    case 'MemberExpression': {
      const property = propertyOf(node)
      const object = nameOf(node['object'])
      return isRefused(object, property) ? property : undefined
    }
    case 'Property': {
      // `const { constructor } = x` takes a member as well; Math and Date are not taken apart at all.
      const key = parent?.type === 'ObjectPattern' ? propertyKeyOf(node) : undefined
      return refusedMembers.some(({ object, property }) => object === undefined && property === key) ? key : undefined
    }
    case 'Identifier': {
      const name = nameOf(node) ?? ''
      if (declared.has(name)) return undefined
      if (!languageGlobals.has(name)) return name
      if (name === 'Math' || name === 'Date') return isPlainUse(node, name, parent) ? undefined : name
      return undefined
    }
    default:
      return undefined
  }
}

/** `Math.max`, `Date.parse` and `new Date(milliseconds)`: by name, so that what is taken can be read. */
function isPlainUse(node: Node, name: string, parent: Node | undefined): boolean {
  if (parent?.type === 'MemberExpression') return parent['object'] === node && parent['computed'] !== true
  const isMade = parent?.type === 'NewExpression' && parent['callee'] === node
  return name === 'Date' && isMade && (parent['arguments'] as readonly unknown[]).length > 0
}

function isRefused(object: string | undefined, property: string | undefined): boolean {
  return refusedMembers.some((known) => known.property === property && (known.object ?? object) === object)
}

function propertyOf({ property, computed }: Node): string | undefined {
  return computed === true ? textOf(property) : nameOf(property)
}

function propertyKeyOf({ key, computed }: Node): string | undefined {
  return computed === true ? textOf(key) : (nameOf(key) ?? textOf(key))
}

function nameOf(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Identifier' ? String(value['name']) : undefined
}

function textOf(value: unknown): string | undefined {
  return isNode(value) && value.type === 'Literal' && typeof value['value'] === 'string' ? value['value'] : undefined
}

/** Every name that the file binds anywhere: imports, variables, parameters, functions and classes. */
function declaredNames(program: Node): ReadonlySet<string> {
  const names = new Set<string>()
  const add = (pattern: unknown): void => {
    if (!isNode(pattern)) return
    switch (pattern.type) {
      case 'Identifier':
        names.add(String(pattern['name']))
        return
      case 'ObjectPattern':
        return (pattern['properties'] as readonly unknown[]).forEach(add)
      case 'ArrayPattern':
        return (pattern['elements'] as readonly unknown[]).forEach(add)
      case 'Property':
        return add(pattern['value'])
      case 'AssignmentPattern':
        return add(pattern['left'])
      case 'RestElement':
        return add(pattern['argument'])
      default:
        return
    }
  }
  walk(program, (node) => {
    if (/^Import\w*Specifier$/.test(node.type)) add(node['local'])
    if (node.type === 'VariableDeclarator' || /^(Function|Class)/.test(node.type)) add(node['id'])
    if (node.type === 'CatchClause') add(node['param'])
    if (Array.isArray(node['params'])) node['params'].forEach(add)
  })
  return names
}
