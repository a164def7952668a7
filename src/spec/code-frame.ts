/** The line of a mistake with a caret under it, and the lines before and after it. `line` and `column` count from 1. */
export function codeFrame(text: string, line: number, column: number, length: number): string {
  const lines = text.split(/\r?\n/)
  const first = Math.max(line - 1, 1)
  const hasLastLine = lines.at(-1) !== '' || line === lines.length
  const last = Math.min(line + 1, hasLastLine ? lines.length : lines.length - 1)
  const width = String(last).length
  const frame: string[] = []
  for (let number = first; number <= last; number += 1) {
    const content = lines[number - 1] ?? ''
    frame.push(`${number === line ? '>' : ' '} ${String(number).padStart(width)} | ${content}`.trimEnd())
    if (number !== line) continue
    const before = content.slice(0, column - 1).replace(/[^\t]/g, ' ')
    const carets = '^'.repeat(Math.max(1, Math.min(length, content.length - column + 1)))
    frame.push(`  ${' '.repeat(width)} | ${before}${carets}`)
  }
  return frame.join('\n')
}
