/** Rows as lines, columns of equal width, two spaces between them; nothing behind the last column. */
export function tableLines(rows: readonly (readonly string[])[]): readonly string[] {
  const widths: number[] = []
  for (const row of rows) {
    row.forEach((cell, column) => {
      widths[column] = Math.max(widths[column] ?? 0, cell.length)
    })
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  )
}

const minuteMs = 60_000

/** How long ago something was, in the largest unit that fits: `3 d`, `5 h`, `12 min`, `0 min`. */
export function ageText(moment: string, nowMs: number): string {
  const minutes = Math.max(0, Math.floor((nowMs - Date.parse(moment)) / minuteMs))
  if (Number.isNaN(minutes)) return '?'
  if (minutes < 60) return `${minutes} min`
  const hours = Math.floor(minutes / 60)
  return hours < 48 ? `${hours} h` : `${Math.floor(hours / 24)} d`
}

/** `3 h ago`. */
export function agoText(moment: string, nowMs: number): string {
  const age = ageText(moment, nowMs)
  return age === '0 min' ? 'just now' : `${age} ago`
}

/** A moment in UTC, to the second, as `restore --at` takes it: `2026-11-21T12:03:04Z`. */
export function momentText(moment: string): string {
  const at = Date.parse(moment)
  return Number.isNaN(at) ? '?' : `${new Date(at).toISOString().slice(0, 19)}Z`
}

/** Of what it is a copy, or where it has copies. */
export function copiesText(copiedFrom: string | undefined, copiedTo: readonly string[]): string {
  if (copiedFrom !== undefined) return `from ${copiedFrom}`
  return copiedTo.length === 0 ? '-' : copiedTo.join(', ')
}
