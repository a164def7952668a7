import { isScalar, visit } from 'yaml'
import type { Document, Node } from 'yaml'

/** Keys that stand in their mapping already, in the order of the text. yaml compares each key with all others. */
export function duplicateKeysIn(document: Document): readonly Node[] {
  const duplicates: Node[] = []
  visit(document, {
    Map: (_key, { items }) => {
      const seen = new Set<unknown>()
      for (const { key } of items) {
        if (!isScalar(key)) continue
        if (seen.has(key.value)) duplicates.push(key)
        seen.add(key.value)
      }
    },
  })
  return duplicates
}
