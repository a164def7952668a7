import { createColors } from 'picocolors'
import { count } from '../../core/units.js'
import type { PastRun, StackHistory } from '../../model/ledger/past-run.js'
import { runChangeKinds } from '../../model/ledger/run-note.js'
import { legibleData, legibleJson } from '../legible.js'
import { shortRevision } from '../plan/plan-heading.js'
import { ageText, momentText, tableLines } from '../tables/table.js'

const historyFormatVersion = 1

/** The runs that EC2 remembers of a stack for people, newest first. */
export function historyText(
  history: StackHistory,
  { nowMs, color }: { readonly nowMs: number; readonly color: boolean },
): string {
  const { stack, runs, unnoted } = legibleData(history)
  const colors = createColors(color)
  const [oldest] = unnoted
  const before =
    oldest === undefined
      ? []
      : [
          `${count(unnoted.length, 'writing')} of its ledger ${unnoted.length === 1 ? 'tells' : 'tell'} of no run${oldest.at === undefined ? '' : `, the first of ${momentText(oldest.at)}`}.`,
        ]
  if (runs.length === 0) return `${[`EC2 remembers no run of ${stack}.`, ...before].join(' ')}\n`
  const [head = '', ...lines] = tableLines([
    ['WHEN', 'AGE', 'RUN', 'BY', 'REVISION', 'CHANGES', 'RESULT'],
    ...runs.map((run) => [
      run.lastAt === undefined ? '-' : momentText(run.lastAt),
      run.lastAt === undefined ? '-' : ageText(run.lastAt, nowMs),
      run.run,
      run.by ?? principalName(run.principal),
      run.revision === undefined ? '-' : shortRevision(run.revision),
      changesText(run),
      run.outcome ?? 'under way, or cut off',
    ]),
  ])
  const rest = before.length === 0 ? [] : ['', ...before.map((line) => colors.dim(line))]
  return `${[colors.bold(head), ...lines, ...rest].join('\n')}\n`
}

/** As `history --json` prints it (schema/history.schema.json). */
export function historyJson({ stack, runs, unnoted }: StackHistory): string {
  const members = runs.map(({ run, firstAt, lastAt, by, principal, revision, changes, outcome }) => ({
    run,
    firstAt: firstAt ?? null,
    lastAt: lastAt ?? null,
    by: by ?? null,
    principal: principal ?? null,
    revision: revision ?? null,
    changes,
    outcome: outcome ?? null,
  }))
  return `${legibleJson({ formatVersion: historyFormatVersion, stack, runs: members, unnoted: unnoted.length }, 2)}\n`
}

function changesText({ changes }: PastRun): string {
  const parts = runChangeKinds.flatMap((kind) => (changes[kind] === 0 ? [] : [`${changes[kind]} ${kind}`]))
  return parts.length === 0 ? '-' : parts.join(', ')
}

/** `arn:aws:sts::123456789012:assumed-role/ci/build-7` -> `ci/build-7`. */
function principalName(arn: string | undefined): string {
  if (arn === undefined) return '-'
  const name = arn.slice(arn.lastIndexOf(':') + 1)
  return name.replace(/^(?:assumed-role|user|federated-user)\//, '')
}
