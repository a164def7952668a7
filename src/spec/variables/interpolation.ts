/** A text cut at its `${…}`: plain stretches (escapes undone) and the insides of the braces. */
export type Piece =
  | { readonly kind: 'text'; readonly text: string }
  /** `source` is the whole `${…}`; `expression` what stands in it, or undefined when the brace is never closed. */
  | { readonly kind: 'expression'; readonly source: string; readonly expression: string | undefined }

/** What to do where a `${` is meant as it stands. */
export const literalHint = 'write $${ for a literal ${'

const openingPattern = /\$\$\{|\$\{[^{}]*\}|\$\{/g

/** Whether a text can have anything to replace or to unescape in it. */
export function mayInterpolate(text: string): boolean {
  return text.includes('${')
}

/** A text as a stack file writes it, so that it stands for itself. */
export function literalText(text: string): string {
  return text.replaceAll('${', '$$${')
}

/** The pieces of a text in order; `$${` stands for a literal `${`. */
export function piecesOf(text: string): Piece[] {
  const pieces: Piece[] = []
  let literal = ''
  let end = 0
  for (const match of text.matchAll(openingPattern)) {
    literal += text.slice(end, match.index)
    end = match.index + match[0].length
    if (match[0] === '$${') {
      literal += '${'
      continue
    }
    if (literal) pieces.push({ kind: 'text', text: literal })
    literal = ''
    pieces.push(match[0] === '${' ? unclosed(text.slice(match.index)) : closed(match[0]))
  }
  literal += text.slice(end)
  if (literal) pieces.push({ kind: 'text', text: literal })
  return pieces
}

function closed(source: string): Piece {
  return { kind: 'expression', source, expression: source.slice(2, -1).trim() }
}

function unclosed(rest: string): Piece {
  return { kind: 'expression', source: /^.{1,20}/.exec(rest)?.[0] ?? rest, expression: undefined }
}
