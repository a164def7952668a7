import { UsageError } from '../core/errors.js'
import { isRemoteHost, parseWrittenEndpoint } from '../spec/kinds/sync-rule/written-endpoint.js'

interface Ends {
  readonly from: readonly string[]
  readonly to: string
}

const putForm = 'write: evenkeel put <path>... <server>:<path>; `get` goes the other way'
const getForm = 'write: evenkeel get <server>:<path>... <path>; `put` goes the other way'
const colons = ', and a path of this machine with a colon in its first part begins with ./'

/** The words of `put`: paths of this machine or of one outside the stack, then a place in the stack. */
export function putEnds(words: readonly string[]): Ends {
  const ends = endsOf(words)
  const wrong = ends.from.find(isInStack)
  if (wrong !== undefined) throw refusal(`\`put\` copies into the stack, and ${wrong} lies there`, putForm + colons)
  if (isInStack(ends.to)) return ends
  throw refusal(`\`put\` copies to a server or a volume of the stack, not to ${ends.to}`, putForm)
}

/** The words of `get`: places in the stack, then a path of this machine or of one outside the stack. */
export function getEnds(words: readonly string[]): Ends {
  const ends = endsOf(words)
  const wrong = ends.from.find((word) => !isInStack(word))
  if (wrong !== undefined) throw refusal(`\`get\` copies from a server or a volume of the stack, not ${wrong}`, getForm)
  if (!isInStack(ends.to)) return ends
  throw refusal(`\`get\` copies out of the stack, and ${ends.to} lies there`, getForm + colons)
}

function endsOf(words: readonly string[]): Ends {
  const stranger = words.find((word) => !namesMachine(word))
  if (stranger !== undefined) throw refusal(`${stranger} names no machine`, 'another machine is written user@host:path')
  const to = words.at(-1)
  if (words.length >= 2 && to !== undefined) return { from: words.slice(0, -1), to }
  throw refusal('there must be something to copy, and where to', 'the last path is the destination')
}

function namesMachine(word: string): boolean {
  const written = parseWrittenEndpoint(word)
  return written.kind !== 'remote' || isRemoteHost(written.host)
}

function isInStack(word: string): boolean {
  const { kind } = parseWrittenEndpoint(word)
  return kind !== 'local' && kind !== 'remote'
}

function refusal(message: string, hint: string): UsageError {
  return new UsageError('USAGE', message, { hint })
}
