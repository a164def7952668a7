import { RawXml, renderMembers, type XmlRecord } from '../wire/xml.js'

interface Entry {
  readonly sources: readonly unknown[]
  readonly xml: RawXml
}

/**
 * Keeps the XML of a record as long as all that it was made from is the same: records are replaced, never changed, so
 * comparing identities is enough. A refresh of a thousand instances renders only those that changed.
 */
export class RenderCache<K extends object> {
  readonly #entries = new WeakMap<K, Entry>()

  /** `sources` are the other records that `render` reads. */
  get(key: K, sources: readonly unknown[], render: () => XmlRecord): RawXml {
    const entry = this.#entries.get(key)
    if (entry && sameElements(entry.sources, sources)) return entry.xml
    const xml = new RawXml(renderMembers(render()))
    this.#entries.set(key, { sources, xml })
    return xml
  }
}

function sameElements(left: readonly unknown[], right: readonly unknown[]): boolean {
  return left.length === right.length && left.every((element, index) => element === right[index])
}
