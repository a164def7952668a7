import { legible } from './legible.js'

/** Text of a page in which everything that came from elsewhere has been made harmless. Only this file makes it. */
export class Html {
  readonly text: string

  constructor(text: string) {
    this.text = text
  }
}

export type HtmlPart = Html | string | number | undefined | readonly HtmlPart[]

/**
 * Markup with values in it, for HTML and XML: texts are made legible and escaped for elements and quoted attributes alike, what
 * is markup already stands as it is, undefined is nothing. The indentation of our own sources is left out.
 */
export function html(markup: TemplateStringsArray, ...parts: readonly HtmlPart[]): Html {
  return new Html(plainOf(markup).reduce((sofar, text, index) => sofar + textOf(parts[index - 1]) + text))
}

/** A page of many rows has the same markup in each. */
const plain = new WeakMap<TemplateStringsArray, readonly string[]>()

function plainOf(markup: TemplateStringsArray): readonly string[] {
  const known = plain.get(markup) ?? markup.map((text) => text.replaceAll(/\n\s+/g, '\n'))
  plain.set(markup, known)
  return known
}

/** Parts one after another. */
export function join(parts: readonly HtmlPart[]): Html {
  return new Html(textOf(parts))
}

/** A text of our own that is markup, style or script. */
export function trusted(text: string): Html {
  return new Html(text)
}

function textOf(part: HtmlPart): string {
  if (part === undefined) return ''
  if (part instanceof Html) return part.text
  if (typeof part === 'object') return part.map(textOf).join('')
  return legible(String(part)).replaceAll(/[&<>"']/g, (character) => entities[character] ?? character)
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
}
