import { accountOf, type Standing } from '../reports/standing.js'
import { matchesPattern } from '../stacks/pattern.js'
import { shownStates, stateOf, toldOf, type ShownState } from './views/words.js'

/** Which stacks are to be seen. */
export interface Filter {
  /** Words, all of which a stack has in its name or in what is told of it; one with `*` is a pattern of `--only`. */
  readonly text: string
  readonly state: ShownState | undefined
  /** `123456789012 us-east-1` */
  readonly account: string | undefined
}

/** Chosen: nobody types more. */
const textMax = 200

/** What the query of a URL, or a form, asks for; what makes no sense asks for nothing. */
export function filterOf(query: (name: string) => string | undefined): Filter {
  const state = shownStates.find((name) => name === query('state'))
  const account = query('account')
  return { text: (query('q') ?? '').trim().slice(0, textMax), state, account: account === '' ? undefined : account }
}

/** The query of a URL that asks for the same; empty where it asks for all. */
export function filterQuery({ text, state, account }: Filter): string {
  const query = new URLSearchParams()
  for (const [name, value] of [
    ['q', text],
    ['state', state],
    ['account', account],
  ] as const)
    if (value) query.set(name, value)
  return query.size === 0 ? '' : `?${query.toString()}`
}

export function filtered(standings: readonly Standing[], { text, state, account }: Filter): readonly Standing[] {
  const words = text.toLowerCase().split(/\s+/)
  return standings.filter((standing) => {
    const { stack } = standing
    if (state !== undefined && stateOf(standing) !== state) return false
    if (account !== undefined && accountOf(stack) !== account) return false
    const told = `${stack.id} ${stack.place?.stack ?? ''} ${toldOf(standing)}`.toLowerCase()
    return words.every((word) =>
      word.includes('*') ? matchesPattern(word, stack.id.toLowerCase()) : told.includes(word),
    )
  })
}
