import { HostError, type EvenkeelError } from '../core/errors.js'
import { legible } from './legible.js'

/** One paragraph: what failed and on what, what it said, and what to do, with the code that docs/errors.md explains. */
export function errorParagraph(error: EvenkeelError): string {
  const parts = [sentence(error.message)]
  if (
    error instanceof HostError &&
    error.stderrTail !== undefined &&
    !error.message.includes(error.stderrTail.trim())
  ) {
    parts.push(`It said: ${sentence(error.stderrTail.trim())}`)
  }
  if (error.hint !== undefined) parts.push(sentence(error.hint))
  return legible(`${parts.join(' ')} [${error.code}]`)
}

function sentence(text: string): string {
  const trimmed = text.trim()
  // An id or an address keeps its own spelling.
  const capital = /^[a-z]+[\s,]/.test(trimmed) ? `${trimmed.charAt(0).toUpperCase()}${trimmed.slice(1)}` : trimmed
  return /[.!?]$/.test(capital) ? capital : `${capital}.`
}
