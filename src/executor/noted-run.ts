import { runChangeKinds, type RunChanges, type RunNote, type RunOutcome } from '../model/ledger/run-note.js'
import type { Plan } from '../model/plan.js'

/** What the ledger is to remember of a run that carries this plan out. */
export function notedRun(
  { changes }: Pick<Plan, 'changes'>,
  { run, by, revision }: Pick<RunNote, 'run' | 'by' | 'revision'>,
  outcome?: RunOutcome,
): RunNote {
  const counts = Object.fromEntries(
    runChangeKinds.map((kind) => [kind, changes.filter((change) => change.kind === kind).length]),
  ) as RunChanges
  return {
    run,
    ...(by !== undefined && { by }),
    ...(revision !== undefined && { revision }),
    changes: counts,
    ...(outcome && { outcome }),
  }
}
