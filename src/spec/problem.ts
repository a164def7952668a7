import type { Code } from '../core/codes.js'

/** Keys from the root of the stack file down; list items by their index. */
export type Path = readonly (string | number)[]

/** A mistake before it has a position: positions are looked up only when there is one. */
export interface Problem {
  readonly code: Code
  readonly message: string
  readonly path: Path
  /** Whether the key or the value at `path` is what is wrong. */
  readonly at: 'key' | 'value'
  /** A function where it takes a search: only what is shown to people needs it. */
  readonly hint?: string | (() => string | undefined) | undefined
  /** The part of the value that is wrong, as it stands in the file, e.g. `${server.boot.ip}`. */
  readonly within?: string | undefined
  /** Set when the mistake is in no file: `--var`, `--target`. */
  readonly origin?: string | undefined
  /** Which of several files it is in, where that is not the one whose word the path leads to; see `Origin`. */
  readonly layer?: number | undefined
}

/** A problem whose place is known to who reports it. */
export type TextProblem = Omit<Problem, 'path' | 'at'>

/** Where checks put what they find. */
export type Report = (problem: Problem) => void

/** The same where the place is known already. */
export type TextReport = (problem: TextProblem) => void

/** For what is read once more after every mistake in it was reported. */
export function ignore(): void {}

/** Whether an entry has the key, but not in a form that could be read: that was told already, so nobody tells it again. */
export function isUnreadable(entry: object, key: string): boolean {
  return key in entry && (entry as Record<string, unknown>)[key] === undefined
}

/** What a value is, in the words of a person who writes YAML. */
export function describeValue(value: unknown): string {
  if (value === null) return 'nothing'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a mapping'
  if (typeof value === 'string') return `the text ${quoted(value)}`
  // Infinity and what is no number have no JSON.
  return `the ${typeof value} ${typeof value === 'number' ? String(value) : JSON.stringify(value)}`
}

/** A text in double quotes, cut when it is long. */
export function quoted(text: string): string {
  return JSON.stringify(shortened(text))
}

/** As much of a text as a message needs. */
export function shortened(text: string): string {
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}
