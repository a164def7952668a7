import { ApiError, invalidValue, missingParameter, unsupported } from './api-error.js'
import type { Members, ParsedMembers, Shape } from './shape.js'

/** A node of the parameter tree: `Filter.1.Name=x` is Filter -> 1 -> Name with the text `x`. */
interface Node {
  text?: string
  children?: Map<string, Node>
}

const maximumDepth = 12

/**
 * Returns the parameters by shape. `known` holds the paths (`Filter.N.Name`) that EC2 knows and the sandbox does not
 * support. Throws UnknownParameter, UnsupportedOperation, MissingParameter or InvalidParameterValue.
 */
export function parseParameters<M extends Members>(
  pairs: Iterable<readonly [string, string]>,
  members: M,
  known: ReadonlySet<string>,
): ParsedMembers<M> {
  const root: Node = {}
  for (const [key, value] of pairs) insert(root, key, value)
  return parseStructure(root, members, '', known) as ParsedMembers<M>
}

function insert(root: Node, key: string, value: string): void {
  const segments = key.split('.')
  if (segments.length > maximumDepth) throw unknownParameter(key)
  let node = root
  for (const segment of segments) {
    node.children ??= new Map()
    let child = node.children.get(segment)
    if (!child) {
      child = {}
      node.children.set(segment, child)
    }
    node = child
  }
  node.text = value
}

function parseShape(node: Node, shape: Shape, path: string, known: ReadonlySet<string>): unknown {
  if (shape.kind === 'required') return parseShape(node, shape.of, path, known)
  if (shape.kind === 'list') return parseList(node, shape.of, path, known)
  if (shape.kind === 'structure') {
    if (node.text !== undefined && node.text !== '') throw unknownParameter(path)
    return parseStructure(node, shape.members, `${path}.`, known)
  }
  const [firstChild] = node.children?.keys() ?? []
  if (firstChild !== undefined) throw unknownOrUnsupported(`${path}.${firstChild}`, known)
  return parseScalar(node.text ?? '', shape, path)
}

function parseStructure(node: Node, members: Members, prefix: string, known: ReadonlySet<string>): unknown {
  const result: Record<string, unknown> = {}
  for (const [name, child] of node.children ?? []) {
    const shape = Object.hasOwn(members, name) ? members[name] : undefined
    if (!shape) throw unknownOrUnsupported(prefix + leafPath(name, child), known)
    result[name] = parseShape(child, shape, prefix + name, known)
  }
  for (const [name, shape] of Object.entries(members)) {
    if (shape.kind === 'required' && (result[name] === undefined || result[name] === '')) {
      throw missingParameter(prefix + name)
    }
  }
  return result
}

function parseList(node: Node, of: Shape, path: string, known: ReadonlySet<string>): unknown[] {
  // A list without an index (`InstanceId=i-1`) is not part of the protocol; `InstanceId=` is an empty list.
  if (node.text !== undefined && node.text !== '') throw unknownParameter(path)
  const entries: [number, Node][] = []
  for (const [index, child] of node.children ?? []) {
    if (!/^[1-9][0-9]{0,5}$/.test(index)) throw unknownParameter(`${path}.${index}`)
    entries.push([Number(index), child])
  }
  entries.sort((left, right) => left[0] - right[0])
  return entries.map(([index, child]) => parseShape(child, of, `${path}.${index}`, known))
}

function parseScalar(text: string, shape: Extract<Shape, { values?: unknown }>, path: string): unknown {
  if (shape.kind === 'integer') {
    if (!/^-?[0-9]{1,15}$/.test(text))
      throw invalidValue(`Value (${text}) for parameter ${path} is invalid. Expected an integer.`)
    return Number(text)
  }
  if (shape.kind === 'boolean') {
    if (text !== 'true' && text !== 'false') {
      throw invalidValue(`Value (${text}) for parameter ${path} is invalid. Expected true or false.`)
    }
    return text === 'true'
  }
  if (shape.kind === 'time') {
    if (!/^\d{4}-\d\d-\d\dT/.test(text) || Number.isNaN(Date.parse(text))) {
      throw invalidValue(`Value (${text}) for parameter ${path} is invalid. Expected a date and time.`)
    }
    return new Date(text)
  }
  if (shape.kind === 'blob') {
    if (!isBase64(text)) throw invalidValue(`Value for parameter ${path} is invalid. Expected base64.`)
    return Buffer.from(text, 'base64')
  }
  if (shape.otherValues?.includes(text)) throw unsupported(`the value ${text} of the parameter ${path}`)
  if (shape.values && !shape.values.includes(text)) {
    throw invalidValue(`Value (${text}) for parameter ${path} is invalid. Valid values: [${shape.values.join(', ')}]`)
  }
  return text
}

/** True for padded base64 with or without line breaks. */
export function isBase64(text: string): boolean {
  const compact = text.replace(/\s/g, '')
  return compact.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(compact)
}

function leafPath(name: string, node: Node): string {
  const [first] = node.children ?? []
  return first ? `${name}.${leafPath(first[0], first[1])}` : name
}

function unknownOrUnsupported(path: string, known: ReadonlySet<string>): ApiError {
  const normalized = path.replace(/\.[0-9]+(?=\.|$)/g, '.N')
  return known.has(normalized) ? unsupported(`the parameter ${path}`) : unknownParameter(path)
}

function unknownParameter(path: string): ApiError {
  return new ApiError('UnknownParameter', `The parameter ${path} is not recognized`)
}
