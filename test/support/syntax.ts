/** A node of the tree that the bundler's parser makes (ESTree); members by name, as the walks here need them. */
export interface Node {
  readonly type: string
  readonly start: number
  readonly [member: string]: unknown
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Partial<Node>).type === 'string'
}

/** Visits every node, those of types too. */
export function walkAll(node: Node, visit: (node: Node) => void): void {
  visit(node)
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walkAll(child, visit)
  }
}

/** Types cost nothing at run time. */
const typeMembers = new Set(['typeAnnotation', 'typeParameters', 'typeArguments', 'superTypeArguments', 'returnType'])
const typeNodes = new Set(['TSTypeAliasDeclaration', 'TSInterfaceDeclaration', 'TSClassImplements'])

/** Visits every node of what runs, parents first; names that are not references (members, keys, labels) are left out. */
export function walk(root: Node, visit: (node: Node, parents: readonly Node[]) => void): void {
  const parents: Node[] = []
  const enter = (node: Node): void => {
    if (typeNodes.has(node.type) || node['declare'] === true || node['exportKind'] === 'type') return
    visit(node, parents)
    parents.push(node)
    for (const [member, value] of Object.entries(node)) {
      if (typeMembers.has(member) || isPlainName(node, member)) continue
      for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) enter(child)
    }
    parents.pop()
  }
  enter(root)
}

/** Names of members, keys and labels, and the outer names of imports and exports. */
function isPlainName(node: Node, member: string): boolean {
  // `export { a } from './b.js'` names what is there, and takes nothing out of the air.
  if (member === 'specifiers' && node.type === 'ExportNamedDeclaration') return isNode(node['source'])
  if (member === 'key' || member === 'property') return node['computed'] !== true
  if (node.type === 'MetaProperty') return true
  return member === 'label' || member === 'exported' || member === 'imported'
}

export function lineOf(text: string, { start }: Node): number {
  return text.slice(0, start).split('\n').length
}
