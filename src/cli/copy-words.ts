import { UsageError } from '../core/errors.js'
import { parseWrittenEndpoint } from '../spec/kinds/sync-rule/written-endpoint.js'

interface Ends {
  readonly from: readonly string[]
  readonly to: string
}

/** The words of `put`: paths of this machine, then a place in the stack. */
export function putEnds(words: readonly string[]): Ends {
  const ends = endsOf(words)
  const wrong = ends.from.find((word) => !isLocal(word))
  if (wrong === undefined && !isLocal(ends.to)) return ends
  throw new UsageError(
    'USAGE',
    `\`put\` copies from this machine to a server or a volume, not ${wrong ?? 'to this machine'}`,
    {
      hint: 'write: evenkeel put <path>... <server>:<path>; `get` goes the other way',
    },
  )
}

/** The words of `get`: places in the stack, then a path of this machine. */
export function getEnds(words: readonly string[]): Ends {
  const ends = endsOf(words)
  const wrong = ends.from.find(isLocal)
  if (wrong === undefined && isLocal(ends.to)) return ends
  throw new UsageError(
    'USAGE',
    `\`get\` copies from a server or a volume to this machine, not ${wrong ?? `to ${ends.to}`}`,
    {
      hint: 'write: evenkeel get <server>:<path>... <path>; `put` goes the other way',
    },
  )
}

function endsOf(words: readonly string[]): Ends {
  const to = words.at(-1)
  if (words.length >= 2 && to !== undefined) return { from: words.slice(0, -1), to }
  throw new UsageError('USAGE', 'there must be something to copy, and where to', {
    hint: 'the last path is the destination',
  })
}

function isLocal(word: string): boolean {
  return parseWrittenEndpoint(word).kind === 'local'
}
