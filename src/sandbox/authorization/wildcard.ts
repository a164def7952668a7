/** Whether a text fits a pattern of IAM: `*` stands for any characters, also none, `?` for one. */
export function fits(pattern: string, text: string): boolean {
  return compiled(pattern).test(text)
}

/** The same without regard to case, as names of actions are compared (IAM User Guide, "Action"). */
export function fitsInAnyCase(pattern: string, text: string): boolean {
  return compiled(pattern.toLowerCase()).test(text.toLowerCase())
}

const patterns = new Map<string, RegExp>()

function compiled(pattern: string): RegExp {
  const known = patterns.get(pattern)
  if (known) return known
  const source = pattern
    .replace(/[\\^$.+()[\]{}|]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.')
  const made = new RegExp(`^${source}$`, 's')
  patterns.set(pattern, made)
  return made
}
