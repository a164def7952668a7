import { isAlias, visit } from 'yaml'
import type { Alias, Document, Node } from 'yaml'

export interface Anchors {
  /** What an alias stands for: the last thing before it that carries its anchor; undefined where there is none. */
  targetOf(alias: Alias): Node | undefined
  /** Aliases that stand for nothing, in the order of the text. */
  readonly unresolved: readonly Alias[]
}

/** Looks once through a document for all anchors and aliases: yaml itself looks through all of it for each alias. */
export function anchorsIn(document: Document): Anchors {
  const anchored = new Map<string, Node>()
  const targets = new Map<Alias, Node>()
  const unresolved: Alias[] = []
  visit(document, {
    Node: (_key, node) => {
      if (isAlias(node)) {
        const target = anchored.get(node.source)
        if (target) targets.set(node, target)
        else unresolved.push(node)
      } else if (node.anchor !== undefined) anchored.set(node.anchor, node)
    },
  })
  return { targetOf: (alias) => targets.get(alias), unresolved }
}
