import type { DiffValue } from '../planner/change.js'

/** A value as people read it: lists with commas, nothing as `none`. */
export function valueText(value: DiffValue): string {
  if (value === null) return 'none'
  if (typeof value === 'object') return value.length === 0 ? 'none' : value.join(', ')
  return String(value)
}

/** The same on one line: of a text of several lines the first, and how many there are. */
export function shortText(value: DiffValue): string {
  if (typeof value === 'object' && value !== null) return value.length === 0 ? 'none' : value.map(shortText).join(', ')
  const text = valueText(value)
  const lines = text.trimEnd().split('\n')
  return lines.length === 1 ? text : `${lines[0] ?? ''} … (${lines.length} lines)`
}
