import type { Plan } from '../../model/plan.js'

/** Of a plan of a part of the stack: which part, what it needs, and what of the rest is left out. Nothing of one of the whole stack. */
export function onlyLines({ only }: Pick<Plan, 'only'>): readonly string[] {
  if (!only) return []
  const { asked, needed, leftOut } = only
  const needs =
    needed.length === 0 ? '' : `, with ${named(needed)}, which ${asked.length === 1 ? 'it needs' : 'they need'}`
  return [
    `Only ${named(asked)}${needs}.`,
    ...(leftOut.length === 0 ? [] : [`Left out, although something differs: ${named(leftOut)}.`]),
  ]
}

/** Chosen: what fits into a line or two. */
const toldMax = 12

function named(addresses: readonly string[]): string {
  if (addresses.length === 0) return 'what is gone'
  if (addresses.length <= toldMax) return addresses.join(', ')
  return `${addresses.slice(0, toldMax).join(', ')} and ${addresses.length - toldMax} more`
}
