import { legible } from '../legible.js'
import { longest } from '../longest.js'

/** Chosen: a cell that nobody reads to its end says no more. */
const lengthMax = 500

/** What CommonMark or one of its extensions takes for structure somewhere within a line. */
const marks = '&<>"\'`*_[]|\\~$'

/** What begins, on GitHub or GitLab, a mention, a reference to an issue, or the address of a page. */
const calls = /[@#!$%^&~](?=[\w"'])|:(?=\/\/)|\bwww(?=\.)|(?<=\bGH)-(?=\d)|[&<>"'`*_[\]|\\~$]/gi

/**
 * A text of others on one line of Markdown, as it stands and nothing else: no markup, HTML, link or image, and nobody is called by
 * it. What has a meaning is a character reference, which CommonMark never takes for structure (0.31.2, section 2.5). Platforms look
 * for mentions and addresses in what is rendered, so that a character without width stands inside of those.
 */
export function inert(text: string): string {
  const shown = clipped(oneLine(text))
  return shown.replaceAll(calls, (character, at: number) => {
    const isMark = marks.includes(character)
    const isCall = !isMark || /^[$&~][\w"']/.test(shown.slice(at, at + 2))
    return `${isMark ? `&#${character.charCodeAt(0)};` : character}${isCall ? '&#8203;' : ''}`
  })
}

/** The same as code: for addresses, places and words of the command line. Nothing in code is called or linked. */
export function inertCode(text: string): string {
  const shown = clipped(oneLine(text))
  const run = longest(shown.match(/`+/g) ?? [])
  const margin = run > 0 ? ' ' : ''
  const fence = '`'.repeat(run + 1)
  return `${fence}${margin}${shown}${margin}${fence}`
}

/** The same in a table, where a pipe ends a cell even within code, and renderers differ about a backslash before it (GFM, section 4.10). */
export function inertCodeInTable(text: string): string {
  return /[|\\]/.test(text) ? inert(text) : inertCode(text)
}

function oneLine(text: string): string {
  return legible(text).replaceAll(/\s+/g, ' ').trim()
}

function clipped(text: string): string {
  return text.length > lengthMax ? `${text.slice(0, lengthMax).replace(/[\uD800-\uDBFF]$/, '')}…` : text
}
