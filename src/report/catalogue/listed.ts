import { createColors } from 'picocolors'
import { count } from '../../core/units.js'
import { tableLines } from '../tables/table.js'

/** Rows below their heading, and how many are left out; `foot` stands below. */
export function listed(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  options: { readonly color: boolean; readonly limit?: number; readonly foot?: readonly string[] },
): string {
  const { color, limit = rows.length, foot = [] } = options
  const colors = createColors(color)
  const [title = '', ...lines] = tableLines([head, ...rows.slice(0, limit)])
  const more = rows.length - limit
  const rest = more > 0 ? ['', colors.dim(`and ${count(more, 'more', 'more')}: --limit shows them`)] : []
  return `${[colors.bold(title), ...lines, ...rest, ...(foot.length > 0 ? ['', ...foot] : [])].join('\n')}\n`
}
