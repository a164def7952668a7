import type { Tags } from '../model/tags.js'
import type { Xml } from '../wire/xml.js'

/** Tags as every resource shows them. */
export function renderTags(tags: Tags): Xml {
  return Object.entries(tags).map(([key, value]) => ({ key, value }))
}
