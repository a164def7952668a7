/**
 * What a terminal, or a page, would obey and not show: control characters but the line end and the tab, marks that turn the
 * direction of writing, invisible ones, and halves of characters. The joiners stay: words of some scripts need them.
 */
const unshown = /(?![\n\t\u200C\u200D])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu

/** Most texts are of these alone, and seen at a glance. */
const plain = /^[\n\t -~]*$/

/**
 * A text as it can be shown: what nobody would see, or a terminal would obey, stands as `\u001B`. Names, values and what a
 * server said come from others, and colours are painted after this.
 */
export function legible(text: string): string {
  return plain.test(text) ? text : text.replaceAll('\r\n', '\n').replaceAll(unshown, escaped)
}

/** Data as JSON, for programs and for terminals alike: what nobody would see stands in JSON's own escapes, and is the same value. */
export function legibleJson(data: unknown, indent?: number): string {
  return JSON.stringify(data, null, indent).replaceAll(unshown, (character) =>
    Array.from({ length: character.length }, (_, at) => escapedUnit(character.charCodeAt(at))).join(''),
  )
}

/** The same for every text in plain data, keys included; data without any is handed back as it is. */
export function legibleData<Data>(data: Data): Data {
  return visit(data) as Data
}

function visit(value: unknown): unknown {
  if (typeof value === 'string') return legible(value)
  if (typeof value !== 'object' || value === null) return value
  if (Array.isArray(value)) return value.every(isLegible) ? value : value.map(visit)
  if (isLegible(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [legible(key), visit(member)]))
}

/** Whether it would be handed back as it is. */
function isLegible(value: unknown): boolean {
  if (typeof value === 'string') return legible(value) === value
  if (typeof value !== 'object' || value === null) return true
  if (Array.isArray(value)) return value.every(isLegible)
  for (const key in value) if (legible(key) !== key || !isLegible((value as Record<string, unknown>)[key])) return false
  return true
}

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0
  return code > 0xffff ? `\\u{${code.toString(16).toUpperCase()}}` : escapedUnit(code)
}

function escapedUnit(code: number): string {
  return `\\u${code.toString(16).toUpperCase().padStart(4, '0')}`
}
