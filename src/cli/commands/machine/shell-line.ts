/** A command line that is being typed, as a POSIX shell reads it up to the cursor. */
export interface ShellLine {
  /** Without quotes; the last is the one at the cursor, `''` for one that is not begun. */
  readonly words: readonly string[]
  /** The quotation mark that is open at the cursor. */
  readonly quote: '"' | "'" | undefined
}

/** Reads quotes and backslashes alone: nothing is expanded. */
export function readShellLine(line: string): ShellLine {
  const words: string[] = []
  let word = ''
  let isBegun = false
  let quote: ShellLine['quote']
  for (let at = 0; at < line.length; at += 1) {
    const character = line[at] ?? ''
    if (quote === undefined && /\s/.test(character)) {
      if (isBegun) words.push(word)
      word = ''
      isBegun = false
      continue
    }
    isBegun = true
    if (character === quote) quote = undefined
    else if (quote === undefined && (character === "'" || character === '"')) quote = character
    else if (character === '\\' && quote !== "'") {
      at += 1
      word += line[at] ?? ''
    } else word += character
  }
  return { words: [...words, word], quote }
}

/** A word as it is typed where no quotation mark is open: what a shell would take for something else stands behind a backslash. */
export function escaped(word: string): string {
  return word.replaceAll(/[^\w.,:@%+=/-]/g, (character) => `\\${character}`)
}
