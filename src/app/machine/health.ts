/** What was found of one thing that evenkeel needs, or may need. */
export interface Finding {
  /** `missing`: what the stack, or evenkeel itself, cannot do without. */
  readonly level: 'ok' | 'warning' | 'missing'
  /** What was looked at, in a word or two: `rsync`, `credentials`. */
  readonly about: string
  /** What is there, or not; one line. */
  readonly found: string
  /** What to do; absent where all is well. */
  readonly hint?: string
}

export function ok(about: string, found: string): Finding {
  return { level: 'ok', about, found }
}

export function warning(about: string, found: string, hint: string): Finding {
  return { level: 'warning', about, found, hint }
}

export function missing(about: string, found: string, hint: string): Finding {
  return { level: 'missing', about, found, hint }
}
