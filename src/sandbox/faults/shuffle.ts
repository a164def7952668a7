import { RawXml, type Xml, type XmlRecord } from '../wire/xml.js'

/** The same answer with each of its lists in another order: EC2 promises none. `next` gives numbers in [0, 1). */
export function shuffled(body: XmlRecord, next: () => number): XmlRecord {
  return Object.fromEntries(Object.entries(body).map(([name, value]) => [name, shuffledValue(value, next)]))
}

function shuffledValue(value: Xml, next: () => number): Xml {
  if (typeof value !== 'object' || value instanceof RawXml || value instanceof Date) return value
  if (!isList(value)) return shuffled(value, next)
  return value
    .map((item) => ({ item: shuffledValue(item, next), place: next() }))
    .sort((left, right) => left.place - right.place)
    .map(({ item }) => item)
}

function isList(value: readonly Xml[] | XmlRecord): value is readonly Xml[] {
  return Array.isArray(value)
}
