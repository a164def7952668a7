import { membersOf } from './members.js'

/** What is written down of a run beside what it leaves behind, for `history`: no run is planned by it. */
export interface RunNote {
  readonly run: string
  /** Whose process it was: `anna@build-7`. */
  readonly by?: string | undefined
  /** Git commit, or `--revision`. */
  readonly revision?: string | undefined
  /** Of the addresses that its plan names, how many it was to change in each way. */
  readonly changes: RunChanges
  /** Left out: it was under way. */
  readonly outcome?: RunOutcome | undefined
}

export const runChangeKinds = ['create', 'update', 'replace', 'remove', 'adopt'] as const
export type RunChanges = Readonly<Record<(typeof runChangeKinds)[number], number>>

const runOutcomes = ['converged', 'partial', 'failed', 'cancelled'] as const
export type RunOutcome = (typeof runOutcomes)[number]

/** What an unknown value says; undefined where it is no note, also of a form that came later. */
export function parseRunNote(value: unknown): RunNote | undefined {
  const { run, by, revision, changes, outcome } = membersOf(value)
  if (typeof run !== 'string' || run === '') return undefined
  const counted = membersOf(changes)
  const ended = runOutcomes.find((name) => name === outcome)
  const countOf = (kind: string) => {
    const amount = counted[kind]
    return typeof amount === 'number' && Number.isSafeInteger(amount) && amount > 0 ? amount : 0
  }
  return {
    run,
    ...(typeof by === 'string' && { by }),
    ...(typeof revision === 'string' && { revision }),
    changes: {
      create: countOf('create'),
      update: countOf('update'),
      replace: countOf('replace'),
      remove: countOf('remove'),
      adopt: countOf('adopt'),
    },
    ...(ended && { outcome: ended }),
  }
}
