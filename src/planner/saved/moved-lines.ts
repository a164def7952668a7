import type { Moved } from '../../model/moved.js'

/** Chosen: a screen of them; whoever sees so many makes a new plan anyway. */
const linesMax = 20
const valueLengthMax = 60

/** What moved since a plan was saved, a line each, as a diff. */
export function movedLines(moved: readonly Moved[]): readonly string[] {
  const lines = moved.map(lineOf)
  const more = lines.length - linesMax
  return more > 0 ? [...lines.slice(0, linesMax), `and ${more} more`] : lines
}

function lineOf({ where, what, path, before, after }: Moved): string {
  if (where === 'source')
    return `the files that ${what} copies from this machine are not those that the plan was made from`
  const subject = where === 'file' ? `in the stack file, ${what}` : what
  if (path === '' && before === undefined) return `${subject}: is there now, and was not`
  if (path === '' && after === undefined) return `${subject}: was there, and is gone`
  if (typeof before === 'object' && after === undefined) return `${subject}: ${path} was there, and is gone`
  if (before === undefined && typeof after === 'object') return `${subject}: ${path} is there now, and was not`
  return `${subject}: ${path} ${valueText(before)} -> ${valueText(after)}`
}

function valueText(value: unknown): string {
  if (value === undefined) return '(nothing)'
  const text = typeof value === 'string' && /^[\w.:/-]+$/.test(value) ? value : JSON.stringify(value)
  return text.length > valueLengthMax ? `${text.slice(0, valueLengthMax - 1)}…` : text
}
