/**
 * What an action answers: keys are EC2's wire names, lists become `<item>` elements, `undefined` is left out, an empty
 * list or record is an empty element (the SDK reads a missing list as `undefined` and an empty one as `[]`).
 */
export type Xml = string | number | boolean | Date | RawXml | undefined | readonly Xml[] | XmlRecord
export interface XmlRecord {
  readonly [name: string]: Xml
}

/** Text that is XML already: rendered once and kept while its record does not change. */
export class RawXml {
  readonly text: string
  constructor(text: string) {
    // Asking for the length makes V8 write what was joined into one piece: else each answer that holds it walks all its pieces again.
    Buffer.byteLength(text)
    this.text = text
  }
}

/** The whole body of a successful answer, in the namespace of the API version that was asked. */
export function renderResponse(action: string, version: string, requestId: string, body: XmlRecord): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<${action}Response xmlns="http://ec2.amazonaws.com/doc/${version}/"><requestId>${requestId}</requestId>${renderMembers(body)}</${action}Response>`
}

/** The whole body of an error answer. */
export function renderError(code: string, message: string, requestId: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>${code}</Code><Message>${escapeText(message)}</Message></Error></Errors><RequestID>${requestId}</RequestID></Response>`
}

/** The members of a record, without an element around them; `item` is what the elements of lists are called. */
export function renderMembers(record: XmlRecord, item = 'item'): string {
  let text = ''
  for (const name in record) {
    const value = record[name]
    if (value === undefined) continue
    text += renderElement(name, value, item)
  }
  return text
}

function renderElement(name: string, value: Exclude<Xml, undefined>, item: string): string {
  const content = renderContent(value, item)
  return content === '' ? `<${name}/>` : `<${name}>${content}</${name}>`
}

function renderContent(value: Exclude<Xml, undefined>, item: string): string {
  if (typeof value === 'string') return escapeText(value)
  if (typeof value === 'number' || typeof value === 'boolean') return String(value)
  if (value instanceof RawXml) return value.text
  if (value instanceof Date) return value.toISOString()
  if (Array.isArray(value)) {
    let text = ''
    for (const one of value as readonly Xml[]) if (one !== undefined) text += renderElement(item, one, item)
    return text
  }
  return renderMembers(value as XmlRecord, item)
}

// oxlint-disable-next-line no-control-regex -- characters that XML 1.0 cannot hold at all
const forbidden = /[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/g

// oxlint-disable-next-line no-control-regex -- the same, and what has a meaning in XML
const needsEscape = /[&<>"\u0000-\u001f\ufffe\uffff]/

/** Escapes what XML text cannot hold; control characters that XML 1.0 forbids become U+FFFD. */
export function escapeText(text: string): string {
  if (!needsEscape.test(text)) return text
  return text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll('\r', '&#13;')
    .replace(forbidden, '\ufffd')
}
