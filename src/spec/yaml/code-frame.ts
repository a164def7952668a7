/** What of a long line is shown: a terminal's width, with the mistake in sight. */
const widthMax = 160

/**
 * The line of a mistake with a caret under it, and the lines before and after it. `line` and `column` count from 1.
 * Of long lines only the part around the mistake is shown.
 */
export function codeFrame(lines: readonly string[], line: number, column: number, length: number): string {
  const first = Math.max(line - 1, 1)
  const last = Math.min(line + 1, lines.length)
  const width = String(last).length
  const left = column > widthMax - 20 ? column - 40 : 0
  const frame: string[] = []
  for (let number = first; number <= last; number += 1) {
    const content = (lines[number - 1] ?? '').slice(left, left + widthMax)
    frame.push(`${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${content}`.trimEnd())
    if (number !== line) continue
    const before = content.slice(0, column - 1 - left).replace(/[^\t]/g, ' ')
    const carets = '^'.repeat(Math.max(1, Math.min(length, content.length - before.length)))
    frame.push(`  ${' '.repeat(width)} | ${before}${carets}`)
  }
  return frame.join('\n')
}

/** The lines of a text for codeFrame; the empty one after the last newline is none. */
export function linesOf(text: string): readonly string[] {
  const lines = text.split(/\r?\n/)
  return lines.at(-1) === '' && lines.length > 1 ? lines.slice(0, -1) : lines
}
